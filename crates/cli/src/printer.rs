//! The only way to stdout and stderr: data goes to stdout, and messages go to stderr.
//!
//! Output may contain text from tables, files and replies. All of it passes through [`marl_core::terminal`],
//! text for people and JSON alike, so that no caller can forget to escape it. Colours are added after that.

use std::{
    fs::File,
    io::{self, IsTerminal, Write},
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use clap::error::{Error as UsageError, ErrorKind};
use console::style;
use indicatif::ProgressBar;
use marl_core::terminal::{shown, shown_json};
use schemars::JsonSchema;
use serde::Serialize;
use table::{Cancellation, TableSummary};
use tokio::sync::watch;
use tracing_subscriber::filter::LevelFilter;

use runner::failure::{
    Failure,
    exit::Exit,
    invocation::{Invocation, NextCommand},
};

use crate::typed;

/// A warning, as a line on stderr.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "warning")]
pub(crate) struct Warning<'a> {
    warning: &'a str,
}

/// The log of a run in the background, once its parent has reported its number. The whole process has only
/// one: log lines and panics go there as well, since stderr has no reader any more.
static LOG: OnceLock<File> = OnceLock::new();

/// Prints the output of a command.
pub(crate) struct Printer {
    json: bool,
    /// The output of a command of the protocol server; `None` prints to this process's stdout and stderr.
    captured: Option<Mutex<Captured>>,
    /// Whether the caller no longer waits for the command's answer.
    cancelled: watch::Receiver<bool>,
    /// The typed command, from which the next command is derived.
    invocation: Invocation,
    bar: ProgressBar,
    lost: AtomicBool,
    unread: AtomicBool,
}

/// The output of a command.
#[derive(Debug, Default, Clone)]
pub(crate) struct Captured {
    /// The data.
    pub(crate) stdout: Vec<u8>,
    /// The messages.
    pub(crate) stderr: String,
}

impl Printer {
    pub(crate) fn new(json: bool, invocation: Invocation) -> Self {
        Self {
            json,
            captured: None,
            cancelled: watch::channel(false).1,
            invocation,
            bar: ProgressBar::hidden(),
            lost: AtomicBool::new(false),
            unread: AtomicBool::new(false),
        }
    }

    /// A printer for a command of the protocol server: its output is kept, in JSON.
    pub(crate) fn capturing(invocation: Invocation, cancelled: watch::Receiver<bool>) -> Self {
        Self { captured: Some(Mutex::default()), cancelled, ..Self::new(true, invocation) }
    }

    /// The output captured so far.
    pub(crate) fn captured(&self) -> Captured {
        let captured = self.captured.as_ref();
        captured.map(|captured| lock(captured).clone()).unwrap_or_default()
    }

    /// Returns when the caller no longer waits for the command's answer.
    pub(crate) async fn cancelled(&self) {
        let mut cancelled = self.cancelled.clone();
        if cancelled.wait_for(|cancelled| *cancelled).await.is_err() {
            // Nobody can cancel any more.
            std::future::pending().await
        }
    }

    /// Ends the reading of a table when its command is cancelled.
    pub(crate) fn cancellation(&self) -> Cancellation {
        let cancelled = self.cancelled.clone();
        Cancellation::when(move || *cancelled.borrow())
    }

    /// From now on, all output goes to `log`, since the other streams have no reader any more.
    pub(crate) fn divert(&self, log: File) {
        let _ = LOG.set(log);
        std::panic::set_hook(Box::new(|panic| write_messages(&format!("{panic}\n"))));
    }

    /// Prints notes on how a table was read; a document has a field for them.
    pub(crate) fn table_notes(&self, summary: &TableSummary) {
        for note in &summary.notes {
            match note.is_warning() {
                true => self.warn(&note.to_string()),
                false => self.note("table", &note.to_string()),
            }
        }
    }

