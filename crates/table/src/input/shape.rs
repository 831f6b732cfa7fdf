//! What a table looks like apart from its rows: format, columns, byte order mark, line
//! ending; and the names of the files that belong to it. Reads no file.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use encoding_rs::{Encoding, UTF_8};

use crate::{
    paths::FileStamp,
    problem::{file::FileProblem, note::Note, output::OutputProblem},
    text::cut::{Dialect, Frame},
};

/// What the command line says about the input.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// `--delimiter C`: the byte between cells, whatever the file's extension says.
    pub delimiter: Option<u8>,
    /// `--encoding NAME`: the file's encoding, whatever its bytes look like.
    pub encoding: Option<&'static Encoding>,
    /// `--header-line N`: the line of the header, whatever stands before it.
    pub header_line: Option<u64>,
    /// `--no-header`: the first line is a row, and columns are called `column_1` and so on.
    pub no_header: bool,
    /// `--skip-footer N`: how many lines behind the rows are left out.
    pub skip_footer: Option<u32>,
    /// `--pad-rows`: cells that a row lacks at its end are empty.
    pub pad_rows: bool,
    /// `--name-columns`: columns without a name, or with another one's, are given one.
    pub name_columns: bool,
}

/// How the table stands in its file.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) encoding: &'static Encoding,
    pub(crate) delimiter: u8,
    pub(crate) dialect: Dialect,
    pub(crate) frame: Frame,
    /// The line for Excel that says the delimiter, with its end.
    pub(crate) separator: Option<String>,
    /// Whether the first row is the header.
    pub(crate) has_header: bool,
    /// The header as it stands in the file, if the columns have its names.
    pub(crate) header: Option<String>,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            encoding: UTF_8,
            delimiter: b',',
            dialect: Dialect::Lines,
            frame: Frame::ALL,
            separator: None,
            has_header: true,
            header: None,
        }
    }
}

impl ReadOptions {
    /// A flag that says something only of CSV and TSV.
    fn flag_of_lines(&self) -> Option<&'static str> {
        let flags = [
            (self.header_line.is_some(), "--header-line"),
            (self.no_header, "--no-header"),
            (self.skip_footer.is_some(), "--skip-footer"),
            (self.pad_rows, "--pad-rows"),
            (self.name_columns, "--name-columns"),
        ];
        flags.into_iter().find(|(is_given, _)| *is_given).map(|(_, flag)| flag)
    }
}

/// How rows are written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines of cells with a header: CSV, and TSV when the delimiter is a tab.
    Csv {
        /// The byte between cells.
        delimiter: u8,
    },
    /// One JSON object per line.
    Jsonl,
}

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnding {
    /// `\n`
    #[default]
    Lf,
    /// `\r\n`
    CrLf,
    /// `\r`, as very old Macs wrote it; only in CSV and TSV.
    Cr,
}

impl LineEnding {
    /// The ending as text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
            Self::Cr => "\r",
        }
    }
}

/// The habits of the file that made the input; the output keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Whether the file starts with a UTF-8 byte order mark, as Excel writes it.
    pub bom: bool,
    /// What ends the first line. A file that mixes endings gets this one everywhere.
    pub line_ending: LineEnding,
    /// Whether the last line is ended too.
    pub final_newline: bool,
}

/// What the first pass found: the whole file was read and is sound.
#[derive(Debug, Clone)]
pub struct TableSummary {
    /// The file, as the user called it.
    pub path: PathBuf,
    /// How its rows are written.
    pub format: Format,
    /// The columns' names: of the header, or for JSONL in order of first appearance.
    pub columns: Vec<String>,
    /// How many rows there are, the header not counted.
    pub rows: u64,
    /// Of each column the first 100 cells that are not blank, each cut to 512 characters.
    pub samples: Vec<Vec<String>>,
    /// What the output keeps of the file's habits.
    pub shape: Shape,
    /// How the file was read, where that is not as it stands.
    pub notes: Vec<Note>,
    pub(crate) layout: Layout,
    /// What tells whether the file was changed since.
    pub(crate) stamp: FileStamp,
}

