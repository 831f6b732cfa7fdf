//! Opens ledgers. No other module knows which forms of the ledger exist: the rest of the program uses the
//! [`Ledger`] trait.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use engine::ledger::Ledger;
use ledger_sqlite::{OpenError, Store};

pub use ledger_sqlite::Problem;

use crate::{
    failure::{Failure, error_code::ErrorCode, exit::Exit},
    project::paths,
};

/// Opens the ledger at `path`, and creates it if it does not exist.
///
/// # Errors
/// The file is not a ledger that this program can use, or it cannot be written.
pub async fn open(path: &Path) -> Result<Arc<dyn Ledger>, Failure> {
    Ok(Arc::new(Store::open(path).await?))
}

/// Opens the ledger at `path` for reading.
pub async fn read(path: &Path) -> Result<Arc<dyn Ledger>, Failure> {
    Ok(Arc::new(Store::read(path).await?))
}

/// Opens the ledger at `path` for reading, if a run has created it.
pub(crate) async fn read_if_there(path: &Path) -> Result<Option<Arc<dyn Ledger>>, Failure> {
    if !is_there(path) {
        return Ok(None);
    }
    match Store::read(path).await {
        // The ledger's first run is still creating it.
        Err(error) if error.problem == Problem::NotYetMade => Ok(None),
        read => Ok(Some(Arc::new(read?))),
    }
}

/// Whether there is a ledger at `path`. An empty file is not a ledger yet.
pub fn is_there(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() > 0)
}

/// The paths of the files that the ledger at `path` may consist of.
pub(crate) fn files_of(path: &Path) -> [PathBuf; 5] {
    ledger_sqlite::files_of(path)
}

/// The path of a ledger, for display.
pub fn shown(ledger: &dyn Ledger) -> String {
    ledger.file().map_or_else(|| ledger.location(), paths::shown)
}

/// The hint for a problem with a ledger.
pub fn hint(problem: Problem) -> &'static str {
    match problem {
        Problem::Newer => "update marl, or name another ledger with `--ledger PATH`",
        Problem::NotALedger | Problem::NotYetMade | Problem::Other => {
            "name another ledger with `--ledger PATH`"
        }
        Problem::Foreign => {
            "marl uses a ledger only with its own schema: remove what was added with `sqlite3`, or name another ledger \
             with `--ledger PATH`"
        }
        Problem::Corrupt => {
            "keep a copy; `sqlite3 FILE .recover` recovers what can be read, and `--ledger PATH` names another"
        }
        Problem::Locked => "wait for the other program, or name another ledger with `--ledger PATH`",
        Problem::ReadOnly => "make its folder writable, or name another ledger with `--ledger PATH`",
        Problem::Full => "make room on the disk, or name another ledger with `--ledger PATH`",
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let exit = match error.problem {
            Problem::NotALedger | Problem::Foreign | Problem::Newer => Exit::Usage,
            Problem::NotYetMade => Exit::NotFound,
            _ => Exit::Internal,
        };
        let failure = Self::new(exit, ErrorCode::Ledger, error.to_string()).hint(hint(error.problem));
        if error.problem == Problem::Locked { failure.retryable() } else { failure }
    }
}
