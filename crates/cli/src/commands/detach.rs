//! `marl enrich --detach`: starts the run in a process of its own, which outlives the shell.
//!
//! The child checks everything as usual. Once its run is recorded it writes the run's number to its stdout,
//! and from then on it writes to a log file beside the ledger. It sends nothing until this process confirms
//! that the number was printed. With `--confirmed-on-stdin` the child gets this process's stdin, so that the
//! process that started this one confirms instead.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Seek, Write},
    os::unix::process::CommandExt,
    process::{Command, Stdio},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{args::EnrichArgs, handover, printer::Printer};
use runner::{
    document::Version,
    failure::{Failure, error_code::ErrorCode, exit::Exit, invocation::IN_BACKGROUND},
    job::ledger_flags,
    spec::LedgerChoice,
};

/// What a child reports once its run is recorded.
#[derive(Debug, JsonSchema, Serialize, Deserialize)]
#[schemars(rename = "Started")]
pub(crate) struct DetachedRun {
    pub(crate) run: i64,
    /// The process id.
    pub(crate) pid: u32,
    pub(crate) log: String,
    pub(crate) ledger: String,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "detached")]
pub(super) struct DetachedDocument<'a> {
    schema_version: Version<1>,
    #[serde(flatten)]
    started: &'a DetachedRun,
    next_command: String,
}

/// Starts the child, and returns when its run is recorded or refused.
pub(crate) fn run(args: &EnrichArgs, printer: &Printer) -> Result<Exit, Failure> {
    let broken = |error: &dyn std::error::Error| {
        Failure::new(Exit::Internal, ErrorCode::Internal, "the run cannot be started in the background")
            .caused_by(error)
    };
    let mut stderr = tempfile::tempfile().map_err(|error| broken(&error))?;
    let program = std::env::current_exe().map_err(|error| broken(&error))?;
    let mut child = Command::new(program)
        .args(std::env::args_os().skip(1))
        .arg(IN_BACKGROUND)
        .stdin(if args.confirmed_on_stdin { Stdio::inherit() } else { Stdio::piped() })
        .stdout(Stdio::piped())
        .stderr(stderr.try_clone().map_err(|error| broken(&error))?)
        // Signals that end the shell's jobs do not reach another process group.
        .process_group(0)
        .spawn()
        .map_err(|error| broken(&error))?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line).map_err(|error| broken(&error))?;
    }
    match serde_json::from_str::<DetachedRun>(&line) {
        Ok(started) => {
            print(&started, &args.ledger.choice(), printer);
            if printer.has_unread_data() {
                return Err(not_announced(&started));
            }
            if let Some(mut pipe) = child.stdin.take() {
                // A run that has ended meanwhile has recorded its end.
                let _ = pipe.write_all(handover::CONFIRMATION);
            }
            Ok(Exit::Done)
        }
        // The child ended before its run began, and reported why.
        Err(_) => {
            let status = child.wait().map_err(|error| broken(&error))?;
            printer.relay(read_back(&mut stderr).trim_end());
            Ok(status
                .code()
                .and_then(|code| Exit::from_code(u64::try_from(code).ok()?))
                .unwrap_or(Exit::Internal))
        }
    }
}

fn read_back(stderr: &mut File) -> String {
    let mut text = Vec::new();
    let read = stderr.rewind().and_then(|()| stderr.read_to_end(&mut text));
    if read.is_err() { String::new() } else { String::from_utf8_lossy(&text).into_owned() }
}

/// The failure if the run's number could not be printed. The run does not begin, since nobody could stop it.
fn not_announced(started: &DetachedRun) -> Failure {
    let message = format!("run {} did not begin: its number could not be written to stdout", started.run);
    Failure::new(Exit::Internal, ErrorCode::Internal, message)
        .hint("nothing was sent; is the disk full, or was the pipe closed?")
}

fn print(started: &DetachedRun, choice: &LedgerChoice, printer: &Printer) {
    let json = if printer.is_json() { " --json" } else { "" };
    let next_command = format!("marl runs wait {} --timeout 100s{}{json}", started.run, ledger_flags(choice));
    if printer.is_json() {
        return printer.document(&DetachedDocument { schema_version: Version, started, next_command });
    }
    let run = started.run.to_string();
    let lines = [("run", run.as_str()), ("log", &started.log), ("wait", &next_command)];
    printer.data_lines(&lines.map(|(word, text)| format!("{word:<8} {text}")));
}
