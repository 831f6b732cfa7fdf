//! What to do next about a problem: one sentence, with a command where one helps.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{TableProblem, delimiter_argument, dotted, escaped};

/// One sentence on what to do about it.
pub(crate) fn hint(problem: &TableProblem, path: &Path, source: Option<&io::Error>) -> Option<String> {
    let file = shell(path);
    let hint = match problem {
        TableProblem::NotFound { similar: Some(similar), .. } => format!("did you mean `{}`?", escaped(similar)),
        TableProblem::NotFound { tables: None, .. } => {
            "there is no such folder; a path counts from the working folder".into()
        }
        TableProblem::NotFound { tables: Some(tables), .. } if tables.is_empty() => {
            "its folder holds no table; a path counts from the working folder".into()
        }
        TableProblem::NotFound { tables: Some(tables), .. } => {
            let tables: Vec<String> = tables.iter().map(|path| format!("`{}`", escaped(path))).collect();
            format!("tables in this folder: {}", tables.join(", "))
        }
        TableProblem::NotRegular => "save it as a file first".into(),
        TableProblem::UnknownExtension(kind) if kind == "numbers" => {
            "in Numbers: File > Export To > CSV, with the encoding UTF-8".into()
        }
        TableProblem::UnknownExtension(kind) if ["xlsx", "xls", "xlsm", "xlsb", "ods"].contains(&kind.as_str()) => {
            export(&file)
        }
        TableProblem::UnknownExtension(kind) if ["gz", "zip", "bz2", "xz", "zst", "7z"].contains(&kind.as_str()) => {
            "unpack it first, and name the table in it".into()
        }
        TableProblem::UnknownExtension(kind) if kind == "parquet" => format!(
            "write it as CSV, with DuckDB for instance: `duckdb -c \"COPY '{}' TO '{}'\"`",
            escaped(path),
            escaped(&path.with_extension("csv"))
        ),
        TableProblem::UnknownExtension(kind) if kind == "json" => {
            format!("write one object per line: `jq -c '.[]' {file} > {}`", shell(&path.with_extension("jsonl")))
        }
        TableProblem::UnknownExtension(_) => "supported are .csv, .tsv, .tab, .jsonl and .ndjson; of another file \
             with cells say what stands between them: `--delimiter ','`, `--delimiter '\\t'`"
            .into(),
        TableProblem::BadDelimiter(_) => "give one plain character, such as `--delimiter ';'`".into(),
        TableProblem::FlagForJsonl(flag) => format!("leave `{flag}` out"),
        TableProblem::Empty => "a table has at least a header (CSV) or one object (JSONL)".into(),
        TableProblem::Changed => "run the command again".into(),
        TableProblem::Binary(what) if what.contains("Excel") => export(&file),
        TableProblem::Binary(what) if what.contains("gzip") => "unpack it first: `gunzip -k` keeps the original".into(),
        TableProblem::Binary(_) => "save or export the table as CSV in UTF-8".into(),
        TableProblem::UnknownEncoding { likely: None, .. } => {
            "say which it is: `--encoding windows-1252`, `--encoding macintosh` (older Macs) or another name"
                .into()
        }
        TableProblem::UnknownEncoding { likely: Some(name), .. } => format!(
            "say which it is: `--encoding {}`, `--encoding macintosh` (older Macs), `--encoding windows-1252` or another name",
            name.to_lowercase()
        ),
        TableProblem::Malformed(_) => "say another `--encoding`, or export the table again as UTF-8".into(),
        TableProblem::MixedEncoding(_) => "correct this cell, or export the table again as UTF-8".into(),
        TableProblem::NotUtf8(_) => "export the table again as UTF-8".into(),
        TableProblem::CutOff => "was it copied or downloaded only in part?".into(),
        TableProblem::ZeroByte => {
            format!("remove it: `tr -d '\\000' < {} > {}`", file, shell(&fixed(path, "clean")))
        }
        TableProblem::WrongDelimiter { used, found } => format!(
            "say `--delimiter {}` (or `--delimiter {}` if it really is one column)",
            delimiter_argument(*found),
            delimiter_argument(*used)
        ),
        TableProblem::TwoDelimiters { used, doubt } => format!(
            "say `{}`, or `--delimiter {}` if {}",
            header_flags(Some(doubt.found), doubt.header),
            delimiter_argument(*used),
            match doubt.header {
                Some(_) => "the first line is the header",
                None => "those are its columns",
            }
        ),
        TableProblem::HeaderLater { line, first, delimiter, .. } => format!(
            "say `{}` to begin there, or `--header-line {first}` if that is the header",
            header_flags(*delimiter, Some(*line))
        ),
        TableProblem::FirstRowIsData { .. } => {
            "say `--no-header` to read it as a row, or `--header-line 1` if it is the header".into()
        }
        TableProblem::QuotedRows { .. } => format!(
            "take the outer quotes away: `sed -e 's/^\"//' -e 's/\"\\r*$//' -e 's/\"\"/\"/g' {file} > {}`; \
             or say `--header-line 1` if it really is one column",
            shell(&fixed(path, "unquoted"))
        ),
        TableProblem::NoSuchLine { .. } => "lines are counted from 1, as editors count them".into(),
        TableProblem::NothingLeft { .. } => "leave out fewer lines with `--skip-footer`".into(),
        TableProblem::TooLong { opened: 0, .. } => "shorten it, or remove it from the table".into(),
        TableProblem::TooLong { .. } => "close the quote, or shorten the cell".into(),
        TableProblem::EmptyNames(_) => {
            "say `--name-columns` to call them `column_N`, or give each column a name in the header".into()
        }
        TableProblem::DuplicateName { .. } => {
            "say `--name-columns` to call the second `NAME_2`, or rename one of them in the header".into()
        }
        TableProblem::ShortRows { footer: Some(lines), is_apart: true, .. } => format!(
            "say `--skip-footer {lines}` to leave them out, or `--pad-rows` to read them as rows"
        ),
        TableProblem::ShortRows { footer: Some(lines), rows, .. } => {
            let these = if rows.count == 1 { "it is no row" } else { "they are no rows" };
            format!("say `--pad-rows` to read missing cells as empty, or `--skip-footer {lines}` if {these}")
        }
        TableProblem::ShortRows { .. } => {
            "say `--pad-rows` to read missing cells as empty, or correct these rows".into()
        }
        TableProblem::OpenCell { .. } => {
            "export the table as CSV, or take the line breaks out of its cells; in a tab-separated file \
             nothing else tells where such a cell ends"
                .into()
        }
        TableProblem::LongRows { other_header: Some(line), .. } => format!(
            "if line {line} is the header, say `--header-line {line}`; else correct the rows: a cell with a \
             delimiter is written \"in quotes\""
        ),
        TableProblem::LongRows { rows, .. } if rows.are_empty => {
            "the cells too many are empty: remove the last delimiter of these rows, or add one to the header \
             and say `--name-columns`"
                .into()
        }
        TableProblem::LongRows { .. } | TableProblem::Ragged { .. } => {
            "correct this row; a cell with a delimiter, quote or line break \
             is written \"in quotes\""
                .into()
        }
        TableProblem::TextAfterQuote { .. } => {
            "double the quotes inside a quoted cell: \"the \"\"big\"\" one\"".into()
        }
        TableProblem::LongName | TableProblem::UnclosedQuote => "close the quote, or double it if it is text".into(),
        TableProblem::NotObject("an array") => {
            format!("one object per line: `jq -c '.[]' {file} > {}`", shell(&fixed(path, "lines")))
        }
        TableProblem::NotObject(_) | TableProblem::BrokenJson(_) => "each line is one JSON object".into(),
        TableProblem::DuplicateKey(_) | TableProblem::EmptyKey => "rename or remove the key".into(),
        TableProblem::TooManyColumns => "leave out columns that are not needed; are values taken for names?".into(),
        TableProblem::OutputIsInput => "choose another output path".into(),
        TableProblem::OtherFormat { input, .. } => format!("end the output's name in {}", dotted(input)),
        TableProblem::NoFolder(folder) => format!("create it: `mkdir -p {}`", shell(folder)),
        TableProblem::InTheWay(path) => format!("move `{}` away", escaped(path)),
        TableProblem::IsLink => {
            "remove the link, or say where the table goes with `--output FILE` (a link that you name is followed)"
                .into()
        }
        TableProblem::NoErrorsList => "move it away, choose another `--output`, or say `--overwrite`".into(),
        TableProblem::WriteProtected => format!("choose another output path, or `chmod u+w {file}`"),
        TableProblem::Locked => "wait for that run to end, or choose another output path".into(),
        TableProblem::Create | TableProblem::Write | TableProblem::Replace => return io_hint(source?.kind()),
        TableProblem::IsFolder => "give the path of a file".into(),
        TableProblem::Read => match source?.kind() {
            io::ErrorKind::PermissionDenied => format!("make it readable: `chmod u+r {file}`"),
            _ => return None,
        },
    };
    Some(hint)
}

