//! The arguments of a run, for `enrich` and `plan`, and the [`RunSpec`] that they become. This module checks
//! nothing.

use std::{path::PathBuf, time::Duration};

use clap::{Args as ClapArgs, ValueEnum};
use engine::{
    gateway::{Caps, InDoubt as GatewayInDoubt},
    plan::Refresh,
};
use runner::{
    failure::{exit, invocation::Invocation},
    spec::{RunSpec, hash::Hash},
};

use super::{LedgerChoice, PickArgs, StepArgs, TableArgs, parse_time};

/// How old a stored answer may be, where neither the user nor an integration says it.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Run integrations over a table and write the enriched table
///
/// Reads CSV, TSV or JSONL, calls the integrations' providers for every row, in parallel, and writes
/// `<name>_enriched.<ext>` with every input row, in the same order.
#[derive(Debug, ClapArgs)]
#[command(after_help = exit::help())]
pub(crate) struct EnrichArgs {
    /// The table: .csv, .tsv or .jsonl
    #[arg(long, short, value_name = "FILE")]
    pub(crate) input: PathBuf,

    #[command(flatten)]
    pub(crate) steps: StepArgs,

    /// The path of the enriched table [default: <input>_enriched.<ext>]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Replace the file at the output's path, even if marl did not write it or it holds more answers
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// Number of calls in flight to each provider, 1 to 16 (`limits.max_parallel` raises the bound)
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) parallel: usize,

    #[command(flatten)]
    pub(crate) pick: PickArgs,

    /// What to do with calls that may have been paid for and got no answer [default: keep]
    #[arg(long, value_enum)]
    pub(crate) in_doubt: Option<InDoubt>,

    /// Use stored answers up to this age: `30d`, `12h`; answers without data, up to 7 days [default: as the
    /// integration says, else 30d]
    #[arg(long, value_name = "AGE", value_parser = parse_time)]
    pub(crate) max_age: Option<Duration>,

    /// How long to wait for answers that a vendor gives later; a later run gets them without paying again
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = parse_time)]
    pub(crate) patience: Duration,

    /// Ask again despite stored answers: all integrations, or the named ones; overwrites filled cells unless
    /// `--existing keep`
    #[arg(long, value_name = "NAMES", value_delimiter = ',', num_args = 0..=1, require_equals = true)]
    pub(crate) refresh: Option<Vec<String>>,

    /// Buy at most N calls in this run; each run has its own cap
    #[arg(long, value_name = "N")]
    pub(crate) max_calls: Option<u64>,

    /// Spend at most AMOUNT in this run, at the prices in marl.toml
    #[arg(long, value_name = "AMOUNT", value_parser = parse_amount)]
    pub(crate) max_cost: Option<f64>,

    /// Buy what `marl plan` planned, and no more over all runs that name it; refused if anything changed
    /// since
    #[arg(long, value_name = "HASH")]
    pub(crate) plan: Option<Hash>,

    #[command(flatten)]
    pub(crate) ledger: LedgerChoice,

    #[command(flatten)]
    pub(crate) table: TableArgs,

    /// The encoding of the enriched table
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output_encoding: OutputEncoding,

    /// Write answers that look like spreadsheet formulas unchanged
    #[arg(long)]
    pub(crate) raw_cells: bool,

    /// Run in the background: print the run's number at once; `marl runs wait` waits for it
    #[arg(long)]
    pub(crate) detach: bool,

    /// Marks the process of a run in the background
    #[arg(long, hide = true)]
    pub(crate) detached: bool,

    /// Start the run in the background only when the process at the other end of stdin confirms its number
    #[arg(long, hide = true, requires = "detach")]
    pub(crate) confirmed_on_stdin: bool,

    /// How to show progress on stderr
    #[arg(long, value_enum, default_value_t)]
    pub(crate) progress: Progress,
}

/// Show exactly what a run will do and cost; sends nothing, costs nothing, needs no key
///
/// Takes the same arguments as `enrich`. It does the same run on stored answers alone.
#[derive(Debug, ClapArgs)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) enrich: EnrichArgs,

    /// Show N example rows with the calls that they would make
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) sample: usize,
}

impl EnrichArgs {
    /// The specification of the run; `invocation` is the typed command.
    pub(crate) fn spec(&self, invocation: &Invocation) -> RunSpec {
        let args = self;
        let refresh = match &args.refresh {
            None => Refresh::None,
            Some(names) if names.is_empty() => Refresh::All,
            Some(names) => Refresh::Names(names.clone()),
        };
        RunSpec {
            input: args.input.clone(),
            reading: args.table.options(),
            steps: (&args.steps).into(),
            refresh,
            selection: (&args.pick).into(),
            output: args.output.clone(),
            overwrite: args.overwrite,
            output_encoding: args.output_encoding.into(),
            raw_cells: args.raw_cells,
            parallel: args.parallel,
            in_doubt: args.in_doubt.map(GatewayInDoubt::from),
            max_age: args.max_age.unwrap_or(DEFAULT_MAX_AGE),
            own_freshness: args.max_age.is_none(),
            patience: args.patience,
            caps: Caps { calls: args.max_calls, cost: args.max_cost },
            plan: args.plan.clone(),
            ledger: args.ledger.choice(),
            invocation: invocation.clone(),
        }
    }
}

impl From<InDoubt> for GatewayInDoubt {
    fn from(word: InDoubt) -> Self {
        match word {
            InDoubt::Keep => Self::Keep,
            InDoubt::Retry => Self::Retry,
        }
    }
}

/// The encoding of the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputEncoding {
    /// UTF-8, with a byte order mark if the input is UTF-8 with one
    #[default]
    #[value(name = "utf-8")]
    Utf8,
    /// UTF-8 with a byte order mark, which Excel needs
    #[value(name = "utf-8-bom")]
    Utf8Bom,
    /// UTF-16, little-endian, with a byte order mark: Excel's "Unicode Text"
    #[value(name = "utf-16")]
    Utf16,
}

impl From<OutputEncoding> for ::table::OutputEncoding {
    fn from(encoding: OutputEncoding) -> Self {
        match encoding {
            OutputEncoding::Utf8 => Self::Utf8,
            OutputEncoding::Utf8Bom => Self::Utf8Bom,
            OutputEncoding::Utf16 => Self::Utf16,
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
    /// A bar on a terminal, otherwise nothing
    #[default]
    Auto,
    /// A bar
    Bar,
    /// One JSON line per second
    Jsonl,
    /// Nothing
    None,
}

fn parse_amount(text: &str) -> Result<f64, String> {
    let amount: Option<f64> = text.parse().ok();
    amount
        .filter(|amount| amount.is_finite() && *amount >= 0.0)
        .ok_or_else(|| "an amount looks like `12.50`".to_owned())
}
