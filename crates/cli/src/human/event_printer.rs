//! Prints events that cannot wait for the end of a run.

use std::sync::Arc;

use engine::Event;
use marl_core::ErrorKind;
use runner::job::observer::Observer;

use crate::printer::Printer;

/// Prints a run's events while it goes on.
pub(crate) struct EventPrinter {
    printer: Arc<Printer>,
}

impl EventPrinter {
    pub(crate) fn new(printer: Arc<Printer>) -> Self {
        Self { printer }
    }
}

impl Observer for EventPrinter {
    fn on_event(&self, event: &Event<'_>) {
        match event {
            Event::ProviderWaits { provider, wait } => {
                self.warn(&format!(
                    "{provider} is failing; trying one call in {} s",
                    wait.as_secs_f64().round()
                ));
            }
            Event::ProviderRests { provider, rest } => {
                self.warn(&format!("{provider} asks to slow down; its calls wait {} s", rest.as_secs()));
            }
            Event::ProviderStopped { provider, operation, error } if error.kind() != ErrorKind::Auth => {
                let what =
                    operation.map_or((*provider).to_owned(), |operation| format!("{provider} {operation}"));
                self.warn(&format!("{what} is stopped for this run: {}", error.full_message()));
            }
            Event::LedgerFailed { error } => {
                self.warn(&format!("the ledger cannot be used: {error}; nothing more is sent"));
            }
            _ => {}
        }
    }

    fn warn(&self, text: &str) {
        self.printer.warn(text);
    }
}