/// The flags that settle a problem, ready to be typed; only where they lose nothing.
pub(crate) fn flags(problem: &TableProblem) -> Option<String> {
    match problem {
        TableProblem::WrongDelimiter { found, .. } => {
            Some(format!("--delimiter {}", delimiter_argument(*found)))
        }
        TableProblem::TwoDelimiters { doubt, .. } if doubt.is_likely => {
            Some(header_flags(Some(doubt.found), doubt.header))
        }
        TableProblem::HeaderLater { line, is_likely: true, delimiter, .. } => {
            Some(header_flags(*delimiter, Some(*line)))
        }
        TableProblem::EmptyNames(_) | TableProblem::DuplicateName { .. } => Some("--name-columns".into()),
        TableProblem::ShortRows { footer: Some(lines), is_apart: true, .. } => {
            Some(format!("--skip-footer {lines}"))
        }
        TableProblem::ShortRows { .. } => Some("--pad-rows".into()),
        _ => None,
    }
}

/// The flags that say a delimiter, and the line of the header.
fn header_flags(delimiter: Option<u8>, line: Option<u64>) -> String {
    let delimiter = delimiter.map(|byte| format!("--delimiter {}", delimiter_argument(byte)));
    let line = line.map(|line| format!("--header-line {line}"));
    delimiter.into_iter().chain(line).collect::<Vec<_>>().join(" ")
}

