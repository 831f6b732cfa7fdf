//! The command line: what can be typed. What it means is the commands' to say.

use std::{path::PathBuf, time::Duration};

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};
use engine::plan::{self, Set, StepRequest, Tweak};
use marl_core::SemanticType;

use crate::{exit, pick::Ranges, plan_hash::Hash, table};

/// Enriches tables of companies and people: every row, in parallel, nothing paid for twice.
#[derive(Debug, Parser)]
#[command(name = "marl", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Log what happens to stderr; twice for more (`MARL_LOG=info` does the same)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Enrich(EnrichArgs),
    Plan(PlanArgs),
    Recipe(RecipeArgs),
    Integrations(IntegrationsArgs),
    Describe(DescribeArgs),
    Why(WhyArgs),
    Runs(RunsArgs),
    Ledger(LedgerArgs),
    Sandbox(SandboxArgs),
}

impl Command {
    /// Whether the command answers in JSON.
    pub(crate) fn json(&self) -> bool {
        match self {
            Self::Enrich(args) => args.json,
            Self::Plan(args) => args.enrich.json,
            Self::Recipe(_) => false,
            Self::Integrations(args) => args.json,
            Self::Describe(args) => args.json,
            Self::Why(args) => args.json,
            Self::Runs(args) => args.json,
            Self::Ledger(args) => args.json,
            Self::Sandbox(_) => false,
        }
    }
}

/// Run integrations over a table and write the enriched table
///
/// Reads CSV, TSV or JSONL, calls the integrations' providers for every row, in parallel, and
/// writes `<name>_enriched.<ext>` with every input row, in its order.
#[derive(Debug, ClapArgs)]
#[command(after_help = exit::HELP)]
pub(crate) struct EnrichArgs {
    /// The table: .csv, .tsv or .jsonl
    #[arg(long, short, value_name = "FILE")]
    pub(crate) input: PathBuf,

    #[command(flatten)]
    pub(crate) steps: StepArgs,

    /// Where the enriched table goes [default: <input>_enriched.<ext>]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Calls in flight to each provider, 1 to 16 (`limits.max_parallel` raises the bound)
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) parallel: usize,

    #[command(flatten)]
    pub(crate) pick: PickArgs,

    /// What to do with calls that may have been paid for but got no answer [default: keep]
    #[arg(long, value_enum)]
    pub(crate) in_doubt: Option<InDoubt>,

    /// Take answers that are at most this old: `30d`, `12h`; those that found nothing, 7 days
    #[arg(long, value_name = "AGE", default_value = "30d", value_parser = parse_time)]
    pub(crate) max_age: Duration,

    /// Ask anew although there are answers: all integrations, or those named; overwrites
    #[arg(long, value_name = "NAMES", value_delimiter = ',', num_args = 0..=1, require_equals = true)]
    pub(crate) refresh: Option<Vec<String>>,

    /// Buy at most so many calls
    #[arg(long, value_name = "N")]
    pub(crate) max_calls: Option<u64>,

    /// Spend at most so much, by the prices in marl.toml
    #[arg(long, value_name = "AMOUNT", value_parser = parse_amount)]
    pub(crate) max_cost: Option<f64>,

    /// Run what `marl plan` planned, and no more: refused if anything moved since
    #[arg(long, value_name = "HASH")]
    pub(crate) plan: Option<Hash>,

    #[command(flatten)]
    pub(crate) ledger: LedgerChoice,

    /// The character between cells, if not the extension's; '\t' for a tab
    #[arg(long, value_name = "C", value_parser = table::parse_delimiter)]
    pub(crate) delimiter: Option<u8>,

    /// Write answers that look like spreadsheet formulas as they are
    #[arg(long)]
    pub(crate) raw_cells: bool,

    /// Print one JSON document to stdout
    #[arg(long)]
    pub(crate) json: bool,

    /// How progress is shown on stderr
    #[arg(long, value_enum, default_value_t)]
    pub(crate) progress: Progress,
}

