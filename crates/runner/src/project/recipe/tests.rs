//! Tests of reading, writing and refusing recipes.

use std::{collections::BTreeSet, fs};

use engine::plan::{Advice, Problem};
use marl_core::SemanticType;
use proptest::{collection, option, prelude::*, sample};

use super::*;
use crate::failure::exit::Exit;

const FULL: &str = r#"# A comment.
existing = "fail"
inputs = { company_domain = "the site" }

[columns]
employees = "integer"
"the site" = "domain"

[[step]]
name = "ceo"
use = ["linkedin_profile", "web_research"]
inputs = { linkedin_url = "ceo_linkedin_url" }
outputs = { headline = "What they do" }
prefix = "ceo_"
where = 'employees > 50 && name != "x"'
existing = "overwrite"
provider_column = "ceo_source"

[[step]]
use = "find_ceo"
[step.inputs]
domain = "the site"
company = "name"

[[step]]
name = "size"
formula = 'employees > 1000 ? "large" : "small"'
where = "name != 'x'"
"#;

fn read(text: &str) -> Result<Recipe, Failure> {
    read::parse("recipe.toml", text)
}

fn rendered(failure: &Failure) -> String {
    failure.lines().iter().map(|(word, line)| format!("{word}: {line}")).collect::<Vec<_>>().join("\n")
}

/// Lists each mistake with its failure, for a snapshot.
fn refused(recipes: &[&str]) -> String {
    let tell = |text: &&str| {
        let failure = read(text).expect_err(text);
        assert_eq!(failure.exit, Exit::Usage);
        format!("{}\n{}\n", text.trim_end().replace('\t', "    "), rendered(&failure))
    };
    recipes.iter().map(tell).collect::<Vec<_>>().join("\n---\n")
}

fn texts<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

#[test]
fn every_key_is_read() {
    let request = read(FULL).unwrap().request;
    let ceo = StepRequest {
        name: Some("ceo".into()),
        work: Work::Use(vec!["linkedin_profile".into(), "web_research".into()]),
        inputs: texts([("linkedin_url", "ceo_linkedin_url")]),
        outputs: texts([("headline", "What they do")]),
        prefix: "ceo_".into(),
        condition: Some("employees > 50 && name != \"x\"".into()),
        existing: Some(Existing::Overwrite),
        provider_column: Some("ceo_source".into()),
    };
    let find = StepRequest {
        work: Work::Use(vec!["find_ceo".into()]),
        inputs: texts([("domain", "the site"), ("company", "name")]),
        ..StepRequest::default()
    };
    let size = StepRequest {
        name: Some("size".into()),
        work: Work::Formula("employees > 1000 ? \"large\" : \"small\"".into()),
        condition: Some("name != 'x'".into()),
        ..StepRequest::default()
    };
    let types = [("employees", SemanticType::Integer), ("the site", SemanticType::Domain)];
    let wanted = Request {
        steps: vec![ceo, find, size],
        inputs: texts([("company_domain", "the site")]),
        existing: Existing::Fail,
        types: types.map(|(column, kind)| (column.to_owned(), kind)).into(),
        ..Request::default()
    };
    assert_eq!(request, wanted);
    insta::assert_snapshot!(write(&request));
}

#[test]
fn a_step_alone_is_a_recipe() {
    for text in
        ["[[step]]\nuse = \"find_ceo\"\n", "step = [{ use = [\"find_ceo\"] }]", "[[step]]\r\nuse='find_ceo'"]
    {
        let request = read(text).unwrap().request;
        assert_eq!(write(&request), "[[step]]\nuse = \"find_ceo\"\n");
    }
}

#[test]
fn invalid_recipes_are_reported_with_their_lines() {
    insta::assert_snapshot!(refused(&[
        "",
        "# nothing\n",
        "step = []",
        "[step]\nuse = \"a\"",
        "step = \"a\"",
        "step = [\"a\"]",
        "[[steps]]\nuse = \"a\"",
        "[[step]]\nuse = \"a\"\n[colums]\nx = \"text\"",
        "use = \"a\"",
        "\n[[step]\nuse = \"a\"",
        "[[step]]\nuse = \"a\"\nuse = \"b\"",
        "[[step]]\nuse = a",
        "[[step]]\nwhere = employees > 50",
        "existing = \"overwite\"\n[[step]]\nuse = \"a\"",
        "existing = true\n[[step]]\nuse = \"a\"",
        "[columns]\nemployees = \"int\"\n[[step]]\nuse = \"a\"",
        "[columns]\nemployees = \"money\"\n[[step]]\nuse = \"a\"",
        "[columns]\nemployees = 3\n[[step]]\nuse = \"a\"",
        "[columns]\nexisting = \"keep\"\n[[step]]\nuse = \"a\"",
        "[columns]\n\"\" = \"text\"\n[[step]]\nuse = \"a\"",
        "columns = [\"employees\"]\n[[step]]\nuse = \"a\"",
    ]));
}

