//! The only way to stdout and stderr. stdout is data, stderr is talk.
//!
//! What is printed may hold the text of tables, files and replies. Everything goes through
//! [`marl_core::terminal`] on its way out, so that no caller can forget: text for people and JSON alike. Colours
//! are added behind that.

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

/// A warning, as a line of stderr.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "warning")]
pub(crate) struct Warning<'a> {
    warning: &'a str,
}

/// Where a run in the background talks to, once its parent has told its number. One for the process:
/// log lines and panics go there as well, since nobody reads stderr any more.
static LOG: OnceLock<File> = OnceLock::new();

/// Prints what a command has to say.
pub(crate) struct Printer {
    json: bool,
    /// Where a command of the protocol server says it; `None` is this process's stdout and stderr.
    captured: Option<Mutex<Captured>>,
    /// Whether nobody waits for the command's answer any more.
    cancelled: watch::Receiver<bool>,
    /// What was typed, from which the next command is made.
    invocation: Invocation,
    bar: ProgressBar,
    lost: AtomicBool,
    unread: AtomicBool,
}

/// What a command said.
#[derive(Debug, Default, Clone)]
pub(crate) struct Captured {
    /// Its data.
    pub(crate) out: Vec<u8>,
    /// Its talk.
    pub(crate) talk: String,
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

    /// A printer for a command of the protocol server: what it prints is kept, in JSON.
    pub(crate) fn capturing(invocation: Invocation, cancelled: watch::Receiver<bool>) -> Self {
        Self { captured: Some(Mutex::default()), cancelled, ..Self::new(true, invocation) }
    }

    /// What was captured so far.
    pub(crate) fn captured(&self) -> Captured {
        let captured = self.captured.as_ref();
        captured.map(|captured| lock(captured).clone()).unwrap_or_default()
    }

    /// Comes back once nobody waits for the command's answer any more.
    pub(crate) async fn cancelled(&self) {
        let mut cancelled = self.cancelled.clone();
        if cancelled.wait_for(|cancelled| *cancelled).await.is_err() {
            // Nobody can cancel.
            std::future::pending().await
        }
    }

    /// Ends the reading of a table once nobody waits for the command's answer any more.
    pub(crate) fn cancellation(&self) -> Cancellation {
        let cancelled = self.cancelled.clone();
        Cancellation::when(move || *cancelled.borrow())
    }

    /// From here on everything is said to `log`: nobody is at the other end any more.
    pub(crate) fn divert(&self, log: File) {
        let _ = LOG.set(log);
        std::panic::set_hook(Box::new(|panic| talk_lines(&format!("{panic}\n"))));
    }

    /// How a table was read, where that is not as it stands; a document has it in a field of its own.
    pub(crate) fn table_notes(&self, summary: &TableSummary) {
        for note in &summary.notes {
            match note.is_warning() {
                true => self.warn(&note.to_string()),
                false => self.note("table", &note.to_string()),
            }
        }
    }

    /// The command that was typed.
    pub(crate) fn invocation(&self) -> &Invocation {
        &self.invocation
    }

    /// The progress bar; hidden until a run shows it. It stands aside for every line said.
    pub(crate) fn bar(&self) -> &ProgressBar {
        &self.bar
    }

    /// Whether data is one JSON document.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// One line of data for people, or with `--json` a document.
    pub(crate) fn data(&self, text: &str) {
        if self.json {
            self.json_line(text);
        } else {
            self.out(&shown(text));
        }
    }

    /// Lines of data in one write: a reader that closes the pipe behind the first line got them all.
    pub(crate) fn data_lines(&self, lines: &[String]) {
        let lines: Vec<_> = lines.iter().map(|line| shown(line)).collect();
        self.out(&lines.join("\n"));
    }

    /// JSON, with a line end added; `false` when nobody reads on. A reader that has seen enough
    /// closes the pipe, which is success; a full disk is not.
    pub(crate) fn json_line(&self, json: &str) -> bool {
        self.out(&shown_json(json))
    }

    /// Data of a form of its own, as it is: what is for a shell or for `man`.
    pub(crate) fn raw(&self, data: &[u8]) {
        self.write(data);
    }

    /// The text of a file, as it is; on a terminal what it would obey is shown instead.
    pub(crate) fn file(&self, text: &str) {
        if io::stdout().is_terminal() {
            text.lines().for_each(|line| self.data(line));
        } else {
            self.raw(text.as_bytes());
        }
    }

    fn out(&self, text: &str) -> bool {
        if LOG.get().is_some() {
            self.say(text);
            return true;
        }
        self.write(format!("{text}\n").as_bytes())
    }

