//! Tests of every piece of advice in the syntax of flags and of a recipe.

use engine::plan::StepUse;
use marl_core::SemanticType;

use super::*;

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

/// Checks the hint in flags and in a recipe.
#[track_caller]
fn hints(advice: &Advice, flags: &str, recipe: &str) {
    let actual = [Voice::Flags, Voice::Recipe].map(|voice| voice.hint(advice).unwrap_or_default());
    assert_eq!(actual, [flags, recipe]);
}

/// Checks a hint that is the same in both.
#[track_caller]
fn hints_in_both(advice: &Advice, text: &str) {
    hints(advice, text, text);
}

fn input(name: &str) -> Part {
    Part::Input(name.to_owned())
}

fn output(name: &str) -> Part {
    Part::Output(name.to_owned())
}

#[test]
fn inputs_are_bound() {
    let (step, input) = ("find_ceo".to_owned(), "company_domain".to_owned());
    let columns = texts(["The site", "Website"]);
    hints(
        &Advice::Choose { step: step.clone(), input: input.clone(), columns: columns.clone() },
        "choose one with `--map find_ceo.company_domain='The site'`",
        "choose one with `inputs = { company_domain = \"The site\" }`",
    );
    hints(
        &Advice::Bind { step: step.clone(), input: input.clone(), columns: columns.clone() },
        "columns that could feed it: `The site`, `Website`; bind one with `--map find_ceo.company_domain='The site'`",
        "columns that could feed it: `The site`, `Website`; bind one with `inputs = { company_domain = \"The site\" }`",
    );
    hints(
        &Advice::BindAny { step: step.clone(), input, columns },
        "the table's columns are `The site`, `Website`; bind one with `--map find_ceo.company_domain=COLUMN`",
        "the table's columns are `The site`, `Website`; bind one with `inputs = { company_domain = \"COLUMN\" }`",
    );
    hints(
        &Advice::BindOneInput,
        "bind one of their inputs to a column of the table with `--map step.input=column`",
        "bind one of their inputs to a column of the table with `inputs = { input = \"column\" }`",
    );
    hints(
        &Advice::NameInput { step, column: "The site".to_owned() },
        "`find_ceo` is a step: `--map find_ceo.INPUT='The site'`",
        "`find_ceo` is a step, which has inputs of its own: `inputs = { INPUT = \"The site\" }`",
    );
}

#[test]
fn integrations_are_named() {
    let steps = [None, Some("ceo")].map(|name| StepUse {
        name: name.map(str::to_owned),
        integrations: texts(["linkedin_profile", "web_research"]),
    });
    let (integration, name) = ("find_ceo".to_owned(), "ceo_linkedin_url".to_owned());
    let inputs = texts(["company", "country"]);
    hints(
        &Advice::AddIntegration {
            integration: integration.clone(),
            output: name.clone(),
            inputs: inputs.clone(),
            steps: steps.to_vec(),
        },
        "`find_ceo` produces `ceo_linkedin_url` from `company` and `country`; add it with \
         `--integrations 'linkedin_profile|web_research,ceo=linkedin_profile|web_research'`",
        "`find_ceo` produces `ceo_linkedin_url` from `company` and `country`; add it as a step of its own: \
         `use = \"find_ceo\"`",
    );
    hints(
        &Advice::ChooseIntegration { integration, output: name, inputs },
        "`--integrations find_ceo` produces `ceo_linkedin_url` from `company` and `country`",
        "`use = \"find_ceo\"` produces `ceo_linkedin_url` from `company` and `country`",
    );
    hints_in_both(
        &Advice::NameIntegration,
        "`marl integrations` lists what exists; name one with `--integrations`, or a column with `--want`",
    );
    hints_in_both(
        &Advice::KnownIntegrations(texts(["a", "b"])),
        "there are `a`, `b`; `marl integrations` lists their inputs and outputs",
    );
    hints(
        &Advice::IntegrationForms,
        "`--integrations` takes names: `find_ceo`, `ceo=linkedin_profile`, 'a|b'",
        "`use` takes a name, or a list of names",
    );
    hints_in_both(
        &Advice::Gives { integration: "a".to_owned(), outputs: texts(["x", "y"]) },
        "`a` produces `x`, `y`",
    );
    hints_in_both(&Advice::NameAlternativesOnce, "name each alternative once");
    hints(
        &Advice::AddAlternatives,
        "`--integrations 'a|b'` asks `b` for what `a` leaves empty",
        "`use = [\"a\", \"b\"]` asks `b` for what `a` leaves empty",
    );
    hints(
        &Advice::JoinSteps { first: "a".to_owned(), second: "b".to_owned(), integrations: texts(["a", "b"]) },
        "or ask `b` only for what `a` leaves empty: `--integrations 'a|b'`",
        "or ask `b` only for what `a` leaves empty: `use = [\"a\", \"b\"]`",
    );
    hints(
        &Advice::NameSecondUse { name: "a".to_owned(), integrations: texts(["a"]) },
        "to use an integration twice, give it a name of its own: `--integrations a,other=a`, and \
         `--prefix other=other_` for its columns",
        "to use an integration twice, give it a name of its own: `name = \"other\"`, and \
         `prefix = \"other_\"` for its columns",
    );
    hints_in_both(&Advice::RenameStep, "give one of them another name");
    hints(
        &Advice::NameLetters { is_formula: false },
        "names are made of the letters `a` to `z`, digits and `_`: `ceo=linkedin_profile`",
        "names are made of the letters `a` to `z`, digits and `_`",
    );
    hints_in_both(
        &Advice::NameLetters { is_formula: true },
        "names are made of the letters `a` to `z`, digits and `_`",
    );
}

