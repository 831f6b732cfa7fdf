//! The command line: which words can be typed. The commands define what they mean.

pub(crate) mod clash;
mod doctor;
mod enrich;
mod look;
mod shell;
mod steps;
mod table;
mod tools;

use std::{path::PathBuf, time::Duration};

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand};

pub(crate) use doctor::DoctorArgs;
pub(crate) use enrich::{EnrichArgs, PlanArgs, Progress};
pub(crate) use look::{
    ColumnsArgs, GapsArgs, LedgerArgs, LedgerCommand, RowsArgs, RunsArgs, RunsCommand, WhyArgs,
};
pub(crate) use shell::{CompletionsArgs, ManArgs, SchemaArgs};
pub(crate) use steps::{PickArgs, StepArgs};
pub(crate) use table::TableArgs;
pub(crate) use tools::{ToolsArgs, ToolsCommand};

use runner::{failure::exit, spec};

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

    /// How long a job takes at a vendor that answers later
    #[arg(long, value_name = "TIME", default_value = "300ms", value_parser = parse_time)]
    pub(crate) pending_for: Duration,

    /// A fault and its share of attempts: `429=0.05`; may be given several times
    #[arg(long, value_name = "KIND=RATE")]
    pub(crate) fault: Vec<sandbox::Fault>,
}

fn parse_time(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| "it must look like `30d`, `12h`, `2s` or `50ms`".to_owned())
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
