//! What ends the scan of a file early.

use std::io;

use super::{TableProblem, error::Location};

/// What ends a scan early.
#[derive(Debug)]
pub(crate) enum ScanFault {
    Table(Location, TableProblem),
    Io(io::Error),
}

impl ScanFault {
    /// A problem of the table, and where it is.
    pub(crate) fn at(location: Location, problem: impl Into<TableProblem>) -> Self {
        Self::Table(location, problem.into())
    }
}

impl From<io::Error> for ScanFault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