/// What is done to a row
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Steps")]
pub(crate) struct StepArgs {
    /// Integrations to run, in any order: columns decide what needs what. `ceo=linkedin_profile`
    /// gives one a name of its own; 'a|b' asks `b` for what `a` leaves empty
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) integrations: Vec<String>,

    /// Columns to bring, by whichever integrations it takes
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub(crate) want: Vec<String>,

    /// Take the steps from a recipe (`marl recipe new` writes one)
    #[arg(long, value_name = "FILE", conflicts_with_all = STEP_FLAGS)]
    pub(crate) recipe: Option<PathBuf>,

    /// Feed an input from a column of another name; may be given several times
    #[arg(long, value_name = "STEP.INPUT=COLUMN", value_parser = parse_map)]
    pub(crate) map: Vec<Tweak>,

    /// Begin a step's output columns with a word; may be given several times
    #[arg(long, value_name = "STEP=PREFIX", value_parser = parse_prefix)]
    pub(crate) prefix: Vec<Tweak>,

    /// Run a step only on rows for which a condition in CEL holds: `find_ceo=employees > 50`
    #[arg(long = "where", value_name = "STEP=CEL", value_parser = parse_where)]
    pub(crate) condition: Vec<Tweak>,

    /// Fill a column by a formula in CEL, without a call; may be given several times
    #[arg(long, value_name = "COLUMN=CEL", value_parser = parse_formula)]
    pub(crate) formula: Vec<StepRequest>,

    /// Write into a column which of a step's integrations answered
    #[arg(long, value_name = "[STEP=]COLUMN", value_parser = parse_provider_column)]
    pub(crate) provider_column: Vec<Tweak>,

    /// What a column of the table holds, for conditions and formulas: `employees=integer`
    #[arg(long, value_name = "COLUMN=TYPE", value_parser = parse_column_type)]
    pub(crate) column_type: Vec<(String, SemanticType)>,

    /// What happens to output cells that are filled already [default: keep]
    #[arg(long, value_enum)]
    pub(crate) existing: Option<Existing>,
}

/// What a recipe says instead.
const STEP_FLAGS: [&str; 8] =
    ["integrations", "want", "map", "prefix", "condition", "formula", "provider_column", "column_type"];

/// Which rows are enriched
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Rows")]
pub(crate) struct PickArgs {
    /// Enrich only the first N rows of those picked; the others pass through
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,

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

/// Say exactly what a run will do and cost; sends nothing, costs nothing, needs no key
///
/// Takes the same arguments as `enrich`. It is the same run with stored answers alone.
#[derive(Debug, ClapArgs)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) enrich: EnrichArgs,

    /// Show N example rows with the calls they would make
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) sample: usize,
}

/// Write the recipe of a table: its steps, to check into git
#[derive(Debug, ClapArgs)]
pub(crate) struct RecipeArgs {
    #[command(subcommand)]
    pub(crate) command: RecipeCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RecipeCommand {
    /// Write the recipe that does what these flags do
    New {
        /// The table that it is for: .csv, .tsv or .jsonl
        #[arg(long, short, value_name = "FILE")]
        input: PathBuf,

        #[command(flatten)]
        steps: Box<StepArgs>,

        /// Where the recipe goes, if not to stdout; an older file stays
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,

        /// The character between cells, if not the extension's; '\t' for a tab
        #[arg(long, value_name = "C", value_parser = table::parse_delimiter)]
        delimiter: Option<u8>,
    },
}

/// Which ledger is meant
#[derive(Debug, ClapArgs)]
pub(crate) struct LedgerChoice {
    /// The ledger file [default: MARL_LEDGER, else .marl/ledger.db in the project folder]
    #[arg(long, value_name = "PATH")]
    pub(crate) ledger: Option<PathBuf>,

    /// Use the sandbox: sample answers from a local server, nothing bought, a ledger of its own
    #[arg(long)]
    pub(crate) sandbox: bool,
}

/// Explain a cell: which integration, which calls, when, at what cost
///
/// Takes the run that wrote the table and reads its stored answers again; sends nothing.
#[derive(Debug, ClapArgs)]
pub(crate) struct WhyArgs {
    /// The enriched table
    pub(crate) table: PathBuf,

    /// The row, from 1, the header not counted
    #[arg(long, value_name = "N")]
    pub(crate) row: u64,

    /// The column
    #[arg(long, value_name = "NAME")]
    pub(crate) column: String,

    /// The run, if not the last that wrote the table
    #[arg(long, value_name = "ID")]
    pub(crate) run: Option<i64>,

    /// The character between cells, if not the extension's; '\t' for a tab
    #[arg(long, value_name = "C", value_parser = table::parse_delimiter)]
    pub(crate) delimiter: Option<u8>,

    #[command(flatten)]
    pub(crate) ledger: LedgerChoice,