    /// The typed command.
    pub(crate) fn invocation(&self) -> &Invocation {
        &self.invocation
    }

    /// The progress bar, which is hidden until a run shows it. It makes room for every message.
    pub(crate) fn bar(&self) -> &ProgressBar {
        &self.bar
    }

    /// Whether data is a JSON document.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Prints a line of data for people, or a document with `--json`.
    pub(crate) fn data(&self, text: &str) {
        if self.json {
            self.json_line(text);
        } else {
            self.out(&shown(text));
        }
    }

    /// Prints lines of data in a single write, so that a reader that closes the pipe after the first line got
    /// them all.
    pub(crate) fn data_lines(&self, lines: &[String]) {
        let lines: Vec<_> = lines.iter().map(|line| shown(line)).collect();
        self.out(&lines.join("\n"));
    }

    /// Prints JSON with a line end; returns `false` if nobody reads it. A reader that has seen enough closes
    /// the pipe, which is a success; a full disk is not.
    pub(crate) fn json_line(&self, json: &str) -> bool {
        self.out(&shown_json(json))
    }

    /// Prints data in a form of its own, unchanged: for a shell or for `man`.
    pub(crate) fn raw(&self, data: &[u8]) {
        self.write(data);
    }

    /// Prints the text of a file unchanged, or with control characters escaped on a terminal.
    pub(crate) fn file(&self, text: &str) {
        if io::stdout().is_terminal() {
            text.lines().for_each(|line| self.data(line));
        } else {
            self.raw(text.as_bytes());
        }
    }

    fn out(&self, text: &str) -> bool {
        if LOG.get().is_some() {
            self.write_message(text);
            return true;
        }
        self.write(format!("{text}\n").as_bytes())
    }

    fn write(&self, data: &[u8]) -> bool {
        if let Some(captured) = &self.captured {
            lock(captured).stdout.extend_from_slice(data);
            return true;
        }
        let mut out = io::stdout().lock();
        match out.write_all(data).and_then(|()| out.flush()) {
            Ok(()) => true,
            Err(error) => {
                self.unread.store(true, Ordering::SeqCst);
                if error.kind() != io::ErrorKind::BrokenPipe {
                    self.lost.store(true, Ordering::SeqCst);
                }
                false
            }
        }
    }

    /// Whether some data was not read: it could not be written, or the reader was gone.
    pub(crate) fn has_unread_data(&self) -> bool {
        self.unread.load(Ordering::SeqCst)
    }

    /// Whether data could not be written.
    pub(crate) fn has_lost_data(&self) -> bool {
        self.lost.load(Ordering::SeqCst)
    }

    /// Prints a JSON document.
    pub(crate) fn document(&self, document: &impl serde::Serialize) {
        self.json_line(&serde_json::to_string_pretty(document).expect("our documents have text keys"));
    }

    /// Prints a message, as one line on stderr. With `--json` only warnings and errors are printed.
    pub(crate) fn message(&self, line: &str) {
        if !self.json {
            self.write_message(&shown(line));
        }
    }

    /// Prints a message with a leading keyword, which is coloured.
    pub(crate) fn note(&self, word: &str, text: &str) {
        if !self.json {
            self.write_message(&format!(
                "{} {}",
                style(format!("{word:<8}")).for_stderr().dim(),
                shown(text)
            ));
        }
    }

    /// Prints a warning, even with `--json`, and then as one JSON line.
    pub(crate) fn warn(&self, text: &str) {
        if self.json {
            let line = serde_json::to_string(&Warning { warning: text });
            return self.json_message(&line.expect("our documents have text keys"));
        }
        self.write_message(&format!("{} {}", style("warning:").for_stderr().yellow().bold(), shown(text)));
    }

    /// Prints one line of JSON to stderr.
    pub(crate) fn json_message(&self, json: &str) {
        self.write_message(&shown_json(json));
    }

