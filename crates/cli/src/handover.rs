//! How a run in the background is handed over: it sends nothing before its parent has told the
//! run's number.
//!
//! The parent, or the protocol server that started the parent, holds the other end of the run's
//! stdin. It writes [`TOLD`] once the number has reached the user or the client. If the pipe ends
//! without that, its holder was ended or could not tell the number: nobody could then find the run
//! to stop it. This module must not decide what the run does about it.

use std::{
    io::{self, BufRead},
    process,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use runner::failure::exit::Exit;

/// What the holder of the pipe writes when the number is told.
pub(crate) const TOLD: &[u8] = b"told\n";

/// The end of the run in the background.
pub(crate) struct Handover {
    /// Whether nothing was made yet, so that the process can end at once.
    checks: Arc<Mutex<bool>>,
    told: mpsc::Receiver<bool>,
}

impl Handover {
    /// Listens to the parent. While the run only checks its table and its plan, the end of the
    /// parent ends the process.
    pub(crate) fn listen() -> Self {
        let checks = Arc::new(Mutex::new(true));
        let (sender, told) = mpsc::channel();
        let still_checks = Arc::clone(&checks);
        thread::spawn(move || {
            let is_told = is_told(io::stdin().lock());
            // Held until the process has ended: files are made only by who holds it.
            let checks = still_checks.lock().unwrap_or_else(PoisonError::into_inner);
            if !is_told && *checks {
                process::exit(i32::from(Exit::Interrupted.code()));
            }
            let _ = sender.send(is_told);
        });
        Self { checks, told }
    }

    /// From here on the run makes files and ends in order.
    pub(crate) fn checked(&self) {
        *self.checks.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    /// Waits until the parent has told the number; `false` when it never will.
    pub(crate) fn is_told(&self) -> bool {
        self.told.recv().unwrap_or(false)
    }
}

fn is_told(pipe: impl BufRead) -> bool {
    let mut line = Vec::new();
    // Bounded: a wrong pipe may have no line end.
    let read = pipe.take(TOLD.len() as u64).read_until(b'\n', &mut line);
    read.is_ok() && line == TOLD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_word_says_that_the_number_is_told() {
        assert!(is_told(TOLD));
        for other in ["", "told", "tol\n", "\n", "toldx\n", "untold\n"] {
            assert!(!is_told(other.as_bytes()), "{other:?}");
        }
    }
}
