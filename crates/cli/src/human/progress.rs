//! Shows progress on stderr: a bar on a terminal, or a JSON line per second.

use std::{
    io::IsTerminal,
    sync::Arc,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::task::JoinHandle;

use crate::{args::Progress, printer::Printer};
use runner::run::tally::Tally;

/// A line on stderr with `--progress jsonl`, about one per second.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "progress")]
pub(crate) struct ProgressLine {
    progress: SoFar,
}

/// The progress of a run.
#[derive(JsonSchema, Serialize)]
struct SoFar {
    rows_done: u64,
    rows: u64,
    /// Rows in which a step failed.
    failed: u64,
    /// Attempts that were sent.
    calls_sent: u64,
    elapsed_ms: u64,
}

/// Shows the progress of a run until it is dropped.
pub(crate) struct Bar {
    task: Option<JoinHandle<()>>,
    bar: ProgressBar,
}

impl Bar {
    /// Starts to show the counts of `tally`.
    pub(crate) fn start(how: Progress, rows: u64, tally: &Arc<Tally>, printer: &Arc<Printer>) -> Self {
        let terminal = std::io::stderr().is_terminal() && !printer.is_json();
        let bar = printer.bar().clone();
        let task = match how {
            Progress::None => None,
            Progress::Auto if !terminal => None,
            Progress::Auto | Progress::Bar => {
                bar.set_length(rows);
                bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
                bar.set_style(style());
                Some(tokio::spawn(draw(bar.clone(), Arc::clone(tally))))
            }
            Progress::Jsonl => Some(tokio::spawn(lines(rows, Arc::clone(tally), Arc::clone(printer)))),
        };
        Self { task, bar }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
        self.bar.finish_and_clear();
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("  {pos}/{len} rows  [{bar:24}]  {per_sec:.0} rows/s  {eta} left  {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("per_sec", |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{:.0}", state.per_sec());
        })
        .progress_chars("##-")
}

async fn draw(bar: ProgressBar, tally: Arc<Tally>) {
    loop {
        let counts = tally.glance();
        bar.set_message(format!("{} failed", counts.failed));
        bar.set_position(counts.rows);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn lines(rows: u64, tally: Arc<Tally>, printer: Arc<Printer>) {
    let started = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let counts = tally.glance();
        let progress = SoFar {
            rows_done: counts.rows,
            rows,
            failed: counts.failed,
            calls_sent: counts.sent,
            elapsed_ms: started.elapsed().as_millis() as u64,
        };
        let line = serde_json::to_string(&ProgressLine { progress });
        printer.json_message(&line.expect("our documents have text keys"));
    }
}
