//! The error of this crate: what is wrong, where, and the system's reason.

use std::{
    error, fmt, io,
    path::{Path, PathBuf},
};

use super::{
    Problem, TableProblem,
    file::FileProblem,
    output::OutputProblem,
    words::{escaped, grouped},
};

/// A table cannot be read or written; the error says where, why and what to do next.
#[derive(Debug)]
pub struct TableError {
    path: PathBuf,
    location: Location,
    problem: Box<TableProblem>,
    source: Option<io::Error>,
    /// The path of the part of the output that was saved.
    kept: Option<Box<Path>>,
}

impl TableError {
    pub(crate) fn new(path: &Path, problem: impl Into<TableProblem>) -> Self {
        Self::at(path, Location::File, problem)
    }

    pub(crate) fn at(path: &Path, location: Location, problem: impl Into<TableProblem>) -> Self {
        let problem = Box::new(problem.into());
        Self { path: path.to_path_buf(), location, problem, source: None, kept: None }
    }

    pub(crate) fn caused(path: &Path, problem: impl Into<TableProblem>, source: io::Error) -> Self {
        Self { source: Some(source), ..Self::new(path, problem) }
    }

    /// The same error with the path under which the output's lines are kept.
    pub(crate) fn keeping(self, kept: PathBuf) -> Self {
        Self { kept: Some(kept.into()), ..self }
    }

    /// What the user can do next, if anything is known; each hint is one sentence.
    pub fn hints(&self) -> Vec<String> {
        let kept = self.kept.as_ref().map(|kept| self.kept_hint(kept));
        kept.into_iter().chain(self.problem.hint(&self.path, self.source.as_ref())).collect()
    }

    /// The flags that solve the problem, if there is exactly one way.
    pub fn flags(&self) -> Option<String> {
        self.problem.flags()
    }

    /// The hint that names the file with the lines that could not be put in place.
    fn kept_hint(&self, kept: &Path) -> String {
        let kept = escaped(kept);
        match *self.problem {
            TableProblem::Output(OutputProblem::Write) => {
                format!("the lines that could be written are in `{kept}`")
            }
            _ => format!("nothing is lost: the finished file is `{kept}`"),
        }
    }

    /// The missing file, and the file that the user probably meant.
    pub fn other_file(&self) -> Option<(&Path, &Path)> {
        match &*self.problem {
            TableProblem::File(FileProblem::NotFound { similar: Some(similar), .. }) => {
                Some((&self.path, similar))
            }
            _ => None,
        }
    }

    /// A flag that must be removed, and whether a value follows it.
    pub fn flag_too_many(&self) -> Option<(&'static str, bool)> {
        match *self.problem {
            TableProblem::File(FileProblem::FlagForOther { flag, .. }) => {
                Some((flag, ["--delimiter", "--header-line", "--skip-footer"].contains(&flag)))
            }
            _ => None,
        }
    }

    /// Whether another run holds the output, so that trying again later helps.
    pub fn is_locked(&self) -> bool {
        matches!(*self.problem, TableProblem::Output(OutputProblem::Locked))
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = escaped(&self.path);
        if self.is_locked() {
            return write!(f, "another marl run is writing {path}");
        }
        write!(f, "{path}{}: {}", self.location, self.problem)?;
        match self.source.as_ref().and_then(|source| reason(source.kind())) {
            Some(reason) if self.problem.is_io() => write!(f, ": {reason}"),
            _ => Ok(()),
        }
    }
}

impl error::Error for TableError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

/// A location in a file; everything is counted from 1, and lines as in an editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Location {
    File,
    Line(u64),
    Cell { line: u64, cell: usize },
    Column { line: u64, column: usize },
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => Ok(()),
            Self::Line(line) => write!(f, ", line {}", grouped(*line)),
            Self::Cell { line, cell } => write!(f, ", line {}, cell {cell}", grouped(*line)),
            Self::Column { line, column } => {
                write!(f, ", line {}, column {}", grouped(*line), grouped(*column as u64))
            }
        }
    }
}

/// The common reasons in plain words; the system's own text is the error's source.
fn reason(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
        io::ErrorKind::PermissionDenied => Some("permission denied"),
        io::ErrorKind::ReadOnlyFilesystem => Some("the file system is read-only"),
        io::ErrorKind::StorageFull => Some("no space left on the disk"),
        io::ErrorKind::QuotaExceeded => Some("your disk quota is used up"),
        io::ErrorKind::FileTooLarge => Some("the file is too large for this disk"),
        io::ErrorKind::NotFound => Some("the file or its folder is gone"),
        io::ErrorKind::NotADirectory => Some("a part of the path is not a folder"),
        io::ErrorKind::IsADirectory => Some("there is a folder of this name"),
        io::ErrorKind::InvalidFilename => Some("the name is not allowed on this disk, or is too long"),
        _ => None,
    }
}
