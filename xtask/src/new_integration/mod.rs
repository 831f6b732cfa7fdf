//! `cargo xtask new-integration`: creates the crate of a new integration and the lines that link it.
//!
//! Everything is checked before anything is written, and a failed write is undone. The generated crate works
//! as it is; its author improves it.

mod columns;
mod edit;
mod name;
mod template;
mod write;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use crate::{
    console,
    contracts::{self, Known},
    failure::Failure,
    workspace,
};
use columns::Column;
use name::Name;
use write::Change;

/// The table that the printed example uses with the sandbox.
const SAMPLE: &str = "examples/companies.csv";

/// The length limit of a description, in characters. Lists show it on one line.
const LONGEST_DESCRIPTION: usize = 160;

/// Write a new integration that compiles, is linked and gets answers from the sandbox
///
/// The types of columns are guessed from their names (`..._domain`, `..._count`, `..._url`). Write `name:type`
/// for another type, such as `funding:integer`.
#[derive(Debug, clap::Args)]
pub(crate) struct NewIntegrationArgs {
    /// The name on the command line, in snake_case: `company_news`
    pub(crate) name: String,

    /// Columns that the integration reads
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    pub(crate) inputs: Vec<String>,

    /// Columns that the integration adds
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    pub(crate) outputs: Vec<String>,

    /// What the integration adds to a row, in one sentence
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
}

/// The checked arguments.
pub(super) struct Spec {
    name: Name,
    inputs: Vec<Column>,
    outputs: Vec<Column>,
    description: String,
}

/// The result of creating an integration.
pub(crate) struct Made {
    /// The name of the new package, which is also its folder in `crates/`.
    pub(crate) package: String,
    /// The files written or changed, relative to the root.
    pub(crate) files: Vec<PathBuf>,
    /// Warnings for the author.
    pub(crate) warnings: Vec<String>,
}

pub(crate) fn run(root: &Path, args: &NewIntegrationArgs) -> Result<(), Failure> {
    let made = create(root, args)?;
    for file in &made.files {
        console::progress(&format!("wrote {}", file.display()));
    }
    made.warnings.iter().for_each(|warning| console::warning(warning));
    console::line("next:");
    console::line(&format!("  cargo test -p {}", made.package));
    console::line(&format!(
        "  cargo run -p cli -- enrich --sandbox --input {SAMPLE} --integrations {}",
        args.name
    ));
    Ok(())
}

/// Creates the integration in the checkout at `root`, or changes nothing.
pub(crate) fn create(root: &Path, args: &NewIntegrationArgs) -> Result<Made, Failure> {
    let known = contracts::known(root)?;
    let spec = check(root, args, &known)?;
    let mut warnings = shared_outputs(&spec, &known);
    warnings.extend(not_in_sample(root, &spec));
    let (changes, formatted) = changes(root, &spec)?;
    if !formatted {
        warnings.push("`rustfmt` is not installed: run `cargo fmt` when it is".to_owned());
    }
    let files = changes.iter().map(|change| change.file.clone()).collect();
    write::all(root, changes)?;
    Ok(Made { package: spec.name.package(), files, warnings })
}

fn check(root: &Path, args: &NewIntegrationArgs, known: &[Known]) -> Result<Spec, Failure> {
    let name = Name::check(&args.name, known)?;
    let folder = Path::new("crates").join(name.package());
    if root.join(&folder).exists() {
        return Err(Failure::new(format!("{} exists already", folder.display()))
            .hint("choose another name, or change the existing integration"));
    }
    let (inputs, outputs) = columns::check(&args.inputs, &args.outputs)?;
    let description = match &args.description {
        Some(text) => description(text)?,
        None => template::description(&outputs),
    };
    Ok(Spec { name, inputs, outputs, description })
}

fn description(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    let wrong = if text.is_empty() {
        "is empty"
    } else if text.chars().any(char::is_control) {
        "has a line end or a control character"
    } else if text.chars().count() > LONGEST_DESCRIPTION {
        "is too long"
    } else {
        return Ok(text.to_owned());
    };
    Err(Failure::new(format!("the description {wrong}")).hint(format!(
        "write one sentence of at most {LONGEST_DESCRIPTION} characters, or leave `--description` out"
    )))
}

/// Warns about outputs that another integration has too, because two such integrations cannot run together.
fn shared_outputs(spec: &Spec, known: &[Known]) -> Vec<String> {
    let mut warnings = Vec::new();
    for column in &spec.outputs {
        for other in known.iter().filter(|other| other.outputs.contains(&column.name)) {
            warnings.push(format!(
                "`{}` writes the column `{}` too: the two cannot run together unless one is renamed",
                other.name, column.name
            ));
        }
    }
    warnings
}

/// Warns about inputs that the sample table lacks, because the printed example needs them.
fn not_in_sample(root: &Path, spec: &Spec) -> Option<String> {
    let text = workspace::read(&root.join(SAMPLE)).ok()?;
    let header: Vec<&str> = text.lines().next()?.split(',').collect();
    let absent = spec.inputs.iter().filter(|column| !header.contains(&column.name.as_str()));
    let absent: Vec<String> = absent.map(|column| format!("`{}`", column.name)).collect();
    (!absent.is_empty()).then(|| {
        format!(
            "{SAMPLE} has no column {}: try it with a table of yours, or feed it with `--map`",
            absent.join(", ")
        )
    })
}

/// Every file with its new text, and whether the source was formatted.
fn changes(root: &Path, spec: &Spec) -> Result<(Vec<Change>, bool), Failure> {
    let package = spec.name.package();
    let folder = Path::new("crates").join(&package);
    let source = template::source(spec);
    let formatted = template::format(root, &source);
    let is_formatted = formatted.is_some();
    let changes = vec![
        Change::new(folder.join("Cargo.toml"), template::manifest(spec)),
        Change::new(folder.join("src/lib.rs"), formatted.unwrap_or(source)),
        edit::root_manifest(root, &package)?,
        edit::cli_manifest(root, &package)?,
        edit::plugins(root, &spec.name.library())?,
    ];
    Ok((changes, is_formatted))
}
