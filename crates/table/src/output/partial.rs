//! A file that appears completely or not at all: it is written beside its final path under another name,
//! locked against other runs, and moved over the old file when it is finished.
//!
//! If it is dropped without [`PartialFile::finish`] or [`PartialFile::keep`], everything stays as it was. The
//! next run removes what a killed run left behind. This module must not know what is written.

use std::{
    ffi::OsString,
    fs::{self, File, Metadata, Permissions},
    io::{self, Seek, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    claim::{claim, is_still_at, new_file},
    names::unfinished_path,
    record_buffer::RecordBuffer,
};
use crate::{
    interface::watched::FileStamp,
    paths::{folder_of, follow_links, same_file},
    problem::{error::TableError, file::FileProblem, output::OutputProblem},
};

/// The most unfinished files beside one output.
const MOST_KEPT: usize = 100;

/// How a symbolic link at an output's path is treated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Links {
    /// marl chose the name. Another user may have put a link there, so that the run would overwrite any file
    /// of its own user.
    #[default]
    Refuse,
    /// The user typed the name, so the file is written to the target of the link.
    Follow,
}

impl Links {
    /// The path to which a file named `path` is written.
    fn target(self, path: &Path) -> Result<PathBuf, TableError> {
        match self {
            Self::Follow => {
                follow_links(path).map_err(|source| TableError::caused(path, OutputProblem::Create, source))
            }
            Self::Refuse if fs::symlink_metadata(path).is_ok_and(|there| there.is_symlink()) => {
                Err(TableError::new(path, OutputProblem::IsLink))
            }
            Self::Refuse => Ok(path.to_path_buf()),
        }
    }
}

/// An unfinished file.
pub(crate) struct PartialFile {
    /// The path as the user typed it, for errors.
    shown: PathBuf,
    target: PathBuf,
    path: PathBuf,
    records: RecordBuffer<File>,
    /// The digest of everything written.
    digest: Sha256,
    /// The file that this one will replace, as it was at the beginning.
    replaced: Option<FileStamp>,
    /// The position where the head ends. A file with nothing after it is not worth keeping.
    head: u64,
    /// Whether the file has its final name, so that dropping must not remove it.
    is_settled: bool,
}

/// Checks whether a file can be put at `path`, without creating one.
pub(crate) fn check_place(path: &Path, input: &Path, links: Links) -> Result<(), TableError> {
    let create_error = |source| TableError::caused(path, OutputProblem::Create, source);
    let target = links.target(path)?;
    check_target(path, &target, input)?;
    fs::metadata(folder_of(&target)).map(drop).map_err(create_error)
}

impl PartialFile {
    /// Creates and locks the file that will become `path`, which must not be `input`, and writes `head`.
    pub(crate) fn create(path: &Path, input: &Path, head: &[u8], links: Links) -> Result<Self, TableError> {
        let create_error = |source| TableError::caused(path, OutputProblem::Create, source);
        let target = links.target(path)?;
        let old = check_target(path, &target, input)?;
        let name = target.file_name().ok_or_else(|| TableError::new(path, FileProblem::IsFolder))?;
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(".marl-partial");
        let partial = folder_of(&target).join(hidden);
        if same_file(&partial, input) {
            return Err(TableError::new(path, OutputProblem::OutputIsInput));
        }

        // No other user may open the file before it has its final permissions.
        let mode = if old.is_some() { 0o600 } else { mode_like(input) };
        let records = RecordBuffer::new(claim(path, &partial, mode)?);
        let mut created = Self {
            shown: path.to_path_buf(),
            target,
            path: partial,
            records,
            digest: Sha256::new(),
            replaced: old.as_ref().map(FileStamp::of),
            head: head.len() as u64,
            is_settled: false,
        };
        if let Some(old) = old {
            let permissions = no_wider(old.permissions(), mode_like(input));
            created.records.sink().set_permissions(permissions).map_err(create_error)?;
        }
        created.write(head)?;
        Ok(created)
    }