    fn write(&self, data: &[u8]) -> bool {
        if let Some(captured) = &self.captured {
            lock(captured).out.extend_from_slice(data);
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

    /// Whether nobody took all the data: it could not be written, or the reader was gone.
    pub(crate) fn has_unread_data(&self) -> bool {
        self.unread.load(Ordering::SeqCst)
    }

    /// Whether data could not be written.
    pub(crate) fn has_lost_data(&self) -> bool {
        self.lost.load(Ordering::SeqCst)
    }

    /// One JSON document.
    pub(crate) fn document(&self, document: &impl serde::Serialize) {
        self.json_line(&serde_json::to_string_pretty(document).expect("our documents have text keys"));
    }

    /// Talk: one line to stderr. With `--json` only warnings and errors are said.
    pub(crate) fn talk(&self, line: &str) {
        if !self.json {
            self.say(&shown(line));
        }
    }

    /// A talk line with a word at its start, which colour makes stand out.
    pub(crate) fn note(&self, word: &str, text: &str) {
        if !self.json {
            self.say(&format!("{} {}", style(format!("{word:<8}")).for_stderr().dim(), shown(text)));
        }
    }

    /// A warning: said even with `--json`, then as one JSON line.
    pub(crate) fn warn(&self, text: &str) {
        if self.json {
            let line = serde_json::to_string(&Warning { warning: text });
            return self.json_talk(&line.expect("our documents have text keys"));
        }
        self.say(&format!("{} {}", style("warning:").for_stderr().yellow().bold(), shown(text)));
    }

    /// One line of JSON to stderr.
    pub(crate) fn json_talk(&self, json: &str) {
        self.say(&shown_json(json));
    }

    /// What another process of this program has talked, which went through its printer.
    pub(crate) fn relay(&self, talk: &str) {
        self.say(talk);
    }

    fn say(&self, line: &str) {
        if let Some(captured) = &self.captured {
            lock(captured).talk.push_str(&format!("{line}\n"));
            return;
        }
        if LOG.get().is_some() {
            return talk_lines(&format!("{line}\n"));
        }
        self.bar.suspend(|| {
            let _ = writeln!(io::stderr().lock(), "{line}");
        });
    }

    /// How many columns of text fit on a line of stderr.
    pub(crate) fn width(&self) -> usize {
        console::Term::stderr().size_checked().map_or(100, |(_, columns)| usize::from(columns))
    }

    /// Why a command failed; with `--json` as one JSON line.
    pub(crate) fn failure(&self, failure: &Failure) {
        if self.json {
            return self.json_talk(&failure.json(&self.invocation));
        }
        for (word, text) in failure.lines() {
            let label = style(format!("{word}:")).for_stderr();
            let label = match word {
                "error" => label.red().bold(),
                "hint" => label.cyan(),
                _ => label.dim(),
            };
            self.say(&format!("{label} {}", shown(text)));
        }
    }
}

fn lock(captured: &Mutex<Captured>) -> MutexGuard<'_, Captured> {
    captured.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What clap has to say: help and versions are data, wrong usage is talk.
pub(crate) fn usage(error: &UsageError) -> Exit {
    let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let invocation = typed::invocation();
    if !is_help && invocation.has("--json") {
        let failure = wrong_usage(error, &invocation);
        Printer::new(true, invocation).failure(&failure);
    } else if shown_lines(&error.to_string()) == error.to_string() {
        let _ = error.print();
    } else {
        // It quotes what was typed, and has colours in between.
        let _ = writeln!(io::stderr().lock(), "{}", shown_lines(&error.to_string()).trim_end());
    }
    if is_help { Exit::Done } else { Exit::Usage }
}

/// Wrong usage as a failure, with the command that was probably meant.
pub(crate) fn wrong_usage(error: &UsageError, invocation: &Invocation) -> Failure {
    let text = error.to_string();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.filter(|line| !line.starts_with("For more information")).collect();
    let advises = |line: &&str| ["Usage:", "tip:"].iter().any(|word| line.starts_with(word));
    let (message, advice) = lines.split_at(lines.iter().position(advises).unwrap_or(lines.len()));
    let message = message.join(" ");
    let failure = Failure::usage(message.trim_start_matches("error: "));
    let help = typed::help(invocation);
    let hint = if advice.is_empty() { format!("`{help}` says what it takes") } else { advice.join("; ") };
    let meant = typed::meant(error).into_iter();
    failure.hint(hint).next(NextCommand::FirstOf(meant.chain([help.into()]).collect()))
}

/// Text of several lines, each as it can be shown.
fn shown_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(shown).collect();
    lines.join("\n")
}

/// Writes lines to where talk goes. What cannot be written is lost: there is no place to say so.
fn talk_lines(lines: &str) {
    let _ = match LOG.get() {
        Some(mut log) => log.write_all(lines.as_bytes()),
        None => io::stderr().lock().write_all(lines.as_bytes()),
    };
}

/// Where log lines go: to the talk, a line at a time.
struct LogLine;

impl Write for LogLine {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        talk_lines(&shown_lines(&String::from_utf8_lossy(line)));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Starts the log on stderr: `-v`, `-vv`, or the level named by `MARL_LOG`. Log lines hold no
/// parameters and no keys.
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
