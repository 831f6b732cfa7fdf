//! The `marl` command: reads the command line, runs the command, and reports the result.
//!
//! Each subcommand has a file of its own; only `printer` prints; no policy about calls is here.

mod address;
mod args;
mod commands;
#[cfg(test)]
mod docs;
mod handover;
mod human;
mod mcp;
mod plugins;
mod printer;
mod run_log;
mod signals;
mod typed;

use std::{
    ffi::OsString,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    sync::Arc,
};

use clap::{CommandFactory, FromArgMatches};

use runner::failure::{Failure, error_code::ErrorCode, exit::Exit, invocation::Invocation};
use tokio::sync::watch;

use args::{Args, Command};
use printer::{Captured, Printer};

/// Parses a command line that begins with the program's name; also returns whether its flags fit together.
fn args(words: Vec<OsString>) -> Result<(Args, Result<(), Failure>), clap::Error> {
    let mut command = address::refused_by(Args::command());
    let matches = command.try_get_matches_from_mut(without_json_for_help(words))?;
    let args = Args::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    Ok((args, args::clash::check(&matches)))
}

/// Removes `--json` from a request for help, because help is text; only the exit codes have a document of
/// their own.
fn without_json_for_help(words: Vec<OsString>) -> Vec<OsString> {
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
    let (args, sound) = match args(std::env::args_os().collect()) {
        Ok(args) => args,
        Err(error) => return ExitCode::from(printer::usage(&error).code()),
    };
    printer::start_log(args.verbose);
    let printer = Arc::new(Printer::new(args.json, typed::invocation()));
    let done = catch_panics(&args, sound, &printer);
    let code = match done {
        Ok(code) => code,
        Err(failure) => {
            printer.failure(&failure);
            return ExitCode::from(failure.exit.code());
        }
    };
    if printer.has_lost_data() {
        let lost =
            Failure::new(Exit::Internal, ErrorCode::Internal, "the answer could not be written to stdout");
        printer.failure(&lost.hint("is the disk full?"));
        return ExitCode::from(Exit::Internal.code());
    }
    ExitCode::from(code.code())
}

/// Runs a command in this process for the protocol server. `words` follow the program's name, and the command
/// answers as with `--json`. The command ends early when `cancelled` becomes true.
fn captured(words: &[String], cancelled: watch::Receiver<bool>) -> (Exit, Captured) {
    let invocation = Invocation::new(words.iter().cloned());
    let printer = Arc::new(Printer::capturing(invocation, cancelled));
    let program = std::iter::once("marl").chain(words.iter().map(String::as_str));
    let done = match args(program.map(OsString::from).collect()) {
        Ok((args, sound)) => catch_panics(&args, sound, &printer),
        Err(error) => Err(printer::wrong_usage(&error, printer.invocation())),
    };
    let exit = done.unwrap_or_else(|failure| {
        printer.failure(&failure);
        failure.exit
    });
    (exit, printer.captured())
}

/// Runs a command whose arguments are `sound`. A panic of this thread becomes an ordinary failure: if threads
/// or memory run out, libraries have no other way to report that.
fn catch_panics(args: &Args, sound: Result<(), Failure>, printer: &Arc<Printer>) -> Result<Exit, Failure> {
    let done = catch_unwind(AssertUnwindSafe(|| sound.and_then(|()| run(args, printer))));
    done.unwrap_or_else(|_| Err(panicked(&args.command)))
}

fn panicked(command: &Command) -> Failure {
    let failure = Failure::new(
        Exit::Internal,
        ErrorCode::Internal,
        "the program stopped in the middle of its work",
    )
    .hint("are threads or memory short (`ulimit -u`, `ulimit -v`)? the same command continues from here")
    .hint("if not, this is a defect of marl: please report it with the lines above");
    match command {
        Command::Enrich(_) | Command::Tools(_) => failure.billed(),
        _ => failure,
    }
}

fn run(args: &Args, printer: &Arc<Printer>) -> Result<Exit, Failure> {
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
        Command::Mcp(args) => commands::mcp::run(args, printer),
        Command::Tools(args) => commands::tools::run(args, printer),
        Command::Sandbox(args) => commands::sandbox::run(args, printer),
        Command::Doctor(args) => commands::doctor::run(args, printer),
        Command::Schema(args) => commands::schema::run(args, printer),
        Command::Completions(args) => commands::completions::run(args, printer),
        Command::Man(args) => commands::man::run(args, printer),
        Command::ExitCodes => commands::exit_codes::run(printer),
    }
}
