//! What can be wrong with a table or its file, as messages, and what to do about it.
//!
//! The problems of one format are in the format's folder, and all others are here. Text from a file or from
//! its name is escaped before it becomes part of a message, because a terminal interprets control characters.

pub(crate) mod columns;
pub(crate) mod error;
pub(crate) mod fault;
pub(crate) mod file;
pub(crate) mod note;
pub(crate) mod output;
pub mod shell;
pub(crate) mod text;
pub(crate) mod words;

use std::{fmt, io, path::Path};

use columns::ColumnProblem;
use file::FileProblem;
use output::OutputProblem;
use text::TextProblem;

/// A problem that can be explained; its `Display` is the message.
pub(crate) trait Problem: fmt::Debug + fmt::Display + Send + Sync {
    /// What the user can do about it, as one sentence, with a command if one helps. `path` is the file, and
    /// `cause` is the system's error.
    fn hint(&self, path: &Path, cause: Option<&io::Error>) -> Option<String>;

    /// The flags that solve the problem, ready to be typed; `None` unless they lose no data.
    fn flags(&self) -> Option<String> {
        None
    }
}

/// What is wrong with a table or its file.
#[derive(Debug)]
pub(crate) enum TableProblem {
    /// The file itself cannot be used.
    File(FileProblem),
    /// The output cannot be written.
    Output(OutputProblem),
    /// The file is not the expected text.
    Text(TextProblem),
    /// The columns have no usable names.
    Columns(ColumnProblem),
    /// Only the table's own format knows this problem.
    Format(Box<dyn Problem>),
}

impl TableProblem {
    /// A problem that one format defines.
    pub(crate) fn from_format(problem: impl Problem + 'static) -> Self {
        Self::Format(Box::new(problem))
    }

    /// Whether the system gave the reason.
    pub(crate) fn is_io(&self) -> bool {
        match self {
            Self::File(problem) => matches!(problem, FileProblem::Read),
            Self::Output(problem) => problem.is_io(),
            Self::Text(_) | Self::Columns(_) | Self::Format(_) => false,
        }
    }

    fn problem(&self) -> &dyn Problem {
        match self {
            Self::File(problem) => problem,
            Self::Output(problem) => problem,
            Self::Text(problem) => problem,
            Self::Columns(problem) => problem,
            Self::Format(problem) => &**problem,
        }
    }
}

impl fmt::Display for TableProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.problem(), f)
    }
}

impl Problem for TableProblem {
    fn hint(&self, path: &Path, cause: Option<&io::Error>) -> Option<String> {
        self.problem().hint(path, cause)
    }

    fn flags(&self) -> Option<String> {
        self.problem().flags()
    }
}

impl From<FileProblem> for TableProblem {
    fn from(problem: FileProblem) -> Self {
        Self::File(problem)
    }
}

impl From<OutputProblem> for TableProblem {
    fn from(problem: OutputProblem) -> Self {
        Self::Output(problem)
    }
}

impl From<TextProblem> for TableProblem {
    fn from(problem: TextProblem) -> Self {
        Self::Text(problem)
    }
}

impl From<ColumnProblem> for TableProblem {
    fn from(problem: ColumnProblem) -> Self {
        Self::Columns(problem)
    }
}
