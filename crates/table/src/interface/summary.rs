//! What a scan found in a table. Reads no file.

use std::{any::Any, path::PathBuf, sync::Arc};

use super::{Format, FormatInfo, Layout, cancellation::Cancellation, watched::FileStamp};
use crate::problem::note::Note;

/// What the scan found: the whole file was read and is sound.
#[derive(Debug, Clone)]
pub struct TableSummary {
    /// The file, as the user called it.
    pub path: PathBuf,
    /// The columns' names: those of the header, or for JSONL in order of first appearance.
    pub columns: Vec<String>,
    /// How many rows there are, the header not counted.
    pub rows: u64,
    /// Of each column the first 100 cells that are not blank, each cut to 512 characters.
    pub samples: Vec<Vec<String>>,
    /// How the file was read, where that is not as it stands.
    pub notes: Vec<Note>,
    pub(crate) format: &'static dyn Format,
    /// How the table stands in the file, as its format knows it.
    pub(crate) layout: Arc<dyn Layout>,
    /// What tells whether somebody changed the file since.
    pub(crate) stamp: FileStamp,
    /// What ends the reading of the rows early, as it did that of the scan.
    pub(crate) cancellation: Cancellation,
}

impl TableSummary {
    /// The format of the file.
    pub fn format(&self) -> &'static FormatInfo {
        self.format.info()
    }

    /// The byte that stands between cells, in a format that has one.
    pub fn delimiter(&self) -> Option<u8> {
        self.layout.delimiter()
    }

    /// How the table stands in its file, if that is a layout of this type.
    pub(crate) fn layout<T: Layout>(&self) -> Option<&T> {
        let layout: &dyn Any = &*self.layout;
        layout.downcast_ref()
    }
}
