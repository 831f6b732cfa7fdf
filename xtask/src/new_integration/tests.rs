//! New integrations in a copy of the files that the command reads and changes.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::{Made, NewIntegrationArgs, create};
use crate::{failure::Failure, workspace};

const ROOT: &str = "[workspace.dependencies]\nmarl-core = { path = \"crates/core\" }\n\
    integration-find-ceo = { path = \"crates/integration-find-ceo\" }\n\
    integration-linkedin = { path = \"crates/integration-linkedin\" }\n\
    sandbox = { path = \"crates/sandbox\" }\n\n# The run.\nasync-trait = \"0.1\"\n";
const CLI: &str = "[package]\nname = \"cli\"\n\n[dependencies]\nclap.workspace = true\n\
    integration-find-ceo.workspace = true\nintegration-linkedin.workspace = true\n\
    marl-core.workspace = true\n\n[dev-dependencies]\ninsta.workspace = true\n";
const PLUGINS: &str = "//! Links the plugins.\n\nuse integration_find_ceo as _;\n\
    use integration_linkedin as _;\nuse provider_datagen as _;\n";
const CEO: &str = r#"const OUTPUTS: &[Column] = &[Column::optional("ceo_name", SemanticType::Text, "x")];
static CONTRACT: Contract = Contract::new("find_ceo", "4", "x").outputs(OUTPUTS);"#;
const PROFILE: &str = r#"static CONTRACT: Contract = Contract::new("linkedin_profile", "2", "x");"#;

fn checkout() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("Cargo.toml", ROOT);
    write("crates/cli/Cargo.toml", CLI);
    write("crates/cli/src/plugins.rs", PLUGINS);
    write("crates/integration-find-ceo/Cargo.toml", "");
    write("crates/integration-find-ceo/src/lib.rs", CEO);
    write("crates/integration-linkedin/Cargo.toml", "");
    write("crates/integration-linkedin/src/lib.rs", PROFILE);
    write("examples/companies.csv", "company_name,company_domain,country\n");
    folder
}

fn args(name: &str, inputs: &str, outputs: &str) -> NewIntegrationArgs {
    let list = |text: &str| text.split(',').map(str::to_owned).collect();
    NewIntegrationArgs {
        name: name.to_owned(),
        inputs: list(inputs),
        outputs: list(outputs),
        description: None,
    }
}

/// Every file with its text, for checking that nothing changed.
fn state(root: &Path) -> BTreeMap<PathBuf, String> {
    let files = workspace::walk(root, Path::new("")).unwrap();
    files.into_iter().map(|file| (file.clone(), fs::read_to_string(root.join(file)).unwrap())).collect()
}

/// The warnings that do not depend on the installed toolchain.
fn about_columns(made: &Made) -> Vec<&str> {
    made.warnings.iter().map(String::as_str).filter(|warning| !warning.contains("rustfmt")).collect()
}

#[track_caller]
fn refused(args: &NewIntegrationArgs, expect: &str) -> Failure {
    let checkout = checkout();
    let before = state(checkout.path());
    let failure = create(checkout.path(), args).err().unwrap();
    assert!(failure.message.contains(expect), "{failure:?}");
    assert!(!failure.hints.is_empty(), "{failure:?}");
    assert_eq!(state(checkout.path()), before);
    failure
}

#[test]
fn the_lines_are_inserted_in_order() {
    let checkout = checkout();
    let made = create(checkout.path(), &args("hiring_news", "company_domain", "headline_news")).unwrap();
    assert_eq!(made.package, "integration-hiring-news");
    assert_eq!(made.files.len(), 5);
    assert_eq!(about_columns(&made), Vec::<&str>::new());
    let read = |file: &str| fs::read_to_string(checkout.path().join(file)).unwrap();
    let before = "integration-linkedin = {";
    let line = "integration-hiring-news = { path = \"crates/integration-hiring-news\" }\n";
    assert_eq!(read("Cargo.toml"), ROOT.replace(before, &format!("{line}{before}")));
    let before = "integration-linkedin.workspace";
    let line = "integration-hiring-news.workspace = true\n";
    assert_eq!(read("crates/cli/Cargo.toml"), CLI.replace(before, &format!("{line}{before}")));
    let before = "use integration_linkedin";
    let line = "use integration_hiring_news as _;\n";
    assert_eq!(read("crates/cli/src/plugins.rs"), PLUGINS.replace(before, &format!("{line}{before}")));
}

