//! Counts events, and says at once what cannot wait for the summary.

use std::sync::Arc;

use engine::{Event, Listener};
use marl_core::ErrorKind;

use super::Tally;
use crate::printer::Printer;

/// Listens to a run.
pub(crate) struct Talker {
    tally: Arc<Tally>,
    printer: Arc<Printer>,
}

impl Talker {
    pub(crate) fn new(tally: Arc<Tally>, printer: Arc<Printer>) -> Self {
        Self { tally, printer }
    }
}

impl Listener for Talker {
    fn hear(&self, event: &Event<'_>) {
        self.tally.hear(event);
        match event {
            Event::ProviderWaits { provider, wait } => {
                self.printer.warn(&format!(
                    "{provider} is failing; trying one call in {} s",
                    wait.as_secs_f64().round()
                ));
            }
            Event::ProviderRests { provider, rest } => {
                self.printer
                    .warn(&format!("{provider} asks to slow down; its calls wait {} s", rest.as_secs()));
            }
            Event::ProviderStopped { provider, operation, error } if error.kind() != ErrorKind::Auth => {
                let what =
                    operation.map_or((*provider).to_owned(), |operation| format!("{provider} {operation}"));
                self.printer.warn(&format!("{what} is stopped for this run: {}", error.full_message()));
            }
            Event::LedgerFailed { error } if self.tally.notes_ledger_error(error) => {
                self.printer.warn(&format!("the ledger cannot be used: {error}; nothing more is sent"));
            }
            _ => {}
        }
    }
}
