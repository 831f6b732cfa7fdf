//! The only way to stdout and stderr. stdout is data, stderr is talk.

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use clap::error::{Error as UsageError, ErrorKind};
use console::style;
use indicatif::ProgressBar;
use tracing_subscriber::filter::LevelFilter;

use crate::{exit, failure::Failure};

/// Prints what a command has to say.
pub(crate) struct Printer {
    json: bool,
    bar: ProgressBar,
}

impl Printer {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, bar: ProgressBar::hidden() }
    }

    /// The progress bar; hidden until a run shows it. It stands aside for every line said.
    pub(crate) fn bar(&self) -> &ProgressBar {
        &self.bar
    }

    /// Whether data is one JSON document.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Data, with a line end added.
    pub(crate) fn data(&self, text: &str) {
        // A reader that has seen enough closes the pipe: that is success.
        let _ = writeln!(io::stdout().lock(), "{text}");
    }

    /// One line of many; `false` when nobody reads on.
    pub(crate) fn line(&self, text: &str) -> bool {
        writeln!(io::stdout().lock(), "{text}").is_ok()
    }

    /// One JSON document.
    pub(crate) fn document(&self, document: &impl serde::Serialize) {
        self.data(&serde_json::to_string_pretty(document).expect("our documents have text keys"));
    }

    /// Talk: one line to stderr. With `--json` only warnings and errors are said.
    pub(crate) fn talk(&self, line: &str) {
        if !self.json {
            self.say(line);
        }
    }

    /// A talk line with a word at its start, which colour makes stand out.
    pub(crate) fn note(&self, word: &str, text: &str) {
        self.talk(&format!("{} {text}", style(format!("{word:<8}")).for_stderr().dim()));
    }

    /// A warning: said even with `--json`.
    pub(crate) fn warn(&self, text: &str) {
        self.say(&format!("{} {text}", style("warning:").for_stderr().yellow().bold()));
    }

    /// Any line to stderr, as it is.
    pub(crate) fn say(&self, line: &str) {
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
            return self.say(&failure.json());
        }
        for (word, text) in failure.lines() {
            let label = style(format!("{word}:")).for_stderr();
            let label = match word {
                "error" => label.red().bold(),
                "hint" => label.cyan(),
                _ => label.dim(),
            };
            self.say(&format!("{label} {text}"));
        }
    }
}

/// What clap has to say: help and versions are data, wrong usage is talk.
pub(crate) fn usage(error: &UsageError) -> ExitCode {
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::from(exit::DONE),
        _ => ExitCode::from(exit::USAGE),
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
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .without_time()
        .init();
}