#[test]
fn the_first_and_the_last_line_are_inserted_in_order() {
    for name in ["zoo_list", "a_news"] {
        let checkout = checkout();
        create(checkout.path(), &args(name, "company_domain", "news")).unwrap();
        let text = fs::read_to_string(checkout.path().join("Cargo.toml")).unwrap();
        let own: Vec<&str> = text.lines().filter(|line| line.starts_with("integration-")).collect();
        assert!(own.len() == 3 && own.is_sorted(), "{own:?}");
        let plugins = fs::read_to_string(checkout.path().join("crates/cli/src/plugins.rs")).unwrap();
        let uses: Vec<&str> = plugins.lines().filter(|line| line.starts_with("use ")).collect();
        assert!(uses.len() == 4 && uses.is_sorted(), "{uses:?}");
    }
}

#[test]
fn the_source_has_the_contract_and_quotes_untrusted_text() {
    let checkout = checkout();
    let mut args = args("news", "company_domain,country", "news,article_count,funding:integer");
    args.description = Some("News, \"good\" and {{bad}}".to_owned());
    create(checkout.path(), &args).unwrap();
    let folder = checkout.path().join("crates/integration-news");
    let source = fs::read_to_string(folder.join("src/lib.rs")).unwrap();
    for part in [
        "pub struct News;",
        "Contract::new(\"news\", \"1\", \"News, \\\"good\\\" and {{bad}}\")",
        "Column::required(\"country\", SemanticType::Country, \"the country\")",
        "Column::optional(\"funding\", SemanticType::Integer, \"the funding\")",
        "row.text(\"company_domain\")",
        "quoted(row, \"country\")",
    ] {
        assert!(source.contains(part), "{part} is not in\n{source}");
    }
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    assert!(manifest.contains("news: News, \\\"good\\\" and {{bad}}"), "{manifest}");
    assert_eq!(manifest.matches("serde_json.workspace").count(), 1);
}

#[test]
fn a_type_name_that_the_source_uses_is_extended() {
    let checkout = checkout();
    create(checkout.path(), &args("result", "company_domain", "news")).unwrap();
    let source = fs::read_to_string(checkout.path().join("crates/integration-result/src/lib.rs")).unwrap();
    assert!(source.contains("pub struct ResultIntegration;"), "{source}");
}

#[test]
fn bad_names_are_refused_and_nothing_is_written() {
    for name in ["", "News", "1news", "_news", "news_", "a__b", "new-s", "ne ws", "nëws", "../x", "a/b"] {
        refused(&args(name, "company_domain", "news"), "is not a name in snake_case");
    }
    refused(&args("type", "company_domain", "news"), "is a keyword");
    refused(&args("integration_news", "company_domain", "news"), "repeats the word");
    refused(&args(&"n".repeat(41), "company_domain", "news"), "is longer than");
}

#[test]
fn taken_names_and_folders_are_refused() {
    for name in ["find_ceo", "find-ceo", "Find_CEO"] {
        let failure = refused(&args(name, "company_domain", "news"), "is taken");
        assert!(failure.message.contains("integration-find-ceo"), "{failure:?}");
    }
    refused(&args("linkedin_profile", "company_domain", "news"), "is taken");
    refused(&args("linkedin", "company_domain", "news"), "exists already");
}

#[test]
fn bad_columns_are_refused() {
    refused(&args("news", "Company", "news"), "the input `Company`");
    refused(&args("news", "company_domain", "a b"), "the output `a b`");
    refused(&args("news", "company_domain", ""), "the output ``");
    refused(&args("news", "company_domain", "a,b,a"), "`a` is named twice");
    refused(&args("news", "company_domain,country", "country"), "an input and an output");
    refused(&args("news", "company_domain", "source_url"), "cannot be an output");
    refused(&args("news", "company_domain", "a:money"), "not a type");
    let mut long = args("news", "company_domain", "a");
    long.description = Some("two\nlines".to_owned());
    refused(&long, "the description");
}

#[test]
fn a_shared_output_and_an_absent_input_give_warnings() {
    let made = create(checkout().path(), &args("boss", "linkedin_url", "ceo_name")).unwrap();
    let warnings = about_columns(&made);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].contains("`find_ceo` writes the column `ceo_name`"));
    assert!(warnings[1].contains("no column `linkedin_url`"));
}

#[test]
fn a_partial_write_is_undone() {
    let checkout = checkout();
    let before = state(checkout.path());
    let changes = vec![
        super::Change::new(PathBuf::from("crates/new/src/lib.rs"), "x".to_owned()),
        super::Change::new(PathBuf::from("Cargo.toml"), "x".to_owned()),
        super::Change::new(PathBuf::from("Cargo.toml/impossible"), "x".to_owned()),
    ];
    let failure = super::write::all(checkout.path(), changes).err().unwrap();
    assert_eq!(failure.hints, ["nothing was changed"]);
    assert_eq!(state(checkout.path()), before);
    assert!(!checkout.path().join("crates/new").exists());
}