/// `leads.csv` becomes `leads_enriched.csv`, in the same folder.
pub fn enriched_path(input: &Path) -> PathBuf {
    let mut name = input.file_stem().map(OsString::from).unwrap_or_default();
    name.push("_enriched");
    if let Some(extension) = input.extension() {
        name.push(".");
        name.push(extension);
    }
    input.with_file_name(name)
}

/// `leads_enriched.csv` becomes `leads_enriched.errors.csv`, and `leads_enriched.jsonl` becomes
/// `leads_enriched.errors.jsonl.csv`: it is CSV for every format, and no two outputs share one.
pub fn errors_path(output: &Path) -> PathBuf {
    let mut name = output.file_stem().map(OsString::from).unwrap_or_default();
    name.push(".errors");
    match output.extension() {
        Some(extension) if extension == "csv" => {}
        Some(extension) => {
            name.push(".");
            name.push(extension);
        }
        None => name.push("."),
    }
    name.push(".csv");
    output.with_file_name(name)
}

/// `leads_enriched.csv` becomes `leads_enriched.unfinished.csv`, where that is taken
/// `leads_enriched.unfinished-2.csv`, and so on.
pub(crate) fn unfinished_path(output: &Path, number: usize) -> PathBuf {
    let mut name = output.file_stem().map(OsString::from).unwrap_or_default();
    name.push(".unfinished");
    if number > 1 {
        name.push(format!("-{number}"));
    }
    if let Some(extension) = output.extension() {
        name.push(".");
        name.push(extension);
    }
    output.with_file_name(name)
}

/// Reads the argument of `--delimiter`: one character, or `\t` for a tab.
///
/// # Errors
/// The text is not one character that can stand between cells; says which could.
pub fn parse_delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [byte] if can_delimit(*byte) => Ok(*byte),
        _ => Err("one plain character, such as ';' or '|', or '\\t' for a tab".into()),
    }
}

/// The format that a path's extension stands for; `None` for one that marl does not know.
pub(crate) fn format_of(path: &Path) -> Option<Format> {
    match extension(path).as_str() {
        "csv" => Some(Format::Csv { delimiter: b',' }),
        "tsv" | "tab" => Some(Format::Csv { delimiter: b'\t' }),
        "jsonl" | "ndjson" => Some(Format::Jsonl),
        _ => None,
    }
}

/// The format of an input, from its extension and the command line.
pub(crate) fn input_format(path: &Path, options: &ReadOptions) -> Result<Format, FileProblem> {
    match (format_of(path), options.delimiter) {
        (_, Some(delimiter)) if !can_delimit(delimiter) => Err(FileProblem::BadDelimiter(delimiter)),
        (Some(Format::Jsonl), Some(_)) => {
            Err(FileProblem::FlagForOther { flag: "--delimiter", format: "JSONL" })
        }
        (Some(Format::Jsonl), None) => match options.flag_of_lines() {
            Some(flag) => Err(FileProblem::FlagForOther { flag, format: "JSONL" }),
            None => Ok(Format::Jsonl),
        },
        (_, Some(delimiter)) => Ok(Format::Csv { delimiter }),
        (Some(format), None) => Ok(format),
        (None, None) => Err(FileProblem::UnknownExtension(extension(path))),
    }
}

/// Whether an output at `path` would be read back as what is written to it.
pub(crate) fn check_output_format(path: &Path, summary: &TableSummary) -> Result<(), OutputProblem> {
    let own = extension(&summary.path);
    if extension(path) == own || format_of(path) == Some(summary.format) {
        return Ok(());
    }
    Err(OutputProblem::OtherFormat { input: own, output: extension(path) })
}

fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// Quotes and line ends have a meaning of their own, and a byte above 127 is only a part
/// of a character.
pub(crate) fn can_delimit(byte: u8) -> bool {
    byte.is_ascii() && !matches!(byte, 0 | b'"' | b'\n' | b'\r')
}
