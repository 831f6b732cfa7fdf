//! The text of a file, and the mistakes found in it so far. Mistakes are collected and never stop the reading,
//! so that a person sees all of them at once.

use std::{cell::RefCell, ops::Range};

use marl_core::terminal;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{Mistake, Mistakes};

/// A value with its place in the file.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// The most mistakes that are kept.
const MOST: usize = 100;

/// The text of a file, and its mistakes.
pub(super) struct Source<'t> {
    text: &'t str,
    mistakes: RefCell<Vec<Mistake>>,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, mistakes: RefCell::default() }
    }

    /// The root table, as far as the text is TOML.
    pub(super) fn root(&self) -> DeTable<'t> {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let what = error.message().lines().next().unwrap_or_default().to_owned();
            let hint = match what.starts_with("duplicate key") {
                true => "leave one of the two out",
                false => "a table begins with `[name]`, and `key = value` follows, with texts in quotes",
            };
            self.wrong(&error.span().unwrap_or_default(), what, hint);
        }
        root.into_inner()
    }

    /// Notes a mistake.
    pub(super) fn wrong(&self, at: &Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        let mut mistakes = self.mistakes.borrow_mut();
        if mistakes.len() < MOST {
            let (line, column) = self.place(at);
            let (what, hint) = (terminal::line(&what.into(), 300), terminal::line(&hint.into(), 600));
            mistakes.push(Mistake { line, column, what, hint });
        }
    }

    /// The line of a place, from 1.
    pub(super) fn line(&self, at: &Range<usize>) -> usize {
        self.place(at).0
    }

    /// The value, if the file had no mistakes.
    pub(super) fn end<T>(self, file: &str, value: Option<T>) -> Result<T, Mistakes> {
        let mut all = self.mistakes.into_inner();
        match value {
            Some(value) if all.is_empty() => Ok(value),
            _ => {
                all.sort();
                all.dedup();
                Err(Mistakes { file: file.to_owned(), all })
            }
        }
    }

    fn place(&self, at: &Range<usize>) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(at.start.min(self.text.len()))];
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (before.matches('\n').count() + 1, column)
    }
}
