//! A recipe's file as text, or why it is none. Does not look at what the text says.

use std::{fs::File, io, io::Read, path::Path};

use crate::{failure::Failure, toml_error};

/// The most bytes a recipe may have. A table given by mistake is refused before it is parsed.
const MOST: u64 = 1024 * 1024;

/// The file's text without a byte order mark.
pub(super) fn text(name: &str, path: &Path) -> Result<String, Failure> {
    if path.is_dir() {
        return Err(Failure::usage("this is a folder, not a recipe").at(name));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        return Err(match error.kind() {
            io::ErrorKind::NotFound => Failure::usage("no such file").at(name),
            _ => Failure::usage("the recipe cannot be read").at(name).caused_by(&error),
        });
    }
    if bytes.len() as u64 > MOST {
        return Err(Failure::usage("the file has more than 1 MiB, which no recipe has")
            .at(name)
            .hint("is this the table?"));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| not_utf8(name, &error))?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}

fn not_utf8(name: &str, error: &std::string::FromUtf8Error) -> Failure {
    let end = error.utf8_error().valid_up_to();
    let valid = String::from_utf8_lossy(&error.as_bytes()[..end]);
    Failure::usage("this is not UTF-8")
        .at(&toml_error::place(name, &valid, end))
        .hint("save the recipe as text in UTF-8")
}
