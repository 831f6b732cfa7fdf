//! A row of CSV or TSV as it is in the file, and the reader of such rows. This module does not judge rows.

use std::borrow::Cow;

use marl_core::value::Value;
use smallvec::SmallVec;

use super::CsvLayout;
use crate::{
    interface::{FormatRow, RowSource, row::ReadFault, watched::WatchedFile},
    text::{
        cut::{RowCutter, unquoted},
        decode::TextReader,
    },
};

/// How many cells a row may have before their positions need an allocation of their own.
const USUAL_CELLS: usize = 32;

/// A row without its end.
#[derive(Debug)]
pub(super) struct CsvRow {
    text: String,
    /// The positions where cells end; a row that lacks cells has fewer of them than there are columns.
    ends: SmallVec<[u32; USUAL_CELLS]>,
    /// Whether quotes around a cell are not part of it.
    is_quoted: bool,
}

impl CsvRow {
    /// A cell with its quotes; `None` for a cell that the row lacks.
    pub(super) fn raw(&self, column: usize) -> Option<&str> {
        let end = |at: usize| self.ends.get(at).map(|end| *end as usize);
        let start = column.checked_sub(1).map_or(Some(0), |before| Some(end(before)? + 1));
        self.text.get(start?..end(column)?)
    }
}

impl FormatRow for CsvRow {
    fn value(&self, column: usize) -> Option<Value> {
        let cell = self.stored(column)?;
        (!cell.trim().is_empty()).then(|| Value::text(cell))
    }

    fn stored(&self, column: usize) -> Option<Cow<'_, str>> {
        self.raw(column).map(|raw| unquoted(raw, self.is_quoted))
    }

    fn bytes(&self) -> usize {
        self.text.len() + size_of_val(self) + if self.ends.spilled() { size_of_val(&*self.ends) } else { 0 }
    }
}

/// The rows of an open file.
pub(super) struct CsvSource {
    cutter: RowCutter<WatchedFile>,
    /// The positions where a row's cells end; one buffer for all rows.
    ends: Vec<usize>,
    width: usize,
    pads: bool,
}

impl CsvSource {
    /// Reads up to the first row, and compares the header with the scanned one.
    pub(super) fn open(file: WatchedFile, layout: &CsvLayout, width: usize) -> Result<Self, ReadFault> {
        let text = TextReader::new(file, layout.encoding);
        let mut cutter = RowCutter::new(text, layout.dialect, layout.frame);
        let mut ends = Vec::new();
        if layout.has_header {
            let is_same = match cutter.next(&mut ends)? {
                None => false,
                Some(cut) => match &layout.header {
                    Some(header) => cut.bytes == header.as_bytes(),
                    None => ends.len() == width,
                },
            };
            if !is_same {
                return Err(ReadFault::Changed);
            }
        }
        cutter.set_width(width);
        Ok(Self { cutter, ends, width, pads: layout.pads })
    }
}

impl RowSource for CsvSource {
    fn next(&mut self) -> Result<Option<Box<dyn FormatRow>>, ReadFault> {
        let Some(cut) = self.cutter.next(&mut self.ends)? else { return Ok(None) };
        let text = String::from_utf8(cut.bytes.to_vec()).map_err(|_| ReadFault::Changed)?;
        let is_quoted = cut.is_quoted;
        let cells = self.ends.len();
        if cells != self.width && !(self.pads && cells < self.width) {
            return Err(ReadFault::Changed);
        }
        // A row with more bytes than `u32` can count has been refused.
        let ends = self.ends.iter().map(|end| *end as u32).collect();
        Ok(Some(Box::new(CsvRow { text, ends, is_quoted })))
    }
}
