//! One table of a file. A section remembers which keys were asked for, so that every other key is a mistake.
//! This module knows TOML, and none of the keys.

use std::{cell::RefCell, ops::Range, time::Duration};

use toml::de::{DeTable, DeValue};

use super::{
    duration,
    source::{Source, Value},
    words,
};
use crate::form::{Pointer, is_name};

/// A table, with the words by which messages name it.
pub(super) struct Section<'s, 't> {
    pub(super) source: &'s Source<'t>,
    /// The name in messages: `operation.email_finder`.
    pub(super) name: String,
    pub(super) span: Range<usize>,
    table: &'s DeTable<'t>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'s, 't> Section<'s, 't> {
    pub(super) fn new(
        source: &'s Source<'t>,
        name: impl Into<String>,
        table: &'s DeTable<'t>,
        span: Range<usize>,
    ) -> Self {
        Self { source, name: name.into(), span, table, asked: RefCell::default() }
    }

    /// The section that a value is; `None` and a mistake if the value is not a table.
    pub(super) fn of(source: &'s Source<'t>, name: impl Into<String>, value: &'s Value<'t>) -> Option<Self> {
        let name = name.into();
        match value.get_ref() {
            DeValue::Table(table) => Some(Self::new(source, name, table, value.span())),
            _ => {
                not_a(source, &format!("`{name}`"), "a table", value);
                None
            }
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &'static str) -> Option<&'s Value<'t>> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    /// Whether the table has a key.
    pub(super) fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// The value of a key, or a mistake with this example of what to write.
    pub(super) fn need(&self, key: &'static str, example: &str) -> Option<&'s Value<'t>> {
        let value = self.get(key);
        if value.is_none() {
            self.wrong_here(format!("{} lacks `{key}`", self.shown()), format!("write `{key} = {example}`"));
        }
        value
    }

    /// Notes a mistake about the whole table.
    pub(super) fn wrong_here(&self, what: impl Into<String>, hint: impl Into<String>) {
        self.source.wrong(&self.span, what, hint);
    }

    /// The name of the table in messages.
    pub(super) fn shown(&self) -> String {
        if self.name.is_empty() { "the file".to_owned() } else { format!("`{}`", self.name) }
    }

    /// The name of a key in messages.
    pub(super) fn key(&self, key: &str) -> String {
        if self.name.is_empty() { format!("`{key}`") } else { format!("`{}.{key}`", self.name) }
    }

    /// Every key that was not asked for is a mistake.
    pub(super) fn finish(&self) {
        let asked = self.asked.borrow();
        let mut known: Vec<&str> = Vec::new();
        asked.iter().for_each(|key| {
            if !known.contains(key) {
                known.push(key)
            }
        });
        for key in self.table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let word = key.get_ref().as_ref();
            let what = format!("{} has no key `{word}`", self.shown());
            self.source.wrong(&key.span(), what, words::advice(word, &known));
        }
    }

    /// The entries in the order of the file.
    pub(super) fn entries(&self) -> Vec<(&'s str, Range<usize>, &'s Value<'t>)> {
        let entries = self.table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), value));
        let mut entries: Vec<_> = entries.collect();
        entries.sort_by_key(|(_, span, _)| span.start);
        entries
    }

    /// The tables under a key, by name.
    pub(super) fn named(&self, key: &'static str, most: usize) -> Vec<(&'s str, Section<'s, 't>)> {
        let Some(all) = self.get(key).and_then(|value| Section::of(self.source, self.path(key), value))
        else {
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (name, span, value) in all.entries() {
            if !is_name(name) {
                let hint = "write lower-case letters, digits and underscores, with a letter first";
                self.source.wrong(&span, format!("`{name}` is not a name"), hint);
            }
            let Some(mut section) = Section::of(self.source, self.path(&format!("{key}.{name}")), value)
            else {
                continue;
            };
            section.span = span;
            sections.push((name, section));
        }
        if sections.len() > most {
            all.wrong_here(format!("{} has more than {most} entries", self.key(key)), "write several files");
            sections.truncate(most);
        }
        sections
    }

    /// The tables in a list under a key.
    pub(super) fn listed(&self, key: &'static str, most: usize) -> Vec<Section<'s, 't>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let path = self.path(key);
        let items: Vec<&Value<'t>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        if items.len() > most {
            let what = format!("{} has more than {most} entries", self.key(key));
            self.source.wrong(&value.span(), what, "leave some out");
        }
        items.into_iter().take(most).filter_map(|item| Section::of(self.source, &path, item)).collect()
    }

    /// The table under a key.
    pub(super) fn section(&self, key: &'static str) -> Option<Section<'s, 't>> {
        Section::of(self.source, self.path(key), self.get(key)?)
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// The text of a key, which is not blank.
    pub(super) fn text(&self, key: &'static str) -> Option<&'s str> {
        self.text_of(key, self.get(key)?)
    }

    /// The text of a key that must be there.
    pub(super) fn needed_text(&self, key: &'static str, example: &str) -> Option<&'s str> {
        self.text_of(key, self.need(key, example)?)
    }

    /// A value as a text that is not blank.
    pub(super) fn text_of(&self, key: &str, value: &'s Value<'t>) -> Option<&'s str> {
        match value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                self.source.wrong(&value.span(), format!("{} is empty", self.key(key)), "write a text");
                None
            }
            DeValue::String(text) => Some(text),
            _ => {
                not_a(self.source, &self.key(key), "a text", value);
                None
            }
        }
    }

    /// The texts of a key: one, or a list of them.
    pub(super) fn texts(&self, key: &'static str) -> Vec<(&'s str, Range<usize>)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let items: Vec<&Value<'t>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        items.into_iter().filter_map(|item| Some((self.text_of(key, item)?, item.span()))).collect()
    }

    /// `true` or `false`; false if the key is missing.
    pub(super) fn flag(&self, key: &'static str) -> bool {
        match self.get(key) {
            None => false,
            Some(value) => value.get_ref().as_bool().unwrap_or_else(|| {
                not_a(self.source, &self.key(key), "`true` or `false`", value);
                false
            }),
        }
    }

    /// A whole number of at least 1.
    pub(super) fn count(&self, key: &'static str, most: u32) -> Option<u32> {
        let value = self.get(key)?;
        let number = value.get_ref().as_integer();
        let number = number.and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
        let number = number.filter(|number| (1..=most).contains(number));
        if number.is_none() {
            not_a(self.source, &self.key(key), &format!("a whole number from 1 to {most}"), value);
        }
        number
    }

    /// A number that is not negative.
    pub(super) fn number_of(&self, key: &str, value: &Value<'t>) -> Option<f64> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number: &f64| (0.0..=1e9).contains(number));
        if number.is_none() {
            not_a(self.source, &self.key(key), "a number from 0 to 1,000,000,000", value);
        }
        number
    }

    /// A duration: `300ms`, `20s`, `2m`, `24h`, `90d`.
    pub(super) fn duration(&self, key: &'static str) -> Option<Duration> {
        let value = self.get(key)?;
        let duration = value.get_ref().as_str().and_then(duration::read);
        if duration.is_none() {
            let hint = "write a number and its unit, such as `\"300ms\"`, `\"20s\"`, `\"2m\"`, `\"24h\"` or `\"90d\"`";
            self.source.wrong(&value.span(), format!("{} is not a duration", self.key(key)), hint);
        }
        duration
    }

    /// The pointer of a key.
    pub(super) fn pointer(&self, key: &'static str) -> Option<Pointer> {
        let value = self.get(key)?;
        // The empty pointer is a pointer.
        let DeValue::String(text) = value.get_ref() else {
            not_a(self.source, &self.key(key), "a JSON pointer such as `/data/email`", value);
            return None;
        };
        self.pointer_of(text, &value.span())
    }

    /// The pointers of a key: one, or a list of them.
    pub(super) fn pointers(&self, key: &'static str) -> Vec<Pointer> {
        let texts = self.texts(key).into_iter();
        texts.filter_map(|(text, span)| self.pointer_of(text, &span)).collect()
    }

    fn pointer_of(&self, text: &str, span: &Range<usize>) -> Option<Pointer> {
        self.checked(Pointer::new(text), span)
    }

    /// The value, or a mistake here.
    pub(super) fn checked<T>(&self, value: Result<T, (String, String)>, span: &Range<usize>) -> Option<T> {
        value.map_err(|(what, hint)| self.source.wrong(span, what, hint)).ok()
    }

    /// The one of the known words that a key has.
    pub(super) fn word<T: Copy>(&self, key: &'static str, known: &[(&'static str, T)]) -> Option<T> {
        let value = self.get(key)?;
        let word = self.text_of(key, value)?;
        let found = known.iter().find(|(name, _)| *name == word);
        if found.is_none() {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let what = format!("{} cannot be `{word}`", self.key(key));
            self.source.wrong(&value.span(), what, words::advice(word, &names));
        }
        found.map(|(_, value)| *value)
    }
}

/// Notes that a value is of another type.
pub(super) fn not_a(source: &Source<'_>, name: &str, wanted: &str, value: &Value<'_>) {
    let found = match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let what = format!("{name} must be {wanted}, and this is {found}");
    source.wrong(&value.span(), what, "change the value, or leave the key out");
}