    /// Adds a record, such as a line, which is kept completely or not at all. After an error the records
    /// before it can still be kept.
    pub(crate) fn write(&mut self, record: &[u8]) -> Result<(), TableError> {
        self.push(record).map_err(|source| self.write_error(source))
    }

    /// A writer that treats each write as one record.
    pub(crate) fn writer(&mut self) -> impl Write {
        RecordWriter(self)
    }

    /// The error for a failed write.
    pub(crate) fn write_error(&self, source: io::Error) -> TableError {
        self.error(OutputProblem::Write, source)
    }

    fn push(&mut self, record: &[u8]) -> io::Result<()> {
        self.digest.update(record);
        self.records.push(record)
    }

    /// Syncs everything to the disk, calls `note` with the digest of the content, and puts the file in place.
    /// If that fails, the records are kept, and the error names the file.
    pub(crate) fn finish(mut self, note: impl FnOnce(&str)) -> Result<(), TableError> {
        self.put_in_place(note).map_err(|error| self.fail(error))
    }

    /// Whether the file at the target was replaced or changed since this one was created.
    pub(crate) fn is_overtaken(&self) -> bool {
        fs::metadata(&self.target).ok().as_ref().map(FileStamp::of) != self.replaced
    }

    /// Keeps the records because of `error`; the returned error names the file.
    pub(crate) fn fail(self, error: TableError) -> TableError {
        match self.keep() {
            Some(kept) => error.keeping(kept),
            None => error,
        }
    }

    /// Gives the file a visible name beside the target, with as many complete records as the disk accepted.
    /// Returns `None` if there is no record after the head, or if no name is free.
    pub(crate) fn keep(mut self) -> Option<PathBuf> {
        let _ = self.records.flush();
        let whole = self.records.whole();
        if whole <= self.head {
            return None;
        }
        // An incomplete record is better than none, so the file is kept even if one of these calls fails.
        let _ = self.records.sink().set_len(whole);
        let _ = self.records.sink().sync_all();
        // A file that cannot get a visible name stays under its hidden name until the next run.
        self.is_settled = true;
        self.follow_folder();
        match self.move_to_visible() {
            Ok(kept) => Some(kept),
            Err(_) => self.is_ours().then(|| self.path.clone()),
        }
    }

    /// The path of the finished file, with links resolved.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    fn put_in_place(&mut self, note: impl FnOnce(&str)) -> Result<(), TableError> {
        self.records.flush().map_err(|source| self.error(OutputProblem::Write, source))?;
        self.records.sink().sync_all().map_err(|source| self.error(OutputProblem::Write, source))?;
        note(&hex(&self.digest.clone().finalize()));
        let moved = match self.is_ours() {
            true => fs::rename(&self.path, &self.target),
            false => Err(io::ErrorKind::NotFound.into()),
        };
        moved.map_err(|source| self.error(OutputProblem::Replace, source))?;
        self.is_settled = true;
        sync_folder(&self.target);
        Ok(())
    }

    /// Finds the file again if its folder was renamed meanwhile.
    fn follow_folder(&mut self) {
        if self.is_ours() {
            return;
        }
        if let Some(moved) =
            place_of(self.records.sink()).filter(|moved| is_still_at(self.records.sink(), moved))
        {
            let name = self.target.file_name().map(OsString::from).unwrap_or_default();
            self.target = moved.with_file_name(name);
            self.path = moved;
        }
    }

    fn move_to_visible(&self) -> io::Result<PathBuf> {
        let (visible, mut file) = self.new_visible()?;
        let moved = match self.is_ours() {
            true => fs::rename(&self.path, &visible),
            // The name was removed; the open file still has the content.
            false => self.copy_to(&mut file),
        };
        if let Err(error) = moved {
            let _ = fs::remove_file(&visible);
            return Err(error);
        }
        sync_folder(&visible);
        Ok(visible)
    }

    /// A new empty file under a free name.
    fn new_visible(&self) -> io::Result<(PathBuf, File)> {
        let mut taken = io::Error::from(io::ErrorKind::AlreadyExists);
        for number in 1..=MOST_KEPT {
            let visible = unfinished_path(&self.target, number);
            match new_file(0o600).open(&visible) {
                Ok(file) => return Ok((visible, file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = error,
                Err(error) => return Err(error),
            }
        }
        Err(taken)
    }

    fn copy_to(&self, copy: &mut File) -> io::Result<()> {
        let mut file = self.records.sink();
        copy.set_permissions(file.metadata()?.permissions())?;
        file.rewind()?;
        io::copy(&mut file, copy)?;
        copy.flush()?;
        copy.sync_all()
    }

    /// Whether the hidden name still leads to this file.
    fn is_ours(&self) -> bool {
        is_still_at(self.records.sink(), &self.path)
    }

    fn error(&self, problem: OutputProblem, source: io::Error) -> TableError {
        TableError::caused(&self.shown, problem, source)
    }
}

/// Writes each buffer as one record.
struct RecordWriter<'a>(&'a mut PartialFile);

