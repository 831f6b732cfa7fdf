//! Hands a run in the background over to its parent: the run sends nothing until its number has been
//! reported.
//!
//! The parent, or the protocol server that started the parent, holds the other end of the run's stdin. It
//! writes [`CONFIRMATION`] once the number has reached the user or the client. If the pipe closes without
//! that, its holder ended or could not report the number, and nobody could find the run to stop it. This
//! module must not decide what the run does then.

use std::{
    io::{self, BufRead},
    process,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use runner::failure::exit::Exit;

/// What the holder of the pipe writes once the run's number has been reported.
pub(crate) const CONFIRMATION: &[u8] = b"confirmed\n";

/// The run's end of the pipe.
pub(crate) struct Handover {
    /// Whether nothing was created yet, so that the process may end at once.
    checks: Arc<Mutex<bool>>,
    confirmed: mpsc::Receiver<bool>,
}

impl Handover {
    /// Starts listening to the parent. While the run only checks its table and its plan, the end of the
    /// parent ends the process.
    pub(crate) fn listen() -> Self {
        let checks = Arc::new(Mutex::new(true));
        let (sender, confirmed) = mpsc::channel();
        let still_checks = Arc::clone(&checks);
        thread::spawn(move || {
            let is_confirmed = is_confirmed(io::stdin().lock());
            // This lock is held until the process has ended: files are created only while holding it.
            let checks = still_checks.lock().unwrap_or_else(PoisonError::into_inner);
            if !is_confirmed && *checks {
                process::exit(i32::from(Exit::Interrupted.code()));
            }
            let _ = sender.send(is_confirmed);
        });
        Self { checks, confirmed }
    }

    /// Marks the end of the checks: from now on the run creates files, and ends in order.
    pub(crate) fn checked(&self) {
        *self.checks.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    /// Waits until the parent confirms the number; returns `false` if it never will.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.confirmed.recv().unwrap_or(false)
    }
}

fn is_confirmed(pipe: impl BufRead) -> bool {
    let mut line = Vec::new();
    // The read is bounded, because a wrong pipe may have no line end.
    let read = pipe.take(CONFIRMATION.len() as u64).read_until(b'\n', &mut line);
    read.is_ok() && line == CONFIRMATION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_confirmation_counts() {
        assert!(is_confirmed(CONFIRMATION));
        for other in ["", "confirmed", "confirm\n", "\n", "confirmedx\n", "unconfirmed\n"] {
            assert!(!is_confirmed(other.as_bytes()), "{other:?}");
        }
    }
}
