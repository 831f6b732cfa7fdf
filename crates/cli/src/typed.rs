//! The command line as it was typed, and commands made from it: errors and plans name the next
//! one, which must run as it stands.

use std::{borrow::Cow, env};

/// The flag that a run in the background is started with beside `--detach`.
pub(crate) const IN_BACKGROUND: &str = "--detached";

/// A word as it can be typed again, without quotes where none are needed.
pub(crate) fn word(word: &str) -> String {
    let plain = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_./=,:@+%".contains(c));
    if plain {
        return word.to_owned();
    }
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), Cow::into_owned)
}

/// This command.
pub(crate) fn command() -> String {
    let words = env::args().skip(1).filter(|word| word != IN_BACKGROUND);
    std::iter::once("marl".to_owned()).chain(words.map(|one| word(&one))).collect::<Vec<_>>().join(" ")
}

/// This command as another subcommand, without some flags that have a value.
pub(crate) fn as_command(subcommand: &str, without: &[&str]) -> String {
    let mut words = vec!["marl".to_owned(), subcommand.to_owned()];
    let mut args = env::args().skip(2).filter(|word| word != IN_BACKGROUND);
    while let Some(one) = args.next() {
        if without.contains(&one.as_str()) {
            args.next();
        } else if !without.iter().any(|flag| one.starts_with(&format!("{flag}="))) {
            words.push(word(&one));
        }
    }
    words.join(" ")
}
