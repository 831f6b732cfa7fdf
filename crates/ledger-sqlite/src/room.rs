//! Reserves room on the disk for answers: a file beside the ledger that is deleted when the disk is full.
//! Until then it has no use, and it contains nothing.
//!
//! A call is paid for when its answer arrives. So a run begins only if the room is reserved, sends nothing
//! more once it is released, and stores in it the answers that are still under way.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use rusqlite::ErrorCode;

use crate::open::{DISK_FULL, beside};

/// The size of the room, in bytes: enough for the answers to all calls that a typical run has in flight.
const SIZE: u64 = 4 * 1024 * 1024;

/// The reserved room beside one ledger.
pub(crate) struct Room {
    path: PathBuf,
    is_given_up: AtomicBool,
}

impl Room {
    /// The room beside `ledger`; it is not created yet.
    pub(crate) fn beside(ledger: &Path) -> Self {
        Self { path: beside(ledger, "-room"), is_given_up: AtomicBool::new(false) }
    }

    /// Makes sure that the room is reserved.
    ///
    /// # Errors
    /// The disk does not have this much room. If the file cannot be created for another reason, no room is
    /// reserved, and a full disk shows only when it occurs.
    pub(crate) fn reserve(&self) -> io::Result<()> {
        if is_whole(&self.path) {
            return Ok(());
        }
        match self.make() {
            Err(error) if is_full(&error) => {
                let _ = fs::remove_file(&self.path);
                let mib = SIZE / (1024 * 1024);
                let why = format!("{DISK_FULL}: {mib} MiB are kept free for answers, and they are not there");
                Err(io::Error::new(error.kind(), why))
            }
            Err(error) => {
                tracing::debug!(path = %self.path.display(), %error, "no room is kept for answers");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    fn make(&self) -> io::Result<()> {
        // A file of another size is left over from an earlier attempt. A folder or a link belongs to someone
        // else.
        if fs::symlink_metadata(&self.path).is_ok_and(|about| about.is_file()) {
            fs::remove_file(&self.path)?;
        }
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path)?;
        // Zeros take no room on a file system that compresses.
        let mut next = 0x9e37_79b9_7f4a_7c15_u64;
        let mut block = [0; 64 * 1024];
        for _ in 0..SIZE / block.len() as u64 {
            for word in block.as_chunks_mut::<8>().0 {
                next ^= next << 13;
                next ^= next >> 7;
                next ^= next << 17;
                *word = next.to_le_bytes();
            }
            file.write_all(&block)?;
        }
        Ok(())
    }

    /// Releases the room, if a change could not be stored because the disk is full.
    pub(crate) fn heed(&self, error: Option<ErrorCode>) {
        if matches!(error, Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure)) && !self.is_given_up() {
            if fs::symlink_metadata(&self.path).is_ok_and(|about| about.is_file()) {
                let _ = fs::remove_file(&self.path);
            }
            self.is_given_up.store(true, Ordering::SeqCst);
        }
    }

    /// Whether the room was released: nothing more may be sent then.
    pub(crate) fn is_given_up(&self) -> bool {
        self.is_given_up.load(Ordering::SeqCst)
    }
}

/// Whether the room is really reserved, rather than only the length of its file.
fn is_whole(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|about| about.is_file() && about.len() == SIZE && is_written(&about))
}

#[cfg(unix)]
fn is_written(about: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::blocks(about) * 512 >= SIZE
}

/// On systems without a count of blocks, only the length can be checked.
#[cfg(not(unix))]
fn is_written(_: &fs::Metadata) -> bool {
    true
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn the_room_is_reserved_once_and_released_only_on_a_full_disk() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("l.db");
        let room = Room::beside(&ledger);
        room.reserve().unwrap();
        let path = folder.path().join("l.db-room");
        let made = fs::metadata(&path).unwrap();
        assert_eq!((made.len(), made.mode() & 0o777), (SIZE, 0o600));
        room.reserve().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().ino(), made.ino(), "the same");
        room.heed(None);
        room.heed(Some(ErrorCode::DatabaseBusy));
        assert!(path.exists() && !room.is_given_up());
        room.heed(Some(ErrorCode::DiskFull));
        assert!(!path.exists() && room.is_given_up());
    }

    #[test]
    fn other_files_at_its_path_are_replaced_or_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("l.db-room");
        let room = Room::beside(&folder.path().join("l.db"));
        File::create(&path).unwrap().set_len(SIZE).unwrap();
        room.reserve().unwrap();
        assert!(is_whole(&path), "a file without room behind its length is none");
        fs::remove_file(&path).unwrap();
        let target = folder.path().join("precious");
        fs::write(&target, "text").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        room.reserve().unwrap();
        room.heed(Some(ErrorCode::DiskFull));
        assert_eq!(fs::read_to_string(&target).unwrap(), "text");
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    }
}
