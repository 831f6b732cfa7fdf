//! Mistakes in TOML files: where they are, and which word was probably meant.
//!
//! Knows neither the settings nor recipes, and reads no file.

use engine::nearest;

use crate::failure::Failure;

/// The line of a byte of `text`, counted from 1.
pub(crate) fn line(text: &str, offset: usize) -> usize {
    before(text, offset).matches('\n').count() + 1
}

/// A place as messages name it: `marl.toml, line 2, column 16`.
pub(crate) fn place(file: &str, text: &str, offset: usize) -> String {
    let column = before(text, offset).rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{file}, line {}, column {column}", line(text, offset))
}

/// A parser's error as `file, line, column: what`, with the nearest word for an unknown key.
pub(crate) fn failure(file: &str, text: &str, error: &toml::de::Error) -> Failure {
    let place = place(file, text, error.span().map_or(0, |span| span.start));
    let message = error.message().lines().next().unwrap_or_default();
    let failure = Failure::usage(message).at(&place);
    match meant(message) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    }
}

/// The parser names the unknown word first and then the known ones, all in backticks.
fn meant(message: &str) -> Option<&str> {
    let mut words = message.split('`').skip(1).step_by(2);
    let unknown = message.starts_with("unknown").then(|| words.next()).flatten()?;
    nearest(unknown, words)
}

fn before(text: &str, offset: usize) -> &str {
    &text[..text.floor_char_boundary(offset.min(text.len()))]
}