#[test]
fn invalid_steps_are_reported_with_their_lines() {
    insta::assert_snapshot!(refused(&[
        "[[step]]\nuse = \"a\"\n\n[[step]]\nprefx = \"b_\"\nuse = \"b\"",
        "[[step]]\nuse = \"a\"\ncondition = 'x'",
        "[[step]]\nuse = \"a\"\n\n[[step]]\nprefix = \"b_\"",
        "[[step]]\nuse = \"a\"\nformula = '1'",
        "[[step]]\nuse = []",
        "[[step]]\nuse = 3",
        "[[step]]\nuse = [\n  \"a\",\n  4,\n]",
        "[[step]]\nuse = [\n  \"a\",\n  \"b\",\n  \"a\",\n]",
        "[[step]]\nuse = [\"a\", \"\"]",
        "[[step]]\nuse = \"\"",
        "[[step]]\nuse = \"a\"\nprefix = \"\"",
        "[[step]]\nuse = \"a\"\nwhere = \"  \"",
        "[[step]]\nuse = \"a\"\nwhere = true",
        "[[step]]\nuse = \"a\"\nexisting = \"kep\"",
        "[[step]]\nuse = \"a\"\ninputs = \"domain\"",
        "[[step]]\nuse = \"a\"\ninputs = 1979-05-27",
        "[[step]]\nuse = \"a\"\ninputs = { domain = 1.5 }",
        "[[step]]\nuse = \"a\"\n[step.inputs]\n\"\" = \"x\"",
        "[[step]]\nuse = \"a\"\n[step.inputs]\ndomain = \"\"",
        "[[step]]\nuse = \"a\"\nname = \"The CEO\"",
        "[[step]]\nuse = \"a\"\nname = \"caf\u{e9}\"",
        "[[step]]\nuse = [\"a\"]\nprovider_column = \"by\"",
        "[[step]]\nformula = '1'",
        "[[step]]\nuse = \"a\"\noutputs = \"CEO\"",
        "inputs = 7\n[[step]]\nuse = \"a\"",
        "[[step]]\nname = \"one\"\nformula = '1'\ninputs = { a = \"b\" }",
        "[[step]]\nname = \"one\"\nformula = '1'\nprovider_column = \"by\"",
        "[[step]]\nuse = \"a\"\n\n[[step]]\nuse = [\"a\", \"b\"]",
        "[[step]]\nuse = \"a\"\n\n[[step]]\nuse = \"b\"\nname = \"a\"",
        "[[step]]\nuse = \"a\"\n\"two\\nlines \\u001b[31m\" = 1",
    ]));
}

#[test]
fn files_that_are_not_text_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recipe.toml");
    let refused = |path: &Path| {
        let failure = Recipe::read(path).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        rendered(&failure).replace(&folder.path().display().to_string(), "FOLDER")
    };
    let mut all = vec![refused(&path), refused(folder.path())];
    let contents = [
        b"[[step]]\nuse = \"caf\xe9\"".to_vec(),
        b"\xff\xfe[\0[\0".to_vec(),
        b"\0\0\0".to_vec(),
        Vec::new(),
        b"#".repeat(1024 * 1024 + 1),
        "\u{feff}[[step]]\nuse = 1".into(),
        "[".repeat(100_000).into(),
        format!("a = {}", "[".repeat(100_000)).into(),
    ];
    for content in contents {
        fs::write(&path, content).unwrap();
        all.push(refused(&path));
    }
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn a_byte_order_mark_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recipe.toml");
    fs::write(&path, format!("\u{feff}{FULL}")).unwrap();
    assert_eq!(Recipe::read(&path).unwrap().request, read(FULL).unwrap().request);
}

