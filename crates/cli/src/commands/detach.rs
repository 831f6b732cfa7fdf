//! `marl enrich --detach`: the same run in a process of its own, which outlives the shell.
//!
//! The child checks everything as it always does. Once its run is recorded it says so on its
//! stdout, and from there on talks to a log file beside the ledger. It sends nothing before this
//! process confirms that the run's number was told. With `--told-on-stdin` the child gets this
//! process's stdin, so that the process that started this one confirms.

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
    job::of_ledger,
    spec::LedgerChoice,
};

/// What a child says once its run is recorded.
#[derive(Debug, JsonSchema, Serialize, Deserialize)]
#[schemars(rename = "Started")]
pub(crate) struct DetachedRun {
    pub(crate) run: i64,
    /// The process.
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

/// Starts the child and comes back when its run is recorded, or with what it refused.
pub(crate) fn run(args: &EnrichArgs, printer: &Printer) -> Result<Exit, Failure> {
    let broken = |error: &dyn std::error::Error| {
        Failure::new(Exit::Internal, ErrorCode::Internal, "the run cannot be started in the background")
            .caused_by(error)
    };
    let mut talk = tempfile::tempfile().map_err(|error| broken(&error))?;
    let program = std::env::current_exe().map_err(|error| broken(&error))?;
    let mut child = Command::new(program)
        .args(std::env::args_os().skip(1))
        .arg(IN_BACKGROUND)
        .stdin(if args.told_on_stdin { Stdio::inherit() } else { Stdio::piped() })
        .stdout(Stdio::piped())
        .stderr(talk.try_clone().map_err(|error| broken(&error))?)
        // What ends the shell's jobs does not reach another group.
        .process_group(0)
        .spawn()
        .map_err(|error| broken(&error))?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line).map_err(|error| broken(&error))?;
    }
    match serde_json::from_str::<DetachedRun>(&line) {
        Ok(started) => {
            tell(&started, &args.ledger.choice(), printer);
            if printer.has_unread_data() {
                return Err(untold(&started));
            }
            if let Some(mut pipe) = child.stdin.take() {
                // A run that was ended meanwhile has recorded that.
                let _ = pipe.write_all(handover::TOLD);
            }
            Ok(Exit::Done)
        }
        // It ended before its run began, and has said why.
        Err(_) => {
            let status = child.wait().map_err(|error| broken(&error))?;
            printer.relay(said(&mut talk).trim_end());
            Ok(status
                .code()
                .and_then(|code| Exit::of_code(u64::try_from(code).ok()?))
                .unwrap_or(Exit::Internal))
        }
    }
}

fn said(talk: &mut File) -> String {
    let mut text = Vec::new();
    let read = talk.rewind().and_then(|()| talk.read_to_end(&mut text));
    if read.is_err() { String::new() } else { String::from_utf8_lossy(&text).into_owned() }
}

/// Nobody would know which run to stop, so that it does not begin.
fn untold(started: &DetachedRun) -> Failure {
    let message = format!("run {} was not begun: its number could not be written to stdout", started.run);
    Failure::new(Exit::Internal, ErrorCode::Internal, message)
        .hint("nothing was sent; is the disk full, or was the pipe closed?")
}

fn tell(started: &DetachedRun, choice: &LedgerChoice, printer: &Printer) {
    let json = if printer.is_json() { " --json" } else { "" };
    let next_command = format!("marl runs wait {} --timeout 100s{}{json}", started.run, of_ledger(choice));
    if printer.is_json() {
        return printer.document(&DetachedDocument { schema_version: Version, started, next_command });
    }
    let run = started.run.to_string();
    let lines = [("run", run.as_str()), ("log", &started.log), ("wait", &next_command)];
    printer.data_lines(&lines.map(|(word, text)| format!("{word:<8} {text}")));
}
