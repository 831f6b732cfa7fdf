//! An open file that must stay as it was when it was scanned. This module must not know its content.

use std::{
    error, fmt,
    fs::{File, Metadata},
    io::{self, Read, Seek, SeekFrom},
    time::SystemTime,
};

use super::cancellation::Cancellation;

/// The metadata that changes when a file's content does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileStamp {
    len: u64,
    modified: Option<SystemTime>,
    /// Device and inode, on systems that have them: another file can have the same length and age.
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

/// An open file that returns no byte that was written after it was stamped: its reads fail with
/// [`FileChanged`] instead. Another file that takes its name has no effect here. The reads also fail once
/// they are cancelled.
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

    /// Fails if the file was changed, even at positions that were read long ago.
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
        // This check comes after the read: whatever was written before the read has changed the stamp.
        self.check_unchanged().map(|()| read)
    }
}

impl Seek for WatchedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// The error that the file was changed since it was stamped; inside an [`io::Error`].
#[derive(Debug)]
pub(crate) struct FileChanged;

impl fmt::Display for FileChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the file was changed")
    }
}

impl error::Error for FileChanged {}
