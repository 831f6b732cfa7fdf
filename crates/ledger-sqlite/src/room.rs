//! Room on the disk that is kept free for answers: a file beside the ledger that is given up when
//! the disk is full. Until then it is of no use to anybody, and it holds nothing.
//!
//! A call is paid for when its answer comes. So a run begins only where the room is there, sends
//! nothing more once it is given up, and stores in it what is still under way.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use rusqlite::ErrorCode;

use crate::open::{DISK_FULL, beside};

/// How large it is: for the answers to everything that a run of usual size has under way.
const SIZE: u64 = 4 * 1024 * 1024;

/// The room beside one ledger.
pub(crate) struct Room {
    path: PathBuf,
    is_given_up: AtomicBool,
}

impl Room {
    /// The room beside `ledger`, not looked for yet.
    pub(crate) fn beside(ledger: &Path) -> Self {
        Self { path: beside(ledger, "-room"), is_given_up: AtomicBool::new(false) }
    }

    /// Sees that the room is there.
    ///
    /// # Errors
    /// The disk has no such room. Where no file of this size can be made for another reason, there
    /// is no room, and a full disk is noticed when it is met.
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
        // What has another size is a rest of an earlier try. A folder or a link is somebody else's.
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

    /// A change could not be stored: gives the room up if that was for want of it.
    pub(crate) fn heed(&self, error: Option<ErrorCode>) {
        if matches!(error, Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure)) && !self.is_given_up() {
            if fs::symlink_metadata(&self.path).is_ok_and(|about| about.is_file()) {
                let _ = fs::remove_file(&self.path);
            }
            self.is_given_up.store(true, Ordering::SeqCst);
        }
    }

    /// Whether it is given up: then nothing more may be sent.
    pub(crate) fn is_given_up(&self) -> bool {
        self.is_given_up.load(Ordering::SeqCst)
    }
}

/// Whether the room is there, and not only its name and its length.
fn is_whole(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|about| about.is_file() && about.len() == SIZE && is_written(&about))
}

#[cfg(unix)]
fn is_written(about: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::blocks(about) * 512 >= SIZE
}

/// Without a count of blocks the length is all there is.
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
    fn the_room_is_made_once_and_given_up_for_want_of_it_alone() {
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
    fn what_is_not_the_room_is_replaced_or_left_alone() {
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
