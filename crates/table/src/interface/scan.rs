//! What a format receives to scan a file, and what it returns.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    sync::Arc,
};

use super::{Layout, cancellation::Cancellation, options::ReadOptions};
use crate::{problem::note::Note, roots};

/// How many cells of each column are kept as samples, and to how many characters each is cut.
const SAMPLES: usize = 100;
const SAMPLE_CHARS: usize = 512;

/// A file to scan, with the user's options.
pub(crate) struct Input<'a> {
    path: &'a Path,
    pub(crate) options: &'a ReadOptions,
}

impl<'a> Input<'a> {
    pub(crate) fn new(path: &'a Path, options: &'a ReadOptions) -> Self {
        Self { path, options }
    }

    /// Opens the file at its beginning; a scan may do so several times.
    pub(crate) fn open(&self) -> io::Result<ScannedFile> {
        Ok(ScannedFile { file: roots::open(self.path)?, cancellation: self.options.cancellation.clone() })
    }
}

/// The open file. Its reads fail once the scan is cancelled.
pub(crate) struct ScannedFile {
    file: File,
    cancellation: Cancellation,
}

impl Read for ScannedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.cancellation.check()?;
        self.file.read(buffer)
    }
}

impl Seek for ScannedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// The result of a format's scan.
pub(crate) struct Scanned {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: u64,
    pub(crate) samples: Samples,
    pub(crate) notes: Vec<Note>,
    pub(crate) layout: Arc<dyn Layout>,
}

/// The first filled cells of each column.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    cells: Vec<Vec<String>>,
    /// The number of columns whose samples are complete.
    full: usize,
}

impl Samples {
    /// More bytes than a sample can have: the rest of a cell need not be kept.
    pub(crate) const BYTES: usize = SAMPLE_CHARS * 4;

    /// Whether more cells of `column` are needed.
    pub(crate) fn wants(&self, column: usize) -> bool {
        self.cells.get(column).is_some_and(|cells| cells.len() < SAMPLES)
    }

    /// Whether more cells of any column are needed.
    pub(crate) fn wants_any(&self) -> bool {
        self.full < self.cells.len()
    }

    /// Keeps a cell, unless it is blank.
    pub(crate) fn add(&mut self, column: usize, cell: &str) {
        if !cell.trim().is_empty() {
            self.cells[column].push(cell.chars().take(SAMPLE_CHARS).collect());
            self.full += usize::from(self.cells[column].len() == SAMPLES);
        }
    }

    /// Makes room for columns up to `columns`.
    pub(crate) fn grow(&mut self, columns: usize) {
        self.cells.resize_with(columns, Vec::new);
    }

    pub(crate) fn into_cells(self) -> Vec<Vec<String>> {
        self.cells
    }
}
