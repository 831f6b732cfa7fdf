//! The formats of tables: one folder for each, behind one trait and in one list.
//!
//! To add a format, write a folder with a type that implements [`Format`], and add the type to [`FORMATS`].
//! Only this module chooses between formats: the scan and the writer ask it, by a path or by a table. The
//! files beside the folders hold what several formats share: text files, names of columns, safe cells.

pub(crate) mod columns;
pub(crate) mod csv;
pub(crate) mod jsonl;
pub(crate) mod safety;
pub(crate) mod text_file;

use std::path::Path;

use crate::{
    interface::{
        Format, FormatInfo,
        options::{ReadOptions, can_delimit},
        summary::TableSummary,
    },
    problem::{file::FileProblem, output::OutputProblem, words::listed},
};

/// Every format that marl reads and writes.
static FORMATS: &[&dyn Format] = &[&csv::CSV, &csv::TSV, &jsonl::JSONL];

/// All formats.
pub fn formats() -> impl Iterator<Item = &'static FormatInfo> {
    FORMATS.iter().map(|format| format.info())
}

/// All extensions that marl knows, as text: `.csv, .tsv and .tab`.
pub(crate) fn all_extensions() -> String {
    listed(formats().flat_map(|format| format.extensions.iter().copied()))
}

/// The format for a path's extension; `None` if marl does not know the extension.
pub(crate) fn for_path(path: &Path) -> Option<&'static dyn Format> {
    let wanted = extension(path);
    FORMATS.iter().copied().find(|format| format.info().extensions.contains(&wanted.as_str()))
}

/// The format of an input, by its extension and the command line.
pub(crate) fn for_input(path: &Path, options: &ReadOptions) -> Result<&'static dyn Format, FileProblem> {
    if let Some(delimiter) = options.delimiter.filter(|delimiter| !can_delimit(*delimiter)) {
        return Err(FileProblem::BadDelimiter(delimiter));
    }
    let format = match for_path(path) {
        Some(format) => format,
        // With `--delimiter`, any file can be read, whatever its extension is.
        None if options.delimiter.is_some() => &csv::CSV,
        None => {
            return Err(FileProblem::UnknownExtension {
                extension: extension(path),
                known: all_extensions(),
            });
        }
    };
    match options.flag_for_other(format.info()) {
        Some(flag) => Err(FileProblem::FlagForOther { flag, format: format.info().name }),
        None => Ok(format),
    }
}

/// The format of an output at `path`, which a later run must be able to read back: the input's own, or the
/// format for the path's extension if it is equivalent.
pub(crate) fn for_output(path: &Path, input: &TableSummary) -> Result<&'static dyn Format, OutputProblem> {
    let own = extension(&input.path);
    match for_path(path) {
        Some(format) if is_same(format.info(), input) => Ok(format),
        _ if extension(path) == own => Ok(input.format),
        _ => Err(OutputProblem::OtherFormat { input: own, output: extension(path) }),
    }
}

/// Whether a file of this format, read without flags, holds the table as the input does.
fn is_same(format: &FormatInfo, input: &TableSummary) -> bool {
    match format.delimiter {
        Some(_) => format.delimiter == input.delimiter(),
        None => format == input.format(),
    }
}

/// A path's extension in lower case, without a dot.
pub(crate) fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default()
}