impl Write for RecordWriter<'_> {
    fn write(&mut self, record: &[u8]) -> io::Result<usize> {
        self.0.push(record).map(|()| record.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        if !self.is_settled && self.is_ours() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Checks whether a file can be put at `target`. Returns the metadata of the existing file, if any.
fn check_target(path: &Path, target: &Path, input: &Path) -> Result<Option<Metadata>, TableError> {
    let problem = |problem: OutputProblem| Err(TableError::new(path, problem));
    if same_file(target, input) {
        return problem(OutputProblem::OutputIsInput);
    }
    match fs::metadata(target) {
        Ok(old) if old.is_dir() => Err(TableError::new(path, FileProblem::IsFolder)),
        Ok(old) if !old.is_file() => problem(OutputProblem::InTheWay(target.to_path_buf())),
        Ok(old) if old.permissions().readonly() => problem(OutputProblem::WriteProtected),
        Ok(old) => Ok(Some(old)),
        Err(_) if !folder_of(target).is_dir() => {
            problem(OutputProblem::NoFolder(folder_of(target).to_path_buf()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(TableError::caused(path, OutputProblem::Create, error)),
    }
}

/// The permission bits for a new file: those of the input, so that a private table stays private. The owner
/// can always write, because the next run could otherwise not replace the output of a read-only table.
#[cfg(unix)]
pub fn mode_like(input: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(input).map_or(0o600, |input| input.permissions().mode() & 0o777 | 0o600)
}

/// Systems without permission bits ignore this value.
#[cfg(not(unix))]
pub fn mode_like(_input: &Path) -> u32 {
    0
}

/// The permissions of a replaced file, without those that other users lack on the input.
#[cfg(unix)]
fn no_wider(old: Permissions, input: u32) -> Permissions {
    use std::os::unix::fs::PermissionsExt;
    Permissions::from_mode(old.mode() & (input | 0o700))
}

#[cfg(not(unix))]
fn no_wider(old: Permissions, _input: u32) -> Permissions {
    old
}

/// The current path of an open file, on systems that report it.
#[cfg(target_os = "linux")]
fn place_of(file: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd;
    fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}

#[cfg(not(target_os = "linux"))]
fn place_of(_file: &File) -> Option<PathBuf> {
    None
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes a new name durable, if folders can be synced.
fn sync_folder(file: &Path) {
    if let Ok(folder) = File::open(folder_of(file)) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
impl PartialFile {
    /// A partial file whose writes go to `file`, to test errors that are hard to cause.
    pub(crate) fn over(file: File, path: &Path) -> Self {
        let target = path.to_path_buf();
        let path = target.with_extension("partial");
        Self {
            shown: target.clone(),
            path,
            target,
            records: RecordBuffer::new(file),
            digest: Sha256::new(),
            replaced: None,
            head: 0,
            is_settled: false,
        }
    }
}
