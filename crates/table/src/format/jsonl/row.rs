//! A line of JSONL as it is in the file, and the reader of such lines. This module does not judge rows.

use std::{borrow::Cow, ops::Range};

use marl_core::value::Value;
use smallvec::SmallVec;

use super::{
    JsonlLayout,
    object::{Columns, members, value_of},
};
use crate::{
    interface::{FormatRow, RowSource, row::ReadFault, watched::WatchedFile},
    problem::file::FileProblem,
    text::{
        cut::{Dialect, Frame, RowCutter},
        decode::TextReader,
    },
};

/// How many members an object may have before their positions need an allocation of their own.
const USUAL_MEMBERS: usize = 8;

/// A line without its line end, and the positions of its columns' values. A line may have only a few of the
/// file's columns.
#[derive(Debug)]
pub(super) struct JsonlRow {
    pub(super) text: String,
    pub(super) values: SmallVec<[(usize, Range<usize>); USUAL_MEMBERS]>,
}

impl JsonlRow {
    /// The position of a column's value in the text.
    pub(super) fn place(&self, column: usize) -> Option<&Range<usize>> {
        // Most lines have all columns in order.
        let is_it = |value: &&(usize, Range<usize>)| value.0 == column;
        let value = self.values.get(column).filter(is_it).or_else(|| self.values.iter().find(is_it));
        value.map(|(_, place)| place)
    }

    fn raw(&self, column: usize) -> Option<&str> {
        self.place(column).map(|place| &self.text[place.clone()])
    }
}

impl FormatRow for JsonlRow {
    fn value(&self, column: usize) -> Option<Value> {
        self.raw(column).and_then(value_of)
    }

    fn stored(&self, column: usize) -> Option<Cow<'_, str>> {
        self.raw(column).filter(|raw| *raw != "null").map(Cow::from)
    }

    fn bytes(&self) -> usize {
        let spilled = if self.values.spilled() { size_of_val(&*self.values) } else { 0 };
        self.text.len() + size_of_val(self) + spilled
    }
}

/// The rows of an open file.
pub(super) struct JsonlSource {
    cutter: RowCutter<WatchedFile>,
    ends: Vec<usize>,
    columns: Columns,
}

impl JsonlSource {
    pub(super) fn open(file: WatchedFile, layout: &JsonlLayout, columns: &[String]) -> Self {
        let text = TextReader::new(file, layout.encoding);
        let mut cutter = RowCutter::new(text, Dialect::Lines, Frame::ALL);
        cutter.set_width(columns.len());
        Self { cutter, ends: Vec::new(), columns: Columns::new(columns) }
    }
}

impl RowSource for JsonlSource {
    fn next(&mut self) -> Result<Option<Box<dyn FormatRow>>, ReadFault> {
        let Some(cut) = self.cutter.next(&mut self.ends)? else { return Ok(None) };
        let text = String::from_utf8(cut.bytes.to_vec()).map_err(|_| ReadFault::Changed)?;
        let mut values = SmallVec::new();
        let read = members(&text, |key, place| {
            let column = self.columns.place(key).ok_or(FileProblem::Changed)?;
            values.push((column, place));
            Ok(())
        });
        read.map_err(|_| ReadFault::Changed)?;
        Ok(Some(Box::new(JsonlRow { text, values })))
    }
}
