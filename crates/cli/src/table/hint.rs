//! What to do next about a problem: one sentence, with a command where one helps.

use std::io;
use std::path::{Path, PathBuf};

use super::problem::{Problem, dotted, escaped};

/// One sentence on what to do about it.
pub(super) fn hint(problem: &Problem, path: &Path, source: Option<&io::Error>) -> Option<String> {
    let file = shell(path);
    let hint = match problem {
        Problem::NotFound { similar } => format!("did you mean `{}`?", escaped(similar.as_ref()?)),
        Problem::NotRegular => "save it as a file first".into(),
        Problem::UnknownExtension(_) => "supported are .csv, .tsv, .tab, .jsonl and .ndjson; \
             for text with cells in another file say `--delimiter ','`"
            .into(),
        Problem::BadDelimiter(_) => "give one plain character, such as `--delimiter ';'`".into(),
        Problem::DelimiterForJsonl => "leave `--delimiter` out".into(),
        Problem::Empty => "a table has at least a header (CSV) or one object (JSONL)".into(),
        Problem::Changed => "run the command again".into(),
        Problem::Binary(_) => "open it and save it as \"CSV UTF-8\"".into(),
        Problem::Utf16(name) => iconv(name, path),
        Problem::Windows1252(_) => iconv("WINDOWS-1252", path),
        Problem::MixedEncoding(_) => "correct this cell, or export the table again as UTF-8".into(),
        Problem::NotUtf8(_) => "export the table again as UTF-8".into(),
        Problem::CutOff => "was it copied or downloaded only in part?".into(),
        Problem::ZeroByte => {
            format!("remove it: `tr -d '\\000' < {} > {}`", file, shell(&fixed(path, "clean")))
        }
        Problem::WrongDelimiter { used, found } => format!(
            "say `--delimiter {}` (or `--delimiter {}` if it really is one column)",
            delimiter_argument(*found),
            delimiter_argument(*used)
        ),
        Problem::SeparatorLine => "delete this line".into(),
        Problem::EmptyNames(_) => "give each column a name in the header, or remove it".into(),
        Problem::DuplicateName { .. } => "rename one of them in the header".into(),
        Problem::Ragged { .. } => "correct this row; a cell with a delimiter, quote or line break \
             is written \"in quotes\""
            .into(),
        Problem::TextAfterQuote { .. } => {
            "double the quotes inside a quoted cell: \"the \"\"big\"\" one\"".into()
        }
        Problem::LongName | Problem::UnclosedQuote => "close the quote, or double it if it is text".into(),
        Problem::NotObject("an array") => {
            format!("one object per line: `jq -c '.[]' {file} > {}`", shell(&fixed(path, "lines")))
        }
        Problem::NotObject(_) | Problem::BrokenJson(_) => "each line is one JSON object".into(),
        Problem::DuplicateKey(_) | Problem::EmptyKey => "rename or remove the key".into(),
        Problem::OutputIsInput => "choose another output path".into(),
        Problem::OtherFormat { input, .. } => format!("end the output's name in {}", dotted(input)),
        Problem::NoFolder(folder) => format!("create it: `mkdir -p {}`", shell(folder)),
        Problem::InTheWay(path) => format!("move `{}` away", escaped(path)),
        Problem::IsLink => {
            "remove the link, or say where the table goes with `--output FILE` (a link that you name is followed)"
                .into()
        }
        Problem::NoErrorsList => "move it away, or choose another `--output`".into(),
        Problem::WriteProtected => format!("choose another output path, or `chmod u+w {file}`"),
        Problem::Locked => "wait for that run to end, or choose another output path".into(),
        Problem::Create | Problem::Write | Problem::Replace => return io_hint(source?.kind()),
        Problem::IsFolder => "give the path of a file".into(),
        Problem::Read => return None,
    };
    Some(hint)
}

/// Where the lines are that could not be put in their place because of the problem.
pub(super) fn kept(problem: &Problem, kept: &Path) -> String {
    let kept = escaped(kept);
    match problem {
        Problem::Write => format!("the lines that could be written are in `{kept}`"),
        _ => format!("nothing is lost: the finished file is `{kept}`"),
    }
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

fn iconv(from: &str, path: &Path) -> String {
    format!("convert it: `iconv -f {from} -t UTF-8 {} > {}`", shell(path), shell(&fixed(path, "utf8")))
}

/// `leads.csv` becomes `leads.utf8.csv`.
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

fn delimiter_argument(byte: u8) -> String {
    match byte {
        b'\t' => "'\\t'".into(),
        byte => format!("'{}'", char::from(byte).escape_default()),
    }
}