#[test]
fn words_are_corrected() {
    let [wrong, right] = ["Boss", "ceo_name"].map(str::to_owned);
    hints_in_both(
        &Advice::Word { part: Part::Want, wrong: wrong.clone(), right: right.clone() },
        "did you mean `ceo_name`?",
    );
    hints_in_both(&Advice::Known(texts(["a", "b"])), "there are `a`, `b`");
    hints(
        &Advice::SwapSides { part: output("Boss"), left: wrong, right: right.clone(), name: right },
        "the sides are swapped: write `--into ceo_name=Boss`",
        "the sides are swapped: write `outputs = { ceo_name = \"Boss\" }`",
    );
    hints_in_both(
        &Advice::SwapNames {
            part: input("find_ceo"),
            step: "find_ceo".to_owned(),
            name: "company_domain".to_owned(),
        },
        "the sides are swapped: write `--map find_ceo.company_domain=`",
    );
    hints(
        &Advice::PutColumnRight {
            part: input("The CEO"),
            column: "The CEO".to_owned(),
            names: texts(["a", "b"]),
        },
        "`The CEO` is a column, and a column belongs on the right: `--map NAME='The CEO'`, where NAME is one of `a`, `b`",
        "`The CEO` is a column, and a column belongs on the right: `inputs = { NAME = \"The CEO\" }`, where NAME is \
         one of `a`, `b`",
    );
    hints_in_both(
        &Advice::NameStep { part: output("staff"), step: "a".to_owned() },
        "name the step: `--into a.staff=COLUMN`",
    );
    hints_in_both(
        &Advice::NameStep { part: Part::ProviderColumn, step: "a".to_owned() },
        "name the step: `--provider-column a=COLUMN`",
    );
    hints_in_both(&Advice::GiveOnce, "leave one of them out");
}

#[test]
fn columns_get_names() {
    let (step, prefix) = ("ceo".to_owned(), "ceo_".to_owned());
    hints(
        &Advice::Prefix { step: step.clone(), prefix: prefix.clone(), column: "name".to_owned() },
        "`--prefix ceo=ceo_` names the columns of `ceo` `ceo_name` and so on",
        "`prefix = \"ceo_\"` names the columns of `ceo` `ceo_name` and so on",
    );
    hints(
        &Advice::PrefixOneStep { step: step.clone(), prefix },
        "or give the columns of one of them other names: `--prefix ceo=ceo_`",
        "or give the columns of one of them other names: `prefix = \"ceo_\"`",
    );
    hints_in_both(
        &Advice::OmitPrefixOrNames,
        "leave out `--prefix`, or `--into` for the columns that should have the prefix",
    );
    hints(
        &Advice::ChooseColumn { step, output: "name".to_owned() },
        "choose another column with `--into ceo.name=COLUMN`",
        "choose another column with `outputs = { name = \"COLUMN\" }`",
    );
    hints(
        &Advice::Into { outputs: texts(["a", "b"]), column: "x y".to_owned() },
        "choose the output that fills its empty cells: `--into a='x y'` or `--into b='x y'`",
        "choose the output that fills its empty cells: `outputs = { a = \"x y\" }` or `outputs = { b = \"x y\" }`",
    );
    hints_in_both(&Advice::NameColumnsApart, "each of its columns needs a name of its own");
    hints_in_both(&Advice::OtherFirstCharacter('='), "start its name with a character other than `=`");
    hints_in_both(&Advice::VisibleName, "a column's name is one line of visible text");
    hints_in_both(&Advice::OmitProviderColumn, "leave out the provider column");
    hints(
        &Advice::KeepOrOverwrite,
        "`--existing keep` fills only its empty cells, `--existing overwrite` replaces them",
        "`existing = \"keep\"` fills only its empty cells, `existing = \"overwrite\"` replaces them",
    );
}

#[test]
fn expressions_are_corrected() {
    hints_in_both(&Advice::FormulaOrder, "a formula can read only columns that exist before it");
    hints_in_both(&Advice::ExpressionForm("a > 1"), "an expression looks like `a > 1`");
    hints_in_both(&Advice::Language("write `int(a)`".to_owned()), "write `int(a)`");
    let (part, wrong, right) = (Part::Condition, "a".to_owned(), "b".to_owned());
    assert_eq!(Voice::Flags.hint(&Advice::Rewrite { part, wrong, right }), None);
    hints(
        &Advice::ColumnType { column: "Company Name".to_owned(), kind: SemanticType::Integer },
        "or give the column its type: `--column-type 'Company Name=integer'`",
        "or give the column its type: `\"Company Name\" = \"integer\"` under `[columns]`",
    );
}

#[test]
fn control_characters_in_a_column_are_escaped_for_copying() {
    let column = "Web\u{202e}site".to_owned();
    let choose = Advice::Choose { step: "a".to_owned(), input: "b".to_owned(), columns: vec![column] };
    assert_eq!(Voice::Flags.hint(&choose).unwrap(), "choose one with `--map a.b=$'Web\\xe2\\x80\\xaesite'`");
}

#[test]
fn a_reason_names_the_type_that_reads_a_number() {
    let mut error = EvaluationError { reason: "`1,2` is not a plain number".to_owned(), readable: None };
    assert_eq!(reason(&error), error.reason);
    error.readable = Some(("staff".to_owned(), SemanticType::Integer));
    assert_eq!(
        reason(&error),
        "`1,2` is not a plain number; `--column-type staff=integer`, in a recipe `staff = \"integer\"` under \
         `[columns]`, reads such numbers"
    );
    assert_eq!(remark(&Remark::NoResult(error.clone())), reason(&error));
    assert_eq!(remark(&Remark::LacksCall("p o failed".to_owned())), "p o failed");
}