/// Where the lines are that could not be put in their place because of the problem.
pub(crate) fn kept(problem: &TableProblem, kept: &Path) -> String {
    let kept = escaped(kept);
    match problem {
        TableProblem::Write => format!("the lines that could be written are in `{kept}`"),
        _ => format!("nothing is lost: the finished file is `{kept}`"),
    }
}

/// How a workbook becomes a table.
fn export(file: &str) -> String {
    format!(
        "save the sheet as CSV: in Excel, File > Save As > \"CSV UTF-8\"; or with LibreOffice \
         `soffice --headless --convert-to csv {file}`"
    )
}

fn io_hint(kind: io::ErrorKind) -> Option<String> {
    match kind {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Some("choose an output path in a folder you can write to".into())
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Some("free some space and run the command again".into())
        }
        _ => None,
    }
}

/// `leads.csv` becomes `leads.clean.csv`.
fn fixed(path: &Path, what: &str) -> PathBuf {
    match path.extension() {
        Some(extension) => path.with_extension(format!("{what}.{}", extension.to_string_lossy())),
        None => path.with_extension(what),
    }
}

/// A path as one word of a shell command.
fn shell(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "._-/+@%:,".contains(c);
    match !text.starts_with('-') && text.chars().all(plain) {
        true => text.into_owned(),
        false => format!("'{}'", escaped(path).replace('\'', "'\\''")),
    }
}
