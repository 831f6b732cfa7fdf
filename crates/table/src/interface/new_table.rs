//! What a new table consists of: its columns, and where the cells of each column come from. This module is
//! pure; formats decide how a cell is written.

use marl_core::{SemanticType, value::Value};

use super::{FormatInfo, row::InputRow, summary::TableSummary};
use crate::text::sink::OutputEncoding;

/// A column that a run writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputColumn {
    /// The column's name. A column of the table with this name gets the values; another name is a new column.
    pub name: String,
    /// The type of its values. Formats with typed columns need the type before the first row.
    pub kind: SemanticType,
}

/// A table before it is written.
pub(crate) struct NewTable<'a> {
    /// The format of the new table.
    pub(crate) format: &'static FormatInfo,
    /// The table that the rows come from.
    pub(crate) input: &'a TableSummary,
    pub(crate) outputs: &'a [OutputColumn],
    /// Columns of an older output that are carried over; `outputs` contains none of them.
    pub(crate) carried: &'a [String],
    /// Whether values that a spreadsheet would evaluate get no apostrophe.
    pub(crate) raw_cells: bool,
    /// The encoding, for a text format.
    pub(crate) encoding: OutputEncoding,
}

/// A column of a new table. A cell gets the output if there is one, otherwise the older answer, otherwise the
/// input's cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewColumn {
    pub(crate) name: String,
    /// The type of the outputs, if the column gets any.
    pub(crate) kind: Option<SemanticType>,
    /// The column's index in the input.
    pub(crate) input: Option<usize>,
    /// The column's index among the outputs.
    pub(crate) output: Option<usize>,
    /// The column's index among the carried columns.
    pub(crate) carried: Option<usize>,
}

impl NewTable<'_> {
    /// The delimiter, if the format has one: the input's, otherwise the usual one.
    pub(crate) fn delimiter(&self) -> Option<u8> {
        self.format.delimiter.map(|usual| self.input.delimiter().unwrap_or(usual))
    }

    /// All columns: the input's, then the outputs that the input lacks, then the carried ones.
    pub(crate) fn columns(&self) -> impl Iterator<Item = NewColumn> {
        let own = self.input.columns.iter().map(|name| self.column(name));
        own.chain(self.changing_columns().filter(|column| column.input.is_none()))
    }

    /// The columns that get outputs, in their order, and then the carried ones.
    pub(crate) fn changing_columns(&self) -> impl Iterator<Item = NewColumn> {
        let outputs = self.outputs.iter().map(|output| &output.name);
        outputs.chain(self.carried).map(|name| self.column(name))
    }

    fn column(&self, name: &str) -> NewColumn {
        let output = self.outputs.iter().position(|output| output.name == name);
        NewColumn {
            name: name.to_owned(),
            kind: output.map(|output| self.outputs[output].kind),
            input: self.input.columns.iter().position(|column| column == name),
            output,
            carried: self.carried.iter().position(|carried| carried == name),
        }
    }
}

/// A row of a new table.
pub(crate) struct OutputRow<'a> {
    /// The row of the input.
    pub(crate) input: &'a InputRow,
    /// By output, the value that the run wrote.
    pub(crate) written: &'a [Option<Value>],
    /// By carried column, the older cell as the output's format stores it.
    pub(crate) carried: &'a [Option<String>],
}

impl OutputRow<'_> {
    /// What the run wrote in a column.
    pub(crate) fn written(&self, column: &NewColumn) -> Option<&Value> {
        self.written.get(column.output?)?.as_ref()
    }

    /// The older cell of a column.
    pub(crate) fn carried(&self, column: &NewColumn) -> Option<&str> {
        self.carried.get(column.carried?)?.as_deref()
    }
}
