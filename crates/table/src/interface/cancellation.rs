//! Ends the reading of a table from outside. Must not know files.

use std::{error, fmt, io, sync::Arc};

/// Says whether somebody still wants what is read of a table. The scan and the reader ask before every
/// piece of the file, and fail once nobody does.
#[derive(Clone, Default)]
pub struct Cancellation(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

impl Cancellation {
    /// Reading ends once `is_cancelled` says so. It is called often, from any thread.
    pub fn when(is_cancelled: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(is_cancelled)))
    }

    /// Fails once nobody wants what is read.
    pub(crate) fn check(&self) -> io::Result<()> {
        match &self.0 {
            Some(is_cancelled) if is_cancelled() => Err(io::Error::other(Cancelled)),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancellation").finish_non_exhaustive()
    }
}

/// Nobody wants what is read; inside an [`io::Error`].
#[derive(Debug)]
struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reading was cancelled")
    }
}

impl error::Error for Cancelled {}
