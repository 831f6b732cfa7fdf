//! Reads a small text file that people write: settings, keys, recipes. Another user may have put something
//! else at the path, so this module accepts only a regular file of a bounded size. Callers parse the text.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use table::{roots, shell::word};

use crate::{
    failure::Failure,
    project::{paths, toml_error},
};

/// The size limit of such a file, in bytes.
const MOST: u64 = 1024 * 1024;

/// The file's text without a byte order mark; `None` if there is no file.
///
/// # Errors
/// The path leads to a folder, a pipe or a device, or the file is too large, not UTF-8, or cannot be read.
pub(crate) fn read(path: &Path) -> Result<Option<String>, Failure> {
    read_by(path, |path| File::open(path))
}

/// Reads a file that the user named. The protocol server restricts such files to its folders.
///
/// # Errors
/// Those of [`read`]; or the file lies outside of these folders.
pub(crate) fn read_named(path: &Path) -> Result<Option<String>, Failure> {
    read_by(path, roots::open)
}

fn read_by(path: &Path, open: impl Fn(&Path) -> io::Result<File>) -> Result<Option<String>, Failure> {
    let name = paths::shown(path);
    let unreadable = |error: &io::Error| {
        Failure::usage("it cannot be read")
            .at(&name)
            .caused_by(error)
            .hint(format!("make it readable: `chmod u+r {}`", word(&name)))
    };
    // Opening a pipe would block.
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => {
            return Err(Failure::usage("this is a folder, not a file")
                .at(&name)
                .hint("give the path of a text file, or move the folder away"));
        }
        Ok(there) if !there.is_file() => {
            return Err(Failure::usage("this is not a regular file").at(&name).hint("put a text file there"));
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&error)),
    }
    let mut bytes = Vec::new();
    let read = open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes));
    read.map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MOST {
        let what = "the file is larger than 1 MiB, which is too large for settings or a recipe";
        return Err(Failure::usage(what).at(&name).hint("is this the table?"));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| not_utf8(&name, &error))?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(Some(text))
}

fn not_utf8(name: &str, error: &std::string::FromUtf8Error) -> Failure {
    let end = error.utf8_error().valid_up_to();
    let valid = String::from_utf8_lossy(&error.as_bytes()[..end]);
    Failure::usage("this is not UTF-8")
        .at(&toml_error::place(name, &valid, end))
        .hint("save it as text in UTF-8")
}
