//! The command line: what can be typed. What it means is the commands' to say.

use std::{path::PathBuf, time::Duration};

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};
use engine::plan;

use crate::{exit, table};

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

    /// Integrations to run, in any order: columns decide what needs what
    #[arg(long, value_name = "NAMES", value_delimiter = ',', required = true)]
    pub(crate) integrations: Vec<String>,

    /// Where the enriched table goes [default: <input>_enriched.<ext>]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Calls in flight to each provider, 1 to 16 (`limits.max_parallel` raises the bound)
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) parallel: usize,

    /// Enrich only the first N rows; the others pass through
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,

    /// Feed an input from a column of another name; may be given several times
    #[arg(long, value_name = "STEP.INPUT=COLUMN", value_parser = parse_map)]
    pub(crate) map: Vec<plan::Map>,

    /// What happens to output cells that are filled already
    #[arg(long, value_enum, default_value_t)]
    pub(crate) existing: Existing,

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

fn parse_map(text: &str) -> Result<plan::Map, String> {
    let form = || "it must look like `linkedin_profile.linkedin_url=LinkedIn`".to_owned();
    let (left, column) = text.split_once('=').ok_or_else(form)?;
    let (step, input) = left.split_once('.').ok_or_else(form)?;
    if step.is_empty() || input.is_empty() || column.is_empty() {
        return Err(form());
    }
    Ok(plan::Map { step: step.to_owned(), input: input.to_owned(), column: column.to_owned() })
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
        assert_eq!((map.step.as_str(), map.input.as_str(), map.column.as_str()), ("a", "b", "My = Column"));
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
