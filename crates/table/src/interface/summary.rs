//! The result of scanning a table. This module reads no file.

use std::{any::Any, path::PathBuf, sync::Arc};

use super::{Format, FormatInfo, Layout, cancellation::Cancellation, watched::FileStamp};
use crate::problem::note::Note;

/// The result of a scan that read the whole file and accepted it.
#[derive(Debug, Clone)]
pub struct TableSummary {
    /// The path of the file, as the user typed it.
    pub path: PathBuf,
    /// The columns' names: those of the header, or for JSONL in order of first appearance.
    pub columns: Vec<String>,
    /// The number of rows; the header is not counted.
    pub rows: u64,
    /// By column, the first 100 cells that are not blank, each cut to 512 characters.
    pub samples: Vec<Vec<String>>,
    /// Notes on how the file was read, if that is not obvious from the file.
    pub notes: Vec<Note>,
    pub(crate) format: &'static dyn Format,
    /// How the table is stored in the file, in the form of its format.
    pub(crate) layout: Arc<dyn Layout>,
    /// A stamp that shows whether the file was changed since.
    pub(crate) stamp: FileStamp,
    /// What ends the reading of the rows early, as it did that of the scan.
    pub(crate) cancellation: Cancellation,
}

impl TableSummary {
    /// The format of the file.
    pub fn format(&self) -> &'static FormatInfo {
        self.format.info()
    }

    /// The delimiter, if the format has one.
    pub fn delimiter(&self) -> Option<u8> {
        self.layout.delimiter()
    }

    /// How the table is stored in its file, if that is a layout of this type.
    pub(crate) fn layout<T: Layout>(&self) -> Option<&T> {
        let layout: &dyn Any = &*self.layout;
        layout.downcast_ref()
    }
}
