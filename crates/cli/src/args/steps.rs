//! The flags for the steps, and for selecting rows. This module knows no table.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use engine::plan::{self, Set, StepRequest, Tweak};
use marl_core::SemanticType;

use runner::spec::{self, Selection, StepSpec, ranges::Ranges};

/// What to do on each row
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Steps")]
pub(crate) struct StepArgs {
    /// Integrations to run, in any order: their columns decide what runs first. `ceo=linkedin_profile` gives
    /// a step a name of its own; 'a|b' asks `b` for what `a` leaves empty
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) integrations: Vec<String>,

    /// Columns to fill, with whichever integrations they need
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub(crate) want: Vec<String>,

    /// Take the steps from a recipe (`marl recipe new` writes one)
    #[arg(long, value_name = "FILE", conflicts_with_all = STEP_FLAGS)]
    pub(crate) recipe: Option<PathBuf>,

    /// Feed an input from a column with another name: for all steps (`company_domain=Website`) or for one
    /// (`find_ceo.company_domain=Website`); may be given several times
    #[arg(long, value_name = "[STEP.]INPUT=COLUMN", value_parser = parse_map)]
    pub(crate) map: Vec<Tweak>,

    /// Write an output into a column of your own: `find_ceo.ceo_name=CEO`; fills its empty cells (see
    /// `--existing`); may be given several times
    #[arg(long, value_name = "[STEP.]OUTPUT=COLUMN", value_parser = parse_into)]
    pub(crate) into: Vec<Tweak>,

    /// Start the names of a step's output columns with a prefix; may be given several times
    #[arg(long, value_name = "STEP=PREFIX", value_parser = parse_prefix)]
    pub(crate) prefix: Vec<Tweak>,

    /// Run a step only on rows for which a condition in CEL holds: `find_ceo=int(employees) > 50`
    #[arg(long = "where", value_name = "STEP=CEL", value_parser = parse_where)]
    pub(crate) condition: Vec<Tweak>,

    /// Fill a column with a formula in CEL, without a call; may be given several times
    #[arg(long, value_name = "COLUMN=CEL", value_parser = parse_formula)]
    pub(crate) formula: Vec<StepRequest>,

    /// Write the name of the integration that answered into a column
    #[arg(long, value_name = "[STEP=]COLUMN", value_parser = parse_provider_column)]
    pub(crate) provider_column: Vec<Tweak>,

    /// The type of a column of the table, for conditions and formulas: `employees=integer`
    #[arg(long, value_name = "COLUMN=TYPE", value_parser = parse_column_type)]
    pub(crate) column_type: Vec<(String, SemanticType)>,

    /// What to do with output cells that are already filled [default: keep]
    #[arg(long, value_enum)]
    pub(crate) existing: Option<Existing>,
}

/// The flags that a recipe replaces.
const STEP_FLAGS: [&str; 9] = [
    "integrations",
    "want",
    "map",
    "into",
    "prefix",
    "condition",
    "formula",
    "provider_column",
    "column_type",
];

/// Which rows to enrich
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Rows")]
pub(crate) struct PickArgs {
    /// Enrich only the first N of the selected rows; the others pass through
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,

    /// Enrich only N rows that need calls and differ as much as possible, to preview the whole run; the
    /// others pass through, and the hash of a plan for all rows allows it
    #[arg(long, value_name = "N", value_parser = pilot_rows, conflicts_with = "limit")]
    pub(crate) pilot: Option<usize>,

    /// Enrich only these rows: `10-20,35`, `100-`
    #[arg(long, value_name = "RANGES")]
    pub(crate) rows: Option<Ranges>,

    /// Enrich only rows for which a condition in CEL holds: `country == "DE"`
    #[arg(long, value_name = "CEL")]
    pub(crate) filter: Option<String>,

    /// Enrich only rows that failed, that have no data, or in which an output is still empty
    #[arg(long, value_enum)]
    pub(crate) only: Option<Only>,
}