    /// Prints messages of another process of this program, whose printer has already escaped them.
    pub(crate) fn relay(&self, messages: &str) {
        self.write_message(messages);
    }

    fn write_message(&self, line: &str) {
        if let Some(captured) = &self.captured {
            lock(captured).stderr.push_str(&format!("{line}\n"));
            return;
        }
        if LOG.get().is_some() {
            return write_messages(&format!("{line}\n"));
        }
        self.bar.suspend(|| {
            let _ = writeln!(io::stderr().lock(), "{line}");
        });
    }

    /// The width of a line on stderr, in columns of text.
    pub(crate) fn width(&self) -> usize {
        console::Term::stderr().size_checked().map_or(100, |(_, columns)| usize::from(columns))
    }

    /// Prints why a command failed; with `--json` as one JSON line.
    pub(crate) fn failure(&self, failure: &Failure) {
        if self.json {
            return self.json_message(&failure.json(&self.invocation));
        }
        for (word, text) in failure.lines() {
            let label = style(format!("{word}:")).for_stderr();
            let label = match word {
                "error" => label.red().bold(),
                "hint" => label.cyan(),
                _ => label.dim(),
            };
            self.write_message(&format!("{label} {}", shown(text)));
        }
    }
}

fn lock(captured: &Mutex<Captured>) -> MutexGuard<'_, Captured> {
    captured.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Prints clap's output: help and versions are data, wrong usage is a message.
pub(crate) fn usage(error: &UsageError) -> Exit {
    let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let invocation = typed::invocation();
    if !is_help && invocation.has("--json") {
        let failure = wrong_usage(error, &invocation);
        Printer::new(true, invocation).failure(&failure);
    } else if escaped_lines(&error.to_string()) == error.to_string() {
        let _ = error.print();
    } else {
        // The text quotes what was typed, and contains colours.
        let _ = writeln!(io::stderr().lock(), "{}", escaped_lines(&error.to_string()).trim_end());
    }
    if is_help { Exit::Done } else { Exit::Usage }
}

/// Wrong usage as a failure, with the probable correct command.
pub(crate) fn wrong_usage(error: &UsageError, invocation: &Invocation) -> Failure {
    let text = error.to_string();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.filter(|line| !line.starts_with("For more information")).collect();
    let advises = |line: &&str| ["Usage:", "tip:"].iter().any(|word| line.starts_with(word));
    let (message, advice) = lines.split_at(lines.iter().position(advises).unwrap_or(lines.len()));
    let message = message.join(" ");
    let failure = Failure::usage(message.trim_start_matches("error: "));
    let help = typed::help(invocation);
    let hint = if advice.is_empty() { format!("`{help}` lists what it takes") } else { advice.join("; ") };
    let correction = typed::correction(error).into_iter();
    failure.hint(hint).next(NextCommand::FirstOf(correction.chain([help.into()]).collect()))
}

/// Text of several lines, each escaped for a terminal.
fn escaped_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(shown).collect();
    lines.join("\n")
}

/// Writes lines to stderr or to the log. If that fails they are lost, since no other stream could report it.
fn write_messages(lines: &str) {
    let _ = match LOG.get() {
        Some(mut log) => log.write_all(lines.as_bytes()),
        None => io::stderr().lock().write_all(lines.as_bytes()),
    };
}

/// The writer for log lines, which go to stderr or to the log one line at a time.
struct LogLine;

impl Write for LogLine {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        write_messages(&escaped_lines(&String::from_utf8_lossy(line)));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Starts logging: `-v`, `-vv`, or the level in `MARL_LOG`. Log lines contain no parameters and no keys.
pub(crate) fn start_log(verbose: u8) {
    let named = std::env::var("MARL_LOG").ok().and_then(|level| level.parse().ok());
    let level = match verbose {
        0 => named.unwrap_or(LevelFilter::OFF),
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(|| LogLine)
        .with_ansi(false)
        .without_time()
        .init();
}
