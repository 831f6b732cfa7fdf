//! How names, paths, bytes and numbers appear in a message or a command. This module is pure.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use marl_core::{terminal, words::thousands};

/// A byte's name in messages, such as a delimiter's.
pub(crate) fn byte_name(byte: u8) -> Cow<'static, str> {
    match byte {
        b'\t' => "tabs".into(),
        0x20..0x7f => format!("`{}`", char::from(byte)).into(),
        byte => format!("byte 0x{byte:02X}").into(),
    }
}

/// A delimiter as the user types it after `--delimiter`.
pub(crate) fn delimiter_argument(byte: u8) -> String {
    match byte {
        b'\t' => "'\\t'".into(),
        byte => format!("'{}'", char::from(byte).escape_default()),
    }
}

/// A file name's extension with its dot.
pub(crate) fn dotted(extension: &str) -> String {
    match extension {
        "" => "none".into(),
        extension => format!("`.{}`", printable(extension)),
    }
}

/// Text from a file, escaped and cut for a message.
pub(crate) fn printable(text: &str) -> String {
    const MOST: usize = 300;
    let cut = text.char_indices().nth(MOST).map(|(end, _)| &text[..end]);
    cut.map_or_else(|| shown(text), |cut| shown(cut) + "…")
}

/// A path for a message; it is never cut, because it may be part of a command.
pub(crate) fn escaped(path: &Path) -> String {
    shown(&path.to_string_lossy())
}

/// Escapes everything in a text, such as the name of a column or a file, that a terminal would interpret.
pub fn shown(text: &str) -> String {
    terminal::shown(text).into_owned()
}

/// `90211` as `90,211`.
pub(crate) fn grouped(number: u64) -> String {
    thousands(number)
}

/// Extensions as text: `.csv, .tsv and .jsonl`.
pub(crate) fn listed<'a>(extensions: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<String> = extensions.map(|extension| format!(".{extension}")).collect();
    match all.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => all.concat(),
    }
}

/// `leads.csv` becomes `leads.clean.csv`.
pub(crate) fn repaired_path(path: &Path, what: &str) -> PathBuf {
    match path.extension() {
        Some(extension) => path.with_extension(format!("{what}.{}", extension.to_string_lossy())),
        None => path.with_extension(what),
    }
}

/// A path as one word of a shell command.
pub(crate) fn path_word(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "._-/+@%:,".contains(c);
    match !text.starts_with('-') && text.chars().all(plain) {
        true => text.into_owned(),
        false => format!("'{}'", escaped(path).replace('\'', "'\\''")),
    }
}
