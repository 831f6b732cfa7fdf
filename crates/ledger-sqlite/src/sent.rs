//! Records which claims of a run were sent, before each call is sent: in memory that outlives the process,
//! for a process that finds it dead. Unlike a claim, a mark needs no flush to the disk.
//!
//! A claim without a mark was never sent only if all marks are known to exist. The marks are kept where a
//! power cut erases all of them, and if one mark cannot be made, the others are deleted: then every claim
//! counts as sent.

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

/// The folder for shared memory on Linux. Other systems have no such folder, and no marks.
const FOLDER: &str = "/dev/shm";

/// The marks of one run's process.
pub(crate) struct Marks {
    name: Name,
    file: File,
    /// Whether all marks exist.
    whole: AtomicBool,
}

/// The name of a run's marks, which nobody can guess and no other run has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name(u128);

impl Marks {
    /// Begins the marks of a run; `None` if the system has no place for them.
    pub(crate) fn begin() -> Option<Self> {
        if !ends_with_the_power(&fs::read_to_string("/proc/self/mounts").ok()?) {
            return None;
        }
        let name = Name::new().ok()?;
        let file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(name.path()).ok()?;
        Some(Self { name, file, whole: AtomicBool::new(true) })
    }

    pub(crate) fn name(&self) -> Name {
        self.name
    }

    /// Whether all marks exist.
    pub(crate) fn are_whole(&self) -> bool {
        self.whole.load(Ordering::Relaxed)
    }

    /// Marks an intent as sent.
    ///
    /// # Errors
    /// The intent could not be marked, and the marks could not be deleted either: the call must not be sent.
    pub(crate) fn add(&self, intent: i64) -> io::Result<()> {
        if !self.are_whole() {
            return Ok(());
        }
        let marked = (&self.file).write_all(&intent.to_le_bytes());
        // The system may remove the marks when their user logs out.
        let is_there = self.file.metadata().is_ok_and(|about| about.nlink() > 0);
        if marked.is_err() || !is_there {
            self.name.remove()?;
            self.whole.store(false, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Name {
    fn new() -> io::Result<Self> {
        let mut bytes = [0; 16];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        Ok(Self(u128::from_ne_bytes(bytes)))
    }

    /// Parses a name that was written by [`Name::to_string`].
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        u128::from_str_radix(text.trim(), 16).ok().map(Self)
    }

    /// The intents that were marked; `None` if they cannot be known. The file must belong to `owner`, who
    /// owns the run's lock, because everyone may write to the folder.
    pub(crate) fn read(self, owner: u32) -> Option<HashSet<i64>> {
        let path = self.path();
        let about = fs::symlink_metadata(&path).ok()?;
        if !about.is_file() || about.uid() != owner {
            return None;
        }
        let bytes = fs::read(&path).ok()?;
        let (marks, rest) = bytes.as_chunks::<8>();
        rest.is_empty().then(|| marks.iter().map(|mark| i64::from_le_bytes(*mark)).collect())
    }

    pub(crate) fn remove(self) -> io::Result<()> {
        match fs::remove_file(self.path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(crate) fn path(self) -> PathBuf {
        Path::new(FOLDER).join(format!("marl-sent-{self}"))
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Whether the folder is in memory, according to the mount table.
fn ends_with_the_power(mounts: &str) -> bool {
    let on_folder = |line: &&str| line.split(' ').nth(1) == Some(FOLDER);
    let last = mounts.lines().rfind(on_folder);
    last.is_some_and(|line| line.split(' ').nth(2) == Some("tmpfs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own_id() -> u32 {
        fs::metadata("/proc/self").unwrap().uid()
    }

    #[test]
    fn marks_are_read_only_by_name_and_by_their_owner() {
        let Some(marks) = Marks::begin() else { return };
        marks.add(7).unwrap();
        marks.add(9).unwrap();
        let name = Name::from_text(&format!("{}\n", marks.name())).unwrap();
        assert_eq!(name.read(own_id()), Some(HashSet::from([7, 9])));
        assert_eq!(name.read(own_id() + 1), None);
        name.remove().unwrap();
        assert_eq!(name.read(own_id()), None);
        marks.add(11).unwrap();
        assert!(!marks.are_whole(), "somebody removed them");
    }

    #[test]
    fn a_mark_that_cannot_be_made_deletes_the_others() {
        let Some(marks) = Marks::begin() else { return };
        marks.add(7).unwrap();
        let marks =
            Marks { name: marks.name, file: File::open(marks.name.path()).unwrap(), whole: true.into() };
        marks.add(8).unwrap();
        assert!(!marks.are_whole());
        assert_eq!(marks.name().read(own_id()), None);
    }

    #[test]
    fn truncated_marks_and_links_are_not_read() {
        let Some(marks) = Marks::begin() else { return };
        (&marks.file).write_all(b"123").unwrap();
        assert_eq!(marks.name().read(own_id()), None);
        marks.name().remove().unwrap();
        std::os::unix::fs::symlink("/dev/null", marks.name().path()).unwrap();
        assert_eq!(marks.name().read(own_id()), None);
        marks.name().remove().unwrap();
    }

    #[test]
    fn the_folder_must_be_in_memory() {
        assert!(ends_with_the_power("/dev/vda / ext4 rw 0 0\ntmpfs /dev/shm tmpfs rw 0 0\n"));
        assert!(!ends_with_the_power("/dev/vda / ext4 rw 0 0\n"));
        assert!(!ends_with_the_power("tmpfs /dev/shm tmpfs rw 0 0\n/dev/vda /dev/shm ext4 rw 0 0\n"));
    }
}
