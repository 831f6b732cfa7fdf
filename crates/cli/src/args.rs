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
    Sandbox(SandboxArgs),
}

impl Command {
    /// Whether the command answers in JSON.
    pub(crate) fn json(&self) -> bool {
        match self {
            Self::Enrich(args) => args.json,
            Self::Integrations(args) => args.json,
            Self::Describe(args) => args.json,
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

    /// The character between cells, if not the extension's; '\t' for a tab
    #[arg(long, value_name = "C", value_parser = table::parse_delimiter)]
    pub(crate) delimiter: Option<u8>,

    /// Write answers that look like spreadsheet formulas as they are
    #[arg(long)]
    pub(crate) raw_cells: bool,

    /// Answer from a local sandbox with sample data: nothing is bought, no key is needed
    #[arg(long)]
    pub(crate) sandbox: bool,

    /// Print one JSON document to stdout
    #[arg(long)]
    pub(crate) json: bool,

    /// How progress is shown on stderr
    #[arg(long, value_enum, default_value_t)]
    pub(crate) progress: Progress,
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
    let unit = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
    let factor = match &text[unit..] {
        "ms" => 0.001,
        "s" | "" => 1.0,
        "m" | "min" => 60.0,
        _ => return Err("a time looks like `50ms`, `2s` or `1m`".to_owned()),
    };
    let number: f64 =
        text[..unit].trim().parse().map_err(|_| "a time looks like `50ms` or `2s`".to_owned())?;
    Duration::try_from_secs_f64(number * factor).map_err(|_| "a time cannot be negative".to_owned())
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
        assert_eq!(parse_time("1.5s").unwrap(), Duration::from_millis(1500));
        for wrong in ["", "ms", "-1s", "5 parsecs"] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }
}
