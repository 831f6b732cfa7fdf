//! Ends the reading of a table from outside. This module must not know files.

use std::{error, fmt, io, sync::Arc};

/// A signal that ends the reading of a table. The scan and the reader check it before each piece of the file,
/// and fail once it is given.
#[derive(Clone, Default)]
pub struct Cancellation(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

impl Cancellation {
    /// Ends the reading once `is_cancelled` returns true. The function is called often, from any thread.
    pub fn when(is_cancelled: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(is_cancelled)))
    }

    /// Fails once the signal is given.
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

/// The reading was cancelled; inside an [`io::Error`].
#[derive(Debug)]
struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reading was cancelled")
    }
}

impl error::Error for Cancelled {}
