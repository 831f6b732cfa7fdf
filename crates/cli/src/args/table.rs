//! The flags for reading a table, for every command that reads one.

use clap::Args as ClapArgs;
use encoding_rs::Encoding;

use table::{Cancellation, ReadOptions};

/// How to read the table
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Table")]
pub(crate) struct TableArgs {
    /// The delimiter between cells, if it is not the usual one for the extension; '\t' for a tab
    #[arg(long, value_name = "C", value_parser = table::parse_delimiter)]
    pub(crate) delimiter: Option<u8>,

    /// The file's encoding, if it cannot be detected: `windows-1252`, `macintosh`, `utf-16le`
    #[arg(long, value_name = "NAME", value_parser = table::parse_encoding)]
    pub(crate) encoding: Option<&'static Encoding>,

    /// The line of the header; earlier lines are left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) header_line: Option<u64>,

    /// The first line is a row; columns are named `column_1`, `column_2` and so on
    #[arg(long, conflicts_with_all = ["header_line", "name_columns"])]
    pub(crate) no_header: bool,

    /// Leave out the last N lines, not counting blank ones; 0 reads all lines as rows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=100_000))]
    pub(crate) skip_footer: Option<u32>,

    /// Read missing cells at the end of a row as empty
    #[arg(long)]
    pub(crate) pad_rows: bool,

    /// Name columns that have no name (`column_3`) or a repeated one (`name_2`)
    #[arg(long)]
    pub(crate) name_columns: bool,
}

impl TableArgs {
    /// These flags; `cancellation` ends the reading early.
    pub(crate) fn options_until(&self, cancellation: Cancellation) -> ReadOptions {
        ReadOptions { cancellation, ..self.options() }
    }

    pub(crate) fn options(&self) -> ReadOptions {
        ReadOptions {
            delimiter: self.delimiter,
            encoding: self.encoding,
            header_line: self.header_line,
            no_header: self.no_header,
            skip_footer: self.skip_footer,
            pad_rows: self.pad_rows,
            name_columns: self.name_columns,
            cancellation: Cancellation::default(),
        }
    }
}
