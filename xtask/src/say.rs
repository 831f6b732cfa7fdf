//! What the tools say: results to stdout, talk to stderr. Nothing else here prints.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the one place where xtask prints")]

use crate::failure::Failure;

/// A line of the result.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// What is going on.
pub(crate) fn talk(text: &str) {
    eprintln!("{text}");
}

/// Something to look at that fails nothing.
pub(crate) fn warning(text: &str) {
    eprintln!("warning: {text}");
}

/// Why a command failed.
pub(crate) fn failure(failure: &Failure) {
    eprintln!("error: {}", failure.message);
    if let Some(cause) = &failure.cause {
        eprintln!("caused by: {cause}");
    }
    for hint in &failure.hints {
        eprintln!("hint: {hint}");
    }
}