#[test]
fn a_plans_error_is_reported_with_the_line_of_its_part() {
    let recipe = read(FULL).unwrap();
    let at = |about: Option<About>| {
        let (message, advice) = ("it does not fit".to_owned(), vec![Advice::GiveOnce]);
        let failure = recipe.locate(&PlanError { problem: Problem::Unfit, message, advice, about });
        assert_eq!(failure.exit, Exit::Usage);
        rendered(&failure)
    };
    let check = |step: usize, part: Part, line: usize| {
        let wanted = format!("error: recipe.toml, line {line}: it does not fit\nhint: leave one of them out");
        assert_eq!(at(Some(About { step: Some(step), part })), wanted);
    };
    check(0, Part::Step, 9);
    check(0, Part::Name, 10);
    check(0, Part::Use, 11);
    check(0, Part::Input("linkedin_url".into()), 12);
    check(0, Part::Output("headline".into()), 13);
    check(0, Part::Prefix, 14);
    check(0, Part::Condition, 15);
    check(0, Part::Existing, 16);
    check(0, Part::ProviderColumn, 17);
    check(1, Part::Input("domain".into()), 22);
    check(1, Part::Input("company".into()), 23);
    check(2, Part::Formula, 27);
    // A part that the step does not set is reported at the step itself.
    check(1, Part::Input("country".into()), 19);
    check(1, Part::Name, 19);
    check(2, Part::Use, 25);
    // A part that the recipe does not hold has no line.
    assert_eq!(at(None), "error: it does not fit\nhint: leave one of them out");
    assert_eq!(
        at(Some(About { step: Some(3), part: Part::Use })),
        "error: it does not fit\nhint: leave one of them out"
    );
    let problem = Problem::UnknownIntegration;
    let error = PlanError { problem, message: "no".into(), advice: Vec::new(), about: None };
    assert_eq!(recipe.locate(&error).exit, Exit::NotFound);
}

/// Text that is not blank, full of characters that are special in the file's syntax.
fn odd() -> impl Strategy<Value = String> {
    let pieces = sample::select(vec![
        "a", "B", "_", "1", " ", "'", "\"", "'''", "\"\"\"", "\\", "\\n", "\n", "\r", "\r\n", "\t", "#", "=",
        "[", "]", "{", "}", ",", ".", "\0", "\u{1b}", "\u{7f}", "\u{85}", "\u{2028}", "\u{feff}", "\u{202e}",
        "é", "汉", "🦀",
    ]);
    let pieces = collection::vec(pieces, 1..8).prop_map(|pieces| pieces.concat());
    prop_oneof![3 => pieces, 1 => any::<String>(), 1 => "[a-z_]{1,8}"]
        .prop_filter("blank text is refused", |text| !text.trim().is_empty())
}

fn existing() -> impl Strategy<Value = Existing> {
    sample::select(vec![Existing::Keep, Existing::Overwrite, Existing::Fail])
}

fn step() -> impl Strategy<Value = StepRequest> {
    let names = collection::btree_set(odd(), 1..4).prop_map(|names| names.into_iter().collect::<Vec<_>>());
    let work = prop_oneof![2 => names.prop_map(Work::Use), 1 => odd().prop_map(Work::Formula)];
    let prefix = option::of(odd()).prop_map(Option::unwrap_or_default);
    let pairs = || collection::btree_map(odd(), odd(), 0..4);
    let inputs = (pairs(), pairs());
    let name = option::of("[a-z0-9_]{1,8}");
    let rest = (option::of(odd()), option::of(existing()), option::of(odd()));
    (name, work, inputs, prefix, rest).prop_map(|(name, work, (inputs, outputs), prefix, rest)| {
        let (condition, existing, column) = rest;
        let step =
            StepRequest { name, work, inputs, outputs, prefix, condition, existing, provider_column: None };
        match &step.work {
            Work::Use(names) => {
                let provider_column = column.filter(|_| names.len() > 1);
                StepRequest { provider_column, ..step }
            }
            Work::Formula(_) => {
                let name = Some(step.name.unwrap_or_else(|| "formula".into()));
                StepRequest { name, inputs: BTreeMap::new(), ..step }
            }
        }
    })
}

fn request() -> impl Strategy<Value = Request> {
    let types = collection::btree_map(odd(), sample::select(SemanticType::ALL.to_vec()), 0..4);
    let inputs = collection::btree_map(odd(), odd(), 0..3);
    (collection::vec(step(), 1..5), inputs, existing(), types).prop_map(
        |(mut steps, inputs, existing, types)| {
            let mut names = BTreeSet::new();
            steps.retain(|step| {
                let name = step.name.clone().unwrap_or_else(|| match &step.work {
                    Work::Use(names) => names[0].clone(),
                    Work::Formula(_) => unreachable!("a formula has a name"),
                });
                names.insert(name)
            });
            Request { steps, inputs, existing, types, ..Request::default() }
        },
    )
}

proptest! {
    #[test]
    fn a_written_recipe_is_read_back(request in request()) {
        let text = write(&request);
        let recipe = read(&text).map_err(|failure| TestCaseError::fail(rendered(&failure) + "\n" + &text))?;
        prop_assert_eq!(&recipe.request, &request, "{}", text);
        prop_assert_eq!(write(&recipe.request), text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(start in 0..FULL.len(), length in 0..40_usize, odd in odd()) {
        let mut text = FULL.to_owned();
        text.replace_range(start..(start + length).min(FULL.len()), &odd);
        let _ = read(&text);
        let _ = read(&odd);
    }
}