    /// Print one JSON document to stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// List the runs of the ledger, show one, or ask one to stop
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = false)]
pub(crate) struct RunsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<RunsCommand>,

    /// How many runs are listed
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: u32,

    #[command(flatten)]
    pub(crate) ledger: LedgerChoice,

    /// Print one JSON document to stdout
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// Show one run: command, steps, counts, state, times
    Show {
        /// The run
        id: i64,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Ask a run to end early: what is in flight is awaited, stored answers still reach rows
    Stop {
        /// The run
        id: i64,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
}

/// Look after the ledger: counts, old answers, an export, one person's data
#[derive(Debug, ClapArgs)]
pub(crate) struct LedgerArgs {
    #[command(subcommand)]
    pub(crate) command: LedgerCommand,

    /// Print one JSON document to stdout
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// What the ledger holds
    Stats {
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Remove old answers; what is asked about again is then bought again
    Prune {
        /// How old: `90d`
        #[arg(long, value_name = "AGE", value_parser = parse_time)]
        older_than: Duration,
        /// Only say what would be removed
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Print every call as one JSON line
    Export {
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Remove the calls with a parameter: one person's data
    Forget {
        /// The parameter and its value: `linkedin_url=https://www.linkedin.com/in/...`
        #[arg(long, value_name = "NAME=VALUE", value_parser = parse_parameter)]
        parameter: (String, String),
        /// Only say what would be removed
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
}

/// List the integrations and what each needs and gives
#[derive(Debug, ClapArgs)]
pub(crate) struct IntegrationsArgs {
    /// Print one JSON document to stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// Show one integration: inputs, outputs and the calls it makes
#[derive(Debug, ClapArgs)]
pub(crate) struct DescribeArgs {
    /// The integration
    pub(crate) name: String,

    /// Print one JSON document to stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// Serve sample data on 127.0.0.1 in the providers' own formats, with faults on purpose
///
/// Prints the address and the settings to use it with, and serves until interrupted.
/// `GET /stats` counts calls, billed calls and billed duplicates.
#[derive(Debug, ClapArgs)]
pub(crate) struct SandboxArgs {
    /// The port; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// Decides the shapes of answers and which calls meet which faults
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,

    /// How long the work on a call takes: `50ms`, `2s`
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = parse_time)]
    pub(crate) latency: Duration,

    /// A fault and its share of attempts: `429=0.05`; may be given several times
    #[arg(long, value_name = "KIND=RATE")]
    pub(crate) fault: Vec<sandbox::Fault>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Existing {
    /// They stay; only empty cells are filled
    #[default]
    Keep,
    /// New values replace them
    Overwrite,
    /// An output column that exists is an error
    Fail,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    /// Rows of which a step has failed
    Failed,
    /// Rows of which a step came to no data
    NoData,
    /// Rows in which an output is empty
    Empty,
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

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum InDoubt {
    /// Leave their rows failed: nothing is bought twice
    Keep,
    /// Send them again, and perhaps pay twice
    Retry,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Progress {
    /// A bar on a terminal, nothing elsewhere
    #[default]
    Auto,
    /// A bar
    Bar,
    /// One JSON line a second
    Jsonl,
    /// Nothing
    None,
}

/// `left=right` with neither empty.
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
    let form = "linkedin_profile.linkedin_url=LinkedIn";
    let (left, column) = halves(text, form)?;
    match left.split_once('.') {
        Some((step, input)) if !step.is_empty() && !input.is_empty() => {
            Ok(tweak(step, Set::Input(input.to_owned(), column.to_owned())))
        }
        _ => Err(format!("it must look like `{form}`")),
    }
}

fn parse_prefix(text: &str) -> Result<Tweak, String> {
    let (step, prefix) = halves(text, "ceo=ceo_")?;
    Ok(tweak(step, Set::Prefix(prefix.to_owned())))
}

fn parse_where(text: &str) -> Result<Tweak, String> {
    let (step, condition) = halves(text, "find_ceo=employees > 50")?;
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

fn parse_column_type(text: &str) -> Result<(String, SemanticType), String> {
    let (column, name) = text
        .rsplit_once('=')
        .filter(|(column, _)| !column.is_empty())
        .ok_or_else(|| "it must look like `employees=integer`".to_owned())?;
    let kind = SemanticType::from_name(name.trim()).ok_or_else(|| {
        let known: Vec<&str> = SemanticType::ALL.iter().map(|kind| kind.name()).collect();
        format!("no type is called `{name}`; there are {}", known.join(", "))
    })?;
    Ok((column.to_owned(), kind))
}

fn parse_time(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| "it must look like `30d`, `12h`, `2s` or `50ms`".to_owned())
}

fn parse_amount(text: &str) -> Result<f64, String> {
    let amount: Option<f64> = text.parse().ok();
    amount
        .filter(|amount| amount.is_finite() && *amount >= 0.0)
        .ok_or_else(|| "an amount looks like `12.50`".to_owned())
}

fn parse_parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("it must look like `linkedin_url=https://www.linkedin.com/in/jane-doe`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_are_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn maps_and_times() {
        let map = parse_map("a.b=My = Column").unwrap();
        assert_eq!(map.step.as_deref(), Some("a"));
        assert_eq!(map.set, Set::Input("b".to_owned(), "My = Column".to_owned()));
        for wrong in ["a.b", "a=b", ".b=c", "a.=c", "a.b="] {
            assert!(parse_map(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_time("50ms").unwrap(), Duration::from_millis(50));
        assert_eq!(parse_time("30d").unwrap(), Duration::from_secs(30 * 86_400));
        assert_eq!(parse_time("0").unwrap(), Duration::ZERO);
        for wrong in ["", "30", "d", "-1d"] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "ms", "-1s", "5 parsecs"] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }
}
