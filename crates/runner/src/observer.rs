//! Who hears of a run while it goes on. A run prints nothing itself.

use engine::Event;

/// Hears what cannot wait for a run's end.
pub trait Observer: Send + Sync {
    /// What the gateway tells; of a ledger that fails, only the first event.
    fn hear(&self, _event: &Event<'_>) {}

    /// Something that the user should know, in a sentence.
    fn warn(&self, text: &str);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Observer for Silent {
    fn warn(&self, _: &str) {}
}
