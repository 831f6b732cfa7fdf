//! The output of xtask: results go to stdout, progress and messages to stderr. Nothing else here prints.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "only this module of xtask prints")]

use crate::failure::Failure;

/// Prints a line of the result.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Prints a message about progress.
pub(crate) fn progress(text: &str) {
    eprintln!("{text}");
}

/// Prints a warning, which does not fail the command.
pub(crate) fn warning(text: &str) {
    eprintln!("warning: {text}");
}

/// Prints why a command failed.
pub(crate) fn failure(failure: &Failure) {
    eprintln!("error: {}", failure.message);
    if let Some(cause) = &failure.cause {
        eprintln!("caused by: {cause}");
    }
    for hint in &failure.hints {
        eprintln!("hint: {hint}");
    }
}
