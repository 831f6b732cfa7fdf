//! Shows progress on stderr: a bar on a terminal, or a JSON line per second.

use std::{io::IsTerminal, sync::Arc, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::task::JoinHandle;

use crate::{args::Progress, printer::Printer};
use runner::run::{progress::ProgressDocument, tally::Tally};

/// Shows the progress of a run until it is dropped.
pub(crate) struct Bar {
    task: Option<JoinHandle<()>>,
    bar: ProgressBar,
}

impl Bar {
    /// Starts to show the counts of `tally`.
    pub(crate) fn start(how: Progress, tally: &Arc<Tally>, printer: &Arc<Printer>) -> Self {
        let terminal = std::io::stderr().is_terminal() && !printer.is_json();
        let bar = printer.bar().clone();
        let task = match how {
            Progress::None => None,
            Progress::Auto if !terminal => None,
            Progress::Auto | Progress::Bar => {
                bar.set_length(tally.progress().rows);
                bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
                bar.set_style(style());
                Some(tokio::spawn(draw(bar.clone(), Arc::clone(tally))))
            }
            Progress::Jsonl => Some(tokio::spawn(lines(Arc::clone(tally), Arc::clone(printer)))),
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
        let progress = tally.progress();
        bar.set_message(format!("{} failed", progress.failed));
        bar.set_position(progress.rows_done);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn lines(tally: Arc<Tally>, printer: Arc<Printer>) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let line = serde_json::to_string(&ProgressDocument { progress: tally.progress() });
        printer.json_message(&line.expect("our documents have text keys"));
    }
}
