//! The `marl` command: reads the command line, drives the engine over a table, reports.
//!
//! One file a subcommand; only `printer` prints; no policy about calls lives here.

mod address;
mod args;
mod asked;
mod commands;
mod connect;
mod consent;
#[cfg(test)]
mod docs;
mod document;
mod error_code;
mod exit;
mod failure;
mod files;
mod filter;
mod gap;
mod handover;
mod job;
mod mcp;
mod older;
mod outputs;
mod owner;
mod page;
mod past;
mod pick;
mod pilot;
mod pipeline;
mod place;
mod plan_form;
mod plan_hash;
mod plugins;
mod printer;
mod profile;
mod project;
mod recipe;
mod report;
mod run_log;
mod run_record;
mod settings;
mod signals;
mod text_file;
mod time;
mod toml_error;
mod typed;
mod user_settings;
mod watch;

use std::{
    ffi::OsString,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    sync::Arc,
};

use clap::{CommandFactory, FromArgMatches};

use args::{Args, Command};
use error_code::ErrorCode;
use failure::Failure;
use printer::Printer;

/// The arguments of this process, and whether they go together.
fn args() -> Result<(Args, Result<(), Failure>), clap::Error> {
    let mut command = address::refused_by(Args::command());
    let matches = command.try_get_matches_from_mut(asked(std::env::args_os().collect()))?;
    let args = Args::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    Ok((args, args::clash::check(&matches)))
}

/// The words, where `help` is asked for with `--json`: help is text, and only the exit codes are a
/// document of their own.
fn asked(words: Vec<OsString>) -> Vec<OsString> {
    let plain: Vec<OsString> = words.iter().filter(|word| *word != "--json").cloned().collect();
    match plain.get(1..) {
        Some([help, topic]) if help == "help" && topic == "exit-codes" && plain.len() < words.len() => {
            vec![plain[0].clone(), topic.clone(), "--json".into()]
        }
        Some([help, ..]) if help == "help" => plain,
        _ => words,
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let (args, sound) = match args() {
        Ok(args) => args,
        Err(error) => return printer::usage(&error),
    };
    printer::start_log(args.verbose);
    let printer = Arc::new(Printer::new(args.json));
    // A panic of this thread is an error like others: with no threads or memory left, libraries know
    // no other way to say so.
    let done = catch_unwind(AssertUnwindSafe(|| sound.and_then(|()| run(&args, &printer))));
    let code = match done.unwrap_or_else(|_| Err(given_up(&args.command))) {
        Ok(code) => code,
        Err(failure) => {
            printer.failure(&failure);
            return ExitCode::from(failure.exit);
        }
    };
    if printer.has_lost_data() {
        let lost =
            Failure::new(exit::INTERNAL, ErrorCode::Internal, "the answer could not be written to stdout");
        printer.failure(&lost.hint("is the disk full?"));
        return ExitCode::from(exit::INTERNAL);
    }
    ExitCode::from(code)
}

fn given_up(command: &Command) -> Failure {
    let failure =
        Failure::new(exit::INTERNAL, ErrorCode::Internal, "the program gave up in the middle of its work")
            .hint(
                "are threads or memory short (`ulimit -u`, `ulimit -v`)? the same command goes on from here",
            )
            .hint("if not, this is a defect of marl: please report it with the lines above");
    match command {
        Command::Enrich(_) | Command::Tools(_) => failure.billed(),
        _ => failure,
    }
}

fn run(args: &Args, printer: &Arc<Printer>) -> Result<u8, Failure> {
    match &args.command {
        Command::Enrich(args) => commands::enrich::run(args, printer),
        Command::Plan(args) => commands::plan::run(args, printer),
        Command::Recipe(args) => commands::recipe::run(args, printer),
        Command::Columns(args) => commands::columns::run(args, printer),
        Command::Rows(args) => commands::rows::run(args, printer),
        Command::Integrations => commands::integrations::run(printer),
        Command::Describe(args) => commands::describe::run(args, printer),
        Command::Why(args) => commands::why::run(args, printer),
        Command::Gaps(args) => commands::gaps::run(args, printer),
        Command::Runs(args) => commands::runs::run(args, printer),
        Command::Ledger(args) => commands::ledger::run(args, printer),
        Command::Mcp(args) => commands::mcp::run(args),
        Command::Tools(args) => commands::tools::run(args, printer),
        Command::Sandbox(args) => commands::sandbox::run(args, printer),
        Command::Doctor(args) => commands::doctor::run(args, printer),
        Command::Schema(args) => commands::schema::run(args, printer),
        Command::Completions(args) => commands::completions::run(args, printer),
        Command::Man(args) => commands::man::run(args, printer),
        Command::ExitCodes => commands::exit_codes::run(printer),
    }
}
