//! An open file that must stay as it was when it was scanned. Must not know what is in it.

use std::{
    error, fmt,
    fs::{File, Metadata},
    io::{self, Read, Seek, SeekFrom},
    time::SystemTime,
};

use super::cancellation::Cancellation;

/// What changes when a file's content does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileStamp {
    len: u64,
    modified: Option<SystemTime>,
    /// Device and inode, on systems that have them: another file can be as long and as old.
    identity: Option<(u64, u64)>,
}

impl FileStamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            Some((metadata.dev(), metadata.ino()))
        };
        #[cfg(not(unix))]
        let identity = None;
        Self { len: metadata.len(), modified: metadata.modified().ok(), identity }
    }
}

/// An open file that gives no byte that came into it after it was stamped: its reads fail with
/// [`FileChanged`] instead. Another file that takes its name changes nothing here. The reads fail as well
/// once nobody wants the rows any more.
pub(crate) struct WatchedFile {
    file: File,
    stamp: FileStamp,
    cancellation: Cancellation,
}

impl WatchedFile {
    pub(crate) fn new(file: File, stamp: FileStamp, cancellation: Cancellation) -> io::Result<Self> {
        let watched = Self { file, stamp, cancellation };
        watched.check_unchanged().map(|()| watched)
    }

    /// A second handle of the same open file; both share the position.
    pub(crate) fn try_clone(&self) -> io::Result<Self> {
        let (stamp, cancellation) = (self.stamp.clone(), self.cancellation.clone());
        Ok(Self { file: self.file.try_clone()?, stamp, cancellation })
    }

    /// Fails when somebody changed the file, also behind bytes that were read long ago.
    pub(crate) fn check_unchanged(&self) -> io::Result<()> {
        match FileStamp::of(&self.file.metadata()?) == self.stamp {
            true => Ok(()),
            false => Err(io::Error::other(FileChanged)),
        }
    }
}

impl Read for WatchedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.cancellation.check()?;
        let read = self.file.read(buffer)?;
        // After the read: what came into the file before it has changed the stamp.
        self.check_unchanged().map(|()| read)
    }
}

impl Seek for WatchedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// The file is not the one that was stamped; inside an [`io::Error`].
#[derive(Debug)]
pub(crate) struct FileChanged;

impl fmt::Display for FileChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the file was changed")
    }
}

impl error::Error for FileChanged {}
