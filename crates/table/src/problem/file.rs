//! What can be wrong with a file, regardless of the table in it.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use super::{
    Problem,
    words::{byte_name, escaped, path_word, printable},
};

/// Why a file cannot be read as a table.
#[derive(Debug)]
pub(crate) enum FileProblem {
    NotFound {
        /// The file that the user probably meant.
        similar: Option<PathBuf>,
        /// The tables in its folder; `None` if there is no such folder.
        tables: Option<Vec<PathBuf>>,
    },
    IsFolder,
    NotRegular,
    /// No format has this extension.
    UnknownExtension {
        extension: String,
        /// The extensions of all formats.
        known: String,
    },
    BadDelimiter(u8),
    /// A flag that has no meaning for the file's format.
    FlagForOther {
        flag: &'static str,
        /// The name of the file's format.
        format: &'static str,
    },
    Empty,
    /// The file is not the one that was scanned.
    Changed,
    Read,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { .. } => f.write_str("no such file"),
            Self::IsFolder => f.write_str("this is a folder, not a file"),
            Self::NotRegular => f.write_str("this is a pipe or a device, and marl must read a table twice"),
            Self::UnknownExtension { extension, .. } if extension.is_empty() => {
                f.write_str("a file name without an extension does not show its format")
            }
            Self::UnknownExtension { extension, .. } => {
                write!(f, "`.{}` is not a known format", printable(extension))
            }
            Self::BadDelimiter(byte) => write!(f, "{} cannot be a delimiter", byte_name(*byte)),
            Self::FlagForOther { flag: "--delimiter", format } => write!(f, "{format} has no delimiter"),
            Self::FlagForOther { flag, format } => {
                write!(f, "{format} has no header, so `{flag}` does not apply")
            }
            Self::Empty => f.write_str("the file is empty"),
            Self::Changed => f.write_str("the file was changed after it was checked"),
            Self::Read => f.write_str("cannot read it"),
        }
    }
}

impl Problem for FileProblem {
    fn hint(&self, path: &Path, cause: Option<&io::Error>) -> Option<String> {
        let hint = match self {
            Self::NotFound { similar, tables } => not_found(similar.as_deref(), tables.as_deref()),
            Self::IsFolder => "give the path of a file".into(),
            Self::NotRegular => "save it as a file first".into(),
            Self::UnknownExtension { extension, known } => unknown_extension(extension, known, path),
            Self::BadDelimiter(_) => "give one plain character, such as `--delimiter ';'`".into(),
            Self::FlagForOther { flag, .. } => format!("leave `{flag}` out"),
            Self::Empty => "a table has at least a header (CSV) or one object (JSONL)".into(),
            Self::Changed => "run the command again".into(),
            Self::Read => match cause?.kind() {
                io::ErrorKind::PermissionDenied => {
                    format!("make it readable: `chmod u+r {}`", path_word(path))
                }
                _ => return None,
            },
        };
        Some(hint)
    }
}

fn not_found(similar: Option<&Path>, tables: Option<&[PathBuf]>) -> String {
    match (similar, tables) {
        (Some(similar), _) => format!("did you mean `{}`?", escaped(similar)),
        (None, None) => "there is no such folder; a path is relative to the working folder".into(),
        (None, Some([])) => "its folder holds no table; a path is relative to the working folder".into(),
        (None, Some(tables)) => {
            let tables: Vec<String> = tables.iter().map(|path| format!("`{}`", escaped(path))).collect();
            format!("tables in this folder: {}", tables.join(", "))
        }
    }
}

/// How to convert a file of another kind into a table that marl reads.
fn unknown_extension(extension: &str, known: &str, path: &Path) -> String {
    match extension {
        "numbers" => "in Numbers: File > Export To > CSV, with the encoding UTF-8".into(),
        "xlsx" | "xls" | "xlsm" | "xlsb" | "ods" => export_sheet(path),
        "gz" | "zip" | "bz2" | "xz" | "zst" | "7z" => "unpack it first, and name the table in it".into(),
        "parquet" => format!(
            "convert it to CSV, for example with DuckDB: `duckdb -c \"COPY '{}' TO '{}'\"`",
            escaped(path),
            escaped(&path.with_extension("csv"))
        ),
        "json" => format!(
            "write one object per line: `jq -c '.[]' {} > {}`",
            path_word(path),
            path_word(&path.with_extension("jsonl"))
        ),
        _ => format!(
            "supported extensions are {known}; for another file with cells, name the delimiter: `--delimiter ','`, \
             `--delimiter '\\t'`"
        ),
    }
}

/// How to convert a workbook into a table.
pub(crate) fn export_sheet(path: &Path) -> String {
    format!(
        "save the sheet as CSV: in Excel, File > Save As > \"CSV UTF-8\"; or with LibreOffice \
         `soffice --headless --convert-to csv {}`",
        path_word(path)
    )
}
