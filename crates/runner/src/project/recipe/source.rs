//! Reads TOML values as the types that a recipe needs; a value of another type is refused with its location.
//!
//! Values are read by hand and not through serde: serde's messages name Rust types, and it would accept a
//! list as a step. This module knows TOML, and none of a recipe's keys.

use std::{borrow::Cow, fmt::Display, ops::Range};

use engine::nearest;
use marl_core::terminal;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{failure::Failure, project::toml_error};

pub(super) type Key<'t> = Spanned<Cow<'t, str>>;
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// A file's name and text, to locate mistakes.
pub(super) struct Source<'t> {
    pub(super) file: &'t str,
    pub(super) text: &'t str,
}

impl<'t> Source<'t> {
    /// The root table of the text.
    pub(super) fn root(&self) -> Result<DeTable<'t>, Failure> {
        let root = DeTable::parse(self.text);
        root.map(Spanned::into_inner).map_err(|error| toml_error::failure(self.file, self.text, &error))
    }

    pub(super) fn line(&self, at: &Range<usize>) -> usize {
        toml_error::line(self.text, at.start)
    }

    pub(super) fn wrong(&self, at: &Range<usize>, message: impl Into<String>) -> Failure {
        Failure::usage(message).at(&toml_error::place(self.file, self.text, at.start))
    }

    /// The failure for a word that is not one of `known`.
    pub(super) fn unknown(
        &self,
        at: &Range<usize>,
        what: impl Display,
        word: &str,
        known: &[&str],
    ) -> Failure {
        let failure = self.wrong(at, format!("{what} `{}`", shown(word)));
        let failure = match nearest(word, known.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure,
        };
        failure.hint(format!("there are {}", listed(known)))
    }

    pub(super) fn table<'v>(&self, name: &str, value: &'v Value<'t>) -> Result<&'v DeTable<'t>, Failure> {
        value.get_ref().as_table().ok_or_else(|| self.other(name, "a table", value))
    }

    /// A text that is not empty: an empty text would mean the same as leaving the key out.
    pub(super) fn text(&self, name: &str, value: &Value<'_>) -> Result<String, Failure> {
        let text = value.get_ref().as_str().ok_or_else(|| self.other(name, "a string", value))?;
        if text.trim().is_empty() {
            let failure = self.wrong(&value.span(), format!("{name} is empty"));
            return Err(failure.hint("give it a value, or leave it out"));
        }
        Ok(text.to_owned())
    }

    /// A text, or a list of texts.
    pub(super) fn texts(
        &self,
        name: &str,
        value: &Value<'t>,
    ) -> Result<Vec<(Range<usize>, String)>, Failure> {
        match value.get_ref() {
            DeValue::Array(items) => {
                let one = format!("a name in {name}");
                let item = |item| Ok((Spanned::span(item), self.text(&one, item)?));
                items.iter().map(item).collect()
            }
            DeValue::String(_) => Ok(vec![(value.span(), self.text(name, value)?)]),
            _ => Err(self.other(name, "a string or a list of strings", value)),
        }
    }

    /// The failure for a value of the wrong type. `name` begins the message, as in the other functions.
    pub(super) fn other(&self, name: &str, wanted: &str, value: &Value<'_>) -> Failure {
        let found = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.wrong(&value.span(), format!("{name} must be {wanted}, and this is {found}"))
    }
}

/// The first key in the file that is not one of `known`.
pub(super) fn first_unknown<'v, 't>(table: &'v DeTable<'t>, known: &[&str]) -> Option<&'v Key<'t>> {
    let strangers = table.keys().filter(|key| !known.contains(&key.get_ref().as_ref()));
    strangers.min_by_key(|key| key.span().start)
}

/// Text of the file, made safe for a message.
pub(super) fn shown(text: &str) -> String {
    terminal::line(text, 80)
}

/// `a`, `b`, `c`, each in backticks.
fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
