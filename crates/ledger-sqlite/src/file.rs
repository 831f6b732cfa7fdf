//! An open ledger file: its connections, the reserved room beside it, and whether it is still in place.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use engine::ledger::LedgerError;

use crate::{
    lock,
    open::{self, OpenError},
    readers::Readers,
    room::Room,
    writer::Writer,
};

/// An open ledger file. Its methods block their thread; [`crate::Store`] keeps that off the runtime's
/// threads.
pub(crate) struct LedgerFile {
    pub(crate) path: PathBuf,
    is_new: bool,
    files: open::Files,
    pub(crate) readers: Arc<Readers>,
    pub(crate) room: Arc<Room>,
    /// `None` for a ledger that was opened for reading.
    writer: Option<Writer>,
}

impl LedgerFile {
    /// Opens the ledger at `path`, and creates it if it does not exist.
    ///
    /// # Errors
    /// Those of [`open::Problem`]; nothing that is stored is changed.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let (writer, is_new) = open::writer(path)?;
        let readers = Arc::new(Readers::open(path)?);
        let files = open::Files::of(path).map_err(|error| OpenError::io(path, &error))?;
        let room = Arc::new(Room::beside(path));
        let writer = Writer::start(writer, Arc::clone(&readers), Arc::clone(&room));
        let writer = writer.map_err(|error| OpenError::sql(path, &error))?;
        Ok(Self { path: path.to_owned(), is_new, files, readers, room, writer: Some(writer) })
    }

    /// Opens a ledger for reading: nothing is created or changed, which also works in a read-only folder, and
    /// a ledger of an earlier version is read as it is.
    ///
    /// # Errors
    /// Those of [`open::Problem`]; there is no ledger at `path`, or it cannot be read.
    pub(crate) fn read(path: &Path) -> Result<Self, OpenError> {
        let readers = Arc::new(Readers::read_only(path)?);
        let files = open::Files::of(path).map_err(|error| OpenError::io(path, &error))?;
        let room = Arc::new(Room::beside(path));
        Ok(Self { path: path.to_owned(), is_new: false, files, readers, room, writer: None })
    }

    pub(crate) fn writer(&self) -> Result<&Writer, LedgerError> {
        self.writer.as_ref().ok_or_else(|| LedgerError("it was opened for reading alone".to_owned()))
    }

    /// Whether this opening created the file.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Whether the path still leads to the opened file, and its log exists: a deleted file still accepts rows
    /// that nobody will read.
    pub(crate) fn is_in_place(&self) -> bool {
        self.files.are_in_place()
    }

    /// Whether the disk was full when something was to be stored. Nothing more may be sent then.
    pub(crate) fn is_full(&self) -> bool {
        self.room.is_given_up()
    }

    /// Whether the process of a run is alive.
    pub(crate) fn is_alive(&self, run: i64) -> bool {
        lock::lives(&self.path, run)
    }
}
