//! What a caller learns while a run goes on. A run prints nothing itself.

use engine::Event;

/// Receives what cannot wait for the run's end.
pub trait Observer: Send + Sync {
    /// Receives an event of the gateway. Of the failures of a ledger, only the first is passed on.
    fn on_event(&self, _event: &Event<'_>) {}

    /// Receives a warning for the user, as one sentence.
    fn warn(&self, text: &str);
}
