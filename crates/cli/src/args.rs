//! The command line: which words can be typed. The commands define what they mean.

pub(crate) mod clash;
mod doctor;
mod look;
mod run;
mod shell;
mod steps;
mod table;
mod tools;

use std::{path::PathBuf, time::Duration};

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};

pub(crate) use doctor::DoctorArgs;
pub(crate) use look::{
    ColumnsArgs, GapsArgs, LedgerArgs, LedgerCommand, RowsArgs, RunsArgs, RunsCommand, WhyArgs,
};
pub(crate) use shell::{CompletionsArgs, ManArgs, SchemaArgs};
pub(crate) use steps::{PickArgs, StepArgs};
pub(crate) use table::TableArgs;
pub(crate) use tools::{ToolsArgs, ToolsCommand};

use runner::{
    failure::exit,
    spec::{self, hash::Hash},
};

/// Enriches tables of companies and people: every row, in parallel, nothing paid for twice.
#[derive(Debug, Parser)]
#[command(name = "marl", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Log events to stderr; twice for more detail (`MARL_LOG=info` does the same)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Answer in JSON on stdout and report errors in JSON (`marl schema` shows the form)
    #[arg(long, global = true, overrides_with = "json")]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Enrich(EnrichArgs),
    Plan(PlanArgs),
    Recipe(RecipeArgs),
    Columns(ColumnsArgs),
    Rows(RowsArgs),
    /// List the integrations with the columns that each needs and produces
    Integrations,
    Describe(DescribeArgs),
    Why(WhyArgs),
    Gaps(GapsArgs),
    Runs(RunsArgs),
    Ledger(LedgerArgs),
    Tools(ToolsArgs),
    Sandbox(SandboxArgs),
    Mcp(McpArgs),
    Doctor(DoctorArgs),
    Schema(SchemaArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
    /// List the exit codes and their meanings (`marl help exit-codes` does the same)
    #[command(override_help = exit::help())]
    ExitCodes,
}

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

    /// Use stored answers up to this age: `30d`, `12h`; answers without data, up to 7 days
    #[arg(long, value_name = "AGE", default_value = "30d", value_parser = parse_time)]
    pub(crate) max_age: Duration,

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
    pub(crate) told_on_stdin: bool,

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

/// Write the recipe of a table: its steps, for version control
#[derive(Debug, ClapArgs)]
pub(crate) struct RecipeArgs {
    #[command(subcommand)]
    pub(crate) command: RecipeCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RecipeCommand {
    /// Write the recipe for the steps that these flags describe
    New {
        /// The table that the recipe is for: .csv, .tsv or .jsonl
        #[arg(long, short, value_name = "FILE")]
        input: PathBuf,

        #[command(flatten)]
        steps: Box<StepArgs>,

        /// The path of the recipe [default: stdout]; an existing file is not replaced
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,

        #[command(flatten)]
        table: TableArgs,
    },
}

/// Which ledger to use
#[derive(Debug, ClapArgs)]
pub(crate) struct LedgerChoice {
    /// The ledger file [default: MARL_LEDGER, otherwise .marl/ledger.db in the project folder]
    #[arg(long, value_name = "PATH")]
    pub(crate) ledger: Option<PathBuf>,

    /// Use the sandbox: sample answers from a local server, nothing bought, a ledger of its own
    #[arg(long)]
    pub(crate) sandbox: bool,
}

impl LedgerChoice {
    /// The choice as data, independent of the command line.
    pub(crate) fn choice(&self) -> spec::LedgerChoice {
        spec::LedgerChoice { ledger: self.ledger.clone(), sandbox: self.sandbox }
    }

    /// The choice of a subcommand, combined with the choice before it: `runs --sandbox show 1`.
    pub(crate) fn after(&self, before: &Self) -> Self {
        Self {
            ledger: self.ledger.clone().or_else(|| before.ledger.clone()),
            sandbox: self.sandbox || before.sandbox,
        }
    }
}

/// Show one integration: inputs, outputs and the calls it makes
#[derive(Debug, ClapArgs)]
pub(crate) struct DescribeArgs {
    /// The integration
    pub(crate) name: String,
}

/// Serve the commands as tools of the Model Context Protocol, over stdio
///
/// For agents: `marl mcp` in the project's folder is the server's command.
#[derive(Debug, ClapArgs)]
pub(crate) struct McpArgs {
    /// A folder whose files may be used, with links resolved; may be given several times [default: .]
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Vec<PathBuf>,
}

/// Serve sample data on 127.0.0.1 in the providers' own formats, with deliberate faults
///
/// Prints the address and the settings for using it, and serves until interrupted. `GET /stats` counts calls,
/// billed calls and billed duplicates.
#[derive(Debug, ClapArgs)]
pub(crate) struct SandboxArgs {
    /// The port; 0 chooses any free port
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// Determines the shapes of answers and which calls meet which faults
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,

    /// How long a call takes: `50ms`, `2s`
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = parse_time)]
    pub(crate) latency: Duration,

    /// A fault and its share of attempts: `429=0.05`; may be given several times
    #[arg(long, value_name = "KIND=RATE")]
    pub(crate) fault: Vec<sandbox::Fault>,
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

fn parse_time(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| "it must look like `30d`, `12h`, `2s` or `50ms`".to_owned())
}

fn parse_amount(text: &str) -> Result<f64, String> {
    let amount: Option<f64> = text.parse().ok();
    amount
        .filter(|amount| amount.is_finite() && *amount >= 0.0)
        .ok_or_else(|| "an amount looks like `12.50`".to_owned())
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
    fn times() {
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
