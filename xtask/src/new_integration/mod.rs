//! `cargo xtask new-integration`: a new integration's crate, and the lines that link it.
//!
//! Everything is checked before anything is written, and a write that fails half-way is
//! undone. What is generated works as it is; what it should do better is its author's.

mod columns;
mod edit;
mod name;
mod template;
mod write;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use crate::{
    contracts::{self, Known},
    failure::Failure,
    say, workspace,
};
use columns::Column;
use name::Name;
use write::Change;

/// The table that the sandbox is tried with.
const SAMPLE: &str = "examples/companies.csv";

/// The longest description: it stands on one line of a list.
const LONGEST_DESCRIPTION: usize = 160;

/// Write a new integration that compiles, is linked and answers from the sandbox at once
///
/// The types of columns are guessed from their names (`..._domain`, `..._count`, `..._url`);
/// `name:type` says another one, such as `funding:integer`.
#[derive(Debug, clap::Args)]
pub(crate) struct NewIntegrationArgs {
    /// The name on the command line, in snake_case: `company_news`
    pub(crate) name: String,

    /// Columns that it reads
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    pub(crate) inputs: Vec<String>,

    /// Columns that it adds
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    pub(crate) outputs: Vec<String>,

    /// One sentence: what it adds to a row
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
}

/// What was asked for, checked.
pub(super) struct Spec {
    name: Name,
    inputs: Vec<Column>,
    outputs: Vec<Column>,
    description: String,
}

/// What was made.
pub(crate) struct Made {
    /// The new package, and its folder in `crates/`.
    pub(crate) package: String,
    /// The files written or changed, relative to the root.
    pub(crate) files: Vec<PathBuf>,
    /// What the author should look at.
    pub(crate) warnings: Vec<String>,
}

pub(crate) fn run(root: &Path, args: &NewIntegrationArgs) -> Result<(), Failure> {
    let made = create(root, args)?;
    for file in &made.files {
        say::talk(&format!("wrote {}", file.display()));
    }
    made.warnings.iter().for_each(|warning| say::warning(warning));
    say::line("next:");
    say::line(&format!("  cargo test -p {}", made.package));
    say::line(&format!(
        "  cargo run -p cli -- enrich --sandbox --input {SAMPLE} --integrations {}",
        args.name
    ));
    Ok(())
}

/// Makes the integration in the checkout at `root`, or changes nothing.
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
            .hint("choose another name, or work on the integration that is there"));
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

/// Two integrations that write one column cannot run together.
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

/// The command that is shown at the end needs its columns in the sample table.
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

/// Every file as it is to be, and whether the source was formatted.
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
