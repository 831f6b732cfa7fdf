//! The arguments of commands that only look: at a table, at a cell's origin, at runs, at the ledger.

use std::{path::PathBuf, time::Duration};

use clap::{
    ArgGroup, Args as ClapArgs, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use marl_core::SemanticType;

use super::{LedgerChoice, TableArgs, parse_time, steps::parse_column_type};
use runner::{
    explain::{gap::Reason, gaps::GapsSpec},
    rows::RowsSpec,
    spec::ranges::Ranges,
};

/// Show what a table's columns hold, and which integrations run on the table as it is
///
/// Reads the whole table; sends nothing.
#[derive(Debug, ClapArgs)]
pub(crate) struct ColumnsArgs {
    /// The table: .csv, .tsv or .jsonl
    pub(crate) table: PathBuf,

    /// List all columns, rather than the first 100
    #[arg(long)]
    pub(crate) all: bool,

    #[command(flatten)]
    pub(crate) reading: TableArgs,
}

/// Show rows of a table, and the command for the next rows
///
/// The counts cover the whole table; nothing is sent.
#[derive(Debug, ClapArgs)]
pub(crate) struct RowsArgs {
    /// The table: .csv, .tsv or .jsonl
    pub(crate) table: PathBuf,

    /// Show only rows for which a condition in CEL holds: `country == "DE"`
    #[arg(long, value_name = "CEL")]
    pub(crate) filter: Option<String>,

    /// The type of a column, for the condition: `employees=integer`
    #[arg(long, value_name = "COLUMN=TYPE", value_parser = parse_column_type)]
    pub(crate) column_type: Vec<(String, SemanticType)>,

    /// Show only these columns, in this order
    #[arg(long, value_name = "COLUMNS")]
    pub(crate) columns: Vec<String>,

    /// Show only these rows: `10-20,35`, `100-`
    #[arg(long, value_name = "RANGES")]
    pub(crate) rows: Option<Ranges>,

    /// Show at most N rows; fewer if they would exceed 24,000 characters
    #[arg(long, value_name = "N", default_value_t = RowsSpec::LIMIT, value_parser = at_least_one)]
    pub(crate) limit: usize,

    /// Show whole cells, rather than at most 200 characters on one line
    #[arg(long)]
    pub(crate) full: bool,

    #[command(flatten)]
    pub(crate) reading: TableArgs,
}

/// Explain a cell: which integration, which calls, when, and at what cost
///
/// Rereads the stored answers of the run that wrote the table; sends nothing.
#[derive(Debug, ClapArgs)]
pub(crate) struct WhyArgs {
    /// The enriched table
    pub(crate) table: PathBuf,

    /// The row's number, from 1; the header is not counted
    #[arg(long, value_name = "N")]
    pub(crate) row: u64,

    /// The column
    #[arg(long, value_name = "NAME")]
    pub(crate) column: String,

    /// The run [default: the last run that wrote the table]
    #[arg(long, value_name = "ID")]
    pub(crate) run: Option<i64>,

    #[command(flatten)]
    pub(crate) reading: TableArgs,

    #[command(flatten)]
    pub(crate) ledger: LedgerChoice,
}

/// List the empty cells of an enriched table with their reasons
///
/// Rereads the stored answers of the run that wrote the table; sends nothing.
#[derive(Debug, ClapArgs)]
pub(crate) struct GapsArgs {
    /// The enriched table
    pub(crate) table: PathBuf,

    /// List only cells of this output column; may be given several times
    #[arg(long = "column", value_name = "NAME")]
    pub(crate) columns: Vec<String>,

    /// List only cells that are empty for this reason; may be given several times
    #[arg(long, value_name = "REASON", value_parser = reason())]
    pub(crate) reason: Vec<Reason>,

    /// List only cells of these rows: `10-20,35`, `100-`
    #[arg(long, value_name = "RANGES")]
    pub(crate) rows: Option<Ranges>,

    /// List at most N cells; fewer if they would exceed 24,000 characters
    #[arg(long, value_name = "N", default_value_t = GapsSpec::LIMIT, value_parser = at_least_one)]
    pub(crate) limit: usize,

    /// The run [default: the last run that wrote the table]
    #[arg(long, value_name = "ID")]
    pub(crate) run: Option<i64>,

    #[command(flatten)]
    pub(crate) reading: TableArgs,

    #[command(flatten)]
    pub(crate) ledger: LedgerChoice,
}

/// List the runs of the ledger, show one, or ask one to stop
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = false)]
pub(crate) struct RunsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<RunsCommand>,

    /// List the last N runs [default: 20; in JSON, as many as fit into 4,000 characters]
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u32>,

    #[command(flatten)]
    pub(crate) ledger: LedgerChoice,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// Show a run: its command, steps, counts, state and times
    Show {
        /// The run's number
        id: i64,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Wait until a run ends, and exit with its exit code; 11 if the run is still going on
    Wait {
        /// The run's number
        id: i64,
        /// How long to wait: `100s`, `5m`
        #[arg(long, value_name = "TIME", default_value = "100s", value_parser = parse_time)]
        timeout: Duration,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Ask a run to end early: calls in flight are awaited, and stored answers still reach their rows
    Stop {
        /// The run's number
        id: i64,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
}

/// Manage the ledger: counts, old answers, exports, one person's data
#[derive(Debug, ClapArgs)]
pub(crate) struct LedgerArgs {
    #[command(subcommand)]
    pub(crate) command: LedgerCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Show what the ledger holds
    Stats {
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Remove old answers; the same questions are then paid for again
    Prune {
        /// The minimum age: `90d`
        #[arg(long, value_name = "AGE", value_parser = parse_time)]
        older_than: Duration,
        /// Also remove calls in doubt; sent again, they may be paid for twice
        #[arg(long)]
        doubts: bool,
        /// Only report what would be removed
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Copy the whole ledger into a new file, even while runs go on
    Backup {
        /// The path of the new file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Print every call as one JSON line
    Export {
        #[command(flatten)]
        ledger: LedgerChoice,
    },
    /// Remove one person's data: calls, and the mentions in runs and their logs
    #[command(group(ArgGroup::new("whose").args(["parameter", "value"]).required(true).multiple(true)))]
    Forget {
        /// Remove calls with this parameter: `linkedin_url=https://www.linkedin.com/in/...`
        #[arg(long, value_name = "NAME=VALUE", value_parser = parse_parameter)]
        parameter: Option<(String, String)>,
        /// Remove every call with this address or name in its parameters or its answer, in any spelling
        #[arg(long, value_name = "TEXT", value_parser = parse_value)]
        value: Vec<String>,
        /// Also remove calls in doubt; sent again, they may be paid for twice
        #[arg(long)]
        doubts: bool,
        /// Only report what would be removed
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        ledger: LedgerChoice,
    },
}

fn parse_parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("it must look like `linkedin_url=https://www.linkedin.com/in/jane-doe`".to_owned()),
    }
}

/// A shorter value would match everywhere.
fn parse_value(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.chars().filter(|c| c.is_alphanumeric()).count() < 4 {
        return Err(
            "it must have at least 4 letters or digits, such as `linkedin.com/in/jane-doe`".to_owned()
        );
    }
    Ok(text.to_owned())
}

/// Parses a reason by its name in documents.
fn reason() -> impl TypedValueParser<Value = Reason> {
    PossibleValuesParser::new(Reason::ALL.map(Reason::name)).map(|name| {
        let known = Reason::ALL.into_iter().find(|reason| reason.name() == name);
        known.expect("only these names are possible")
    })
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "a whole number from 1".to_owned())
}