fn pilot_rows(text: &str) -> Result<usize, String> {
    const MOST: usize = 1_000;
    let number = text.parse().ok().filter(|number| (1..=MOST).contains(number));
    number.ok_or_else(|| format!("a whole number from 1 to {MOST}"))
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Existing {
    /// Keep them; fill only empty cells
    #[default]
    Keep,
    /// Replace them with new values
    Overwrite,
    /// Refuse to run if an output column exists
    Fail,
}

impl From<Existing> for plan::Existing {
    fn from(existing: Existing) -> Self {
        match existing {
            Existing::Keep => Self::Keep,
            Existing::Overwrite => Self::Overwrite,
            Existing::Fail => Self::Fail,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    /// Rows in which a step failed
    Failed,
    /// Rows in which a step found no data
    NoData,
    /// Rows in which an output is empty
    Empty,
}

impl From<Only> for spec::Only {
    fn from(only: Only) -> Self {
        match only {
            Only::Failed => Self::Failed,
            Only::NoData => Self::NoData,
            Only::Empty => Self::Empty,
        }
    }
}

impl From<&StepArgs> for StepSpec {
    fn from(args: &StepArgs) -> Self {
        let steps = args.integrations.iter().map(|word| StepRequest::parse(word.trim()));
        let names = args.map.iter().chain(&args.into).chain(&args.prefix);
        let tweaks = names.chain(&args.condition).chain(&args.provider_column);
        let request = plan::Request {
            steps: steps.chain(args.formula.iter().cloned()).collect(),
            want: args.want.iter().map(|column| column.trim().to_owned()).collect(),
            tweaks: tweaks.cloned().collect(),
            ..plan::Request::default()
        };
        Self {
            request,
            recipe: args.recipe.clone(),
            existing: args.existing.map(plan::Existing::from),
            column_types: args.column_type.clone(),
        }
    }
}

impl From<&PickArgs> for Selection {
    fn from(args: &PickArgs) -> Self {
        Self {
            limit: args.limit,
            pilot: args.pilot,
            rows: args.rows.clone(),
            filter: args.filter.clone(),
            only: args.only.map(spec::Only::from),
        }
    }
}

/// Splits `left=right`; neither side may be empty.
fn halves<'a>(text: &'a str, form: &str) -> Result<(&'a str, &'a str), String> {
    match text.split_once('=') {
        Some((left, right)) if !left.trim().is_empty() && !right.trim().is_empty() => {
            Ok((left.trim(), right))
        }
        _ => Err(format!("it must look like `{form}`")),
    }
}

fn tweak(step: &str, set: Set) -> Tweak {
    Tweak { step: Some(step.to_owned()), set }
}

fn parse_map(text: &str) -> Result<Tweak, String> {
    let (step, input, column) =
        own_name(text, "company_domain=Website` or `find_ceo.company_domain=Website")?;
    Ok(Tweak { step, set: Set::Input(input, column) })
}

fn parse_into(text: &str) -> Result<Tweak, String> {
    let (step, output, column) = own_name(text, "ceo_name=CEO` or `find_ceo.ceo_name=CEO")?;
    Ok(Tweak { step, set: Set::Output(output, column) })
}

/// Parses `step.name=column` or `name=column`.
fn own_name(text: &str, form: &str) -> Result<(Option<String>, String, String), String> {
    let (left, column) = halves(text, form)?;
    let (step, name) = match left.split_once('.') {
        Some((step, name)) => (Some(step.trim()), name.trim()),
        None => (None, left),
    };
    if step == Some("") || name.is_empty() {
        return Err(format!("it must look like `{form}`"));
    }
    Ok((step.map(str::to_owned), name.to_owned(), column.to_owned()))
}

fn parse_prefix(text: &str) -> Result<Tweak, String> {
    let (step, prefix) = halves(text, "ceo=ceo_")?;
    Ok(tweak(step, Set::Prefix(prefix.to_owned())))
}

fn parse_where(text: &str) -> Result<Tweak, String> {
    let (step, condition) = halves(text, "find_ceo=int(employees) > 50")?;
    Ok(tweak(step, Set::Condition(condition.to_owned())))
}

fn parse_formula(text: &str) -> Result<StepRequest, String> {
    let (column, formula) = halves(text, "size=employees > 1000 ? \"large\" : \"small\"")?;
    Ok(StepRequest::formula(column, formula))
}

fn parse_provider_column(text: &str) -> Result<Tweak, String> {
    match text.split_once('=') {
        None if !text.trim().is_empty() => {
            Ok(Tweak { step: None, set: Set::ProviderColumn(text.to_owned()) })
        }
        _ => {
            let (step, column) = halves(text, "ceo_source` or `ceo=ceo_source")?;
            Ok(tweak(step, Set::ProviderColumn(column.to_owned())))
        }
    }
}

pub(super) fn parse_column_type(text: &str) -> Result<(String, SemanticType), String> {
    let (column, name) = text
        .rsplit_once('=')
        .filter(|(column, _)| !column.is_empty())
        .ok_or_else(|| "it must look like `employees=integer`".to_owned())?;
    let kind = SemanticType::from_name(name.trim()).ok_or_else(|| {
        let known: Vec<&str> = SemanticType::ALL.iter().map(|kind| kind.name()).collect();
        format!("no type is called `{name}`; known types are {}", known.join(", "))
    })?;
    Ok((column.to_owned(), kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_for_one_step_or_for_all() {
        for (text, step, input, column) in [
            ("a.b=My = Column", Some("a"), "b", "My = Column"),
            ("b=c.d", None, "b", "c.d"),
            (" a . b =c", Some("a"), "b", "c"),
        ] {
            let map = parse_map(text).unwrap();
            assert_eq!(map.step.as_deref(), step, "{text}");
            assert_eq!(map.set, Set::Input(input.to_owned(), column.to_owned()), "{text}");
            assert_eq!(parse_into(text).unwrap().set, Set::Output(input.to_owned(), column.to_owned()));
        }
        for wrong in ["a.b", ".b=c", "a.=c", "a.b=", "=c", " = "] {
            assert!(parse_map(wrong).is_err() && parse_into(wrong).is_err(), "{wrong}");
        }
    }
}
