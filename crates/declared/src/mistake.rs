//! Mistakes in a file: where, what is wrong, and what to write. This module finds no mistakes.

use std::{error, fmt};

/// One mistake in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What to write.
    pub hint: String,
}

/// All mistakes in a file, in the order of their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes {
    /// The name of the file.
    pub file: String,
    /// The mistakes; never empty.
    pub all: Vec<Mistake>,
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Mistake { line, column, what, hint }) in self.all.iter().enumerate() {
            let end = if at + 1 == self.all.len() { "" } else { "\n" };
            write!(f, "{}, line {line}, column {column}: {what}\n  hint: {hint}{end}", self.file)?;
        }
        Ok(())
    }
}

impl error::Error for Mistakes {}
