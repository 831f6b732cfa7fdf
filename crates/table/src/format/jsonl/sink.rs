//! Writes JSONL. A line of a JSONL table keeps its exact text except for the values that change; a row of
//! another format becomes a new object.

use std::{any::Any, io, ops::Range};

use serde::Serialize;

use super::{JsonlLayout, row::JsonlRow};
use crate::{
    format::safety::json_value,
    interface::{
        FormatRow, RowSink,
        new_table::{NewColumn, NewTable, OutputRow},
    },
    text::sink::TextSink,
};

/// The writer of one table.
pub(super) struct JsonlSink {
    text: TextSink,
    /// The columns in order, each with its key, for rows of other formats.
    columns: Vec<Member>,
    /// The columns that get outputs and the columns that get older answers, each in their own order.
    changing: Vec<Member>,
}

/// A member of an object.
struct Member {
    /// The key as JSON.
    key: String,
    column: NewColumn,
}

impl JsonlSink {
    pub(super) fn new(table: &NewTable<'_>) -> Self {
        let member = |column: NewColumn| Member { key: json(&column.name), column };
        let like = table.input.layout::<JsonlLayout>();
        Self {
            text: TextSink::new(table.encoding, like.map(|like| like.shape)),
            columns: table.columns().map(member).collect(),
            changing: table.changing_columns().map(member).collect(),
        }
    }
}

impl RowSink for JsonlSink {
    fn begin(&mut self, out: &mut Vec<u8>) {
        self.text.begin(out);
    }

    fn row(&mut self, row: &OutputRow<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { text, columns, changing } = self;
        let cells = row.input.cells();
        let own_row = (cells as &dyn Any).downcast_ref::<JsonlRow>();
        text.line(out, |line| match own_row {
            Some(own) => push_changed(line, own, changing, row),
            None => push_new(line, cells, columns, row),
        });
        Ok(())
    }

    fn end(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(&self.text.end())
    }
}

/// The new JSON of a column; `None` if the table's own cell stays.
fn changed(row: &OutputRow<'_>, column: &NewColumn) -> Option<String> {
    let written = row.written(column).map(|value| json(&json_value(value)));
    // An older answer is already JSON.
    written.or_else(|| row.carried(column).map(str::to_owned))
}

/// Writes the line's text unchanged except for the values that change. New members come before the closing
/// brace, in the line's own style.
fn push_changed(text: &mut Vec<u8>, line: &JsonlRow, members: &[Member], row: &OutputRow<'_>) {
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    let mut added = String::new();
    let is_spaced = line.values.first().is_none_or(|(_, value)| line.text[..value.start].ends_with(' '));
    let (comma, colon) = if is_spaced { (", ", ": ") } else { (",", ":") };
    for Member { key, column } in members {
        let value = match (changed(row, column), column.input) {
            (Some(value), _) => value,
            (None, Some(_)) => continue,
            (None, None) => "null".to_owned(),
        };
        match column.input.and_then(|column| line.place(column)) {
            Some(place) => changes.push((place.clone(), value)),
            None => {
                if !(line.values.is_empty() && added.is_empty()) {
                    added.push_str(comma);
                }
                added.extend([key.as_str(), colon, &value]);
            }
        }
    }
    if !added.is_empty() {
        // New members follow the last value; an empty object has no value, and its brace is the last one.
        let end = line.values.iter().map(|(_, value)| value.end).max();
        let end = end.or_else(|| line.text.rfind('}')).unwrap_or(line.text.len());
        changes.push((end..end, added));
    }
    changes.sort_by_key(|(place, _)| (place.start, place.end));
    let mut copied = 0;
    for (place, new) in changes {
        text.extend_from_slice(&line.text.as_bytes()[copied..place.start]);
        text.extend_from_slice(new.as_bytes());
        copied = place.end;
    }
    text.extend_from_slice(&line.text.as_bytes()[copied..]);
}

/// Writes an object with all columns; columns without a value are null.
fn push_new(text: &mut Vec<u8>, cells: &dyn FormatRow, members: &[Member], row: &OutputRow<'_>) {
    text.push(b'{');
    for (at, Member { key, column }) in members.iter().enumerate() {
        let own = || cells.value(column.input?).map(|value| json(&value));
        let value = changed(row, column).or_else(own);
        text.extend_from_slice(if at > 0 { b", " } else { b"" });
        text.extend_from_slice(key.as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value.as_deref().unwrap_or("null").as_bytes());
    }
    text.push(b'}');
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and lists of texts always are JSON")
}
