//! Values of cells and the semantic types that give them a meaning.
//!
//! A normaliser decides what is bought: two spellings of one domain must become one
//! value, or the same answer is paid for twice. Normalisers are pure and idempotent.
//! This module must not know tables, files or providers.

mod absent;
mod domain;
mod email;
mod integer;
mod invisible;
mod linkedin;
mod list;
mod paste;
mod placeholder;
mod redirect;
mod shared;
mod text;
mod url;

use std::{borrow::Cow, fmt};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

pub use absent::SAYING_NOTHING;
pub use placeholder::is_placeholder;
pub use text::without_escapes;

/// Which rules cells and answers are read by. Raise it when the same cell or the same stored answer
/// would give another value: normal forms, placeholders, what is taken out of an answer. Runs record
/// it, so that a cell that a newer version reads differently is not called edited.
pub const READING: u32 = 4;

/// The most characters that a cell holds, since a cell of a spreadsheet holds no more.
pub const CELL_CHARACTERS: usize = 32_767;

/// What a cell holds. An absent value is an absent `Value`: there is no empty one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Text of any semantic type that is written as text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Several texts; a CSV cell shows them joined with `; `.
    List(Vec<String>),
}

impl Value {
    /// A text value.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The text, if this value is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Integer(_) | Self::List(_) => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => write!(f, "{number}"),
            Self::List(items) => f.write_str(&items.join("; ")),
        }
    }
}

/// Why a cell cannot be a value of its type; reads well after "`x` is not a domain: ".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(pub &'static str);

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What the text in a column means.
#[derive(Debug, Clone, Copy, JsonSchema, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SemanticType {
    /// A registered host name: `acme.com`.
    Domain,
    /// A person's LinkedIn profile: `https://www.linkedin.com/in/jane-doe`.
    LinkedinUrl,
    /// A public web address, http or https.
    Url,
    /// An e-mail address.
    Email,
    /// A whole number.
    Integer,
    /// Any text.
    Text,
    /// Several texts.
    List,
}

impl SemanticType {
    /// All types, in the order in which help lists them.
    pub const ALL: [Self; 7] =
        [Self::Domain, Self::LinkedinUrl, Self::Url, Self::Email, Self::Integer, Self::Text, Self::List];

    /// The word that contracts, plans and help use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::LinkedinUrl => "linkedin_url",
            Self::Url => "url",
            Self::Email => "email",
            Self::Integer => "integer",
            Self::Text => "text",
            Self::List => "list",
        }
    }

    /// The type in a sentence: "`x` is not a whole number".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Domain => "a domain",
            Self::LinkedinUrl => "a LinkedIn profile",
            Self::Url => "a web address",
            Self::Email => "an e-mail address",
            Self::Integer => "a whole number",
            Self::Text => "a text",
            Self::List => "a list",
        }
    }

    /// The type called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether values can be told from other text by their form alone, so that a column
    /// with another name may be recognised by what it holds.
    pub fn is_recognisable(self) -> bool {
        matches!(self, Self::Domain | Self::LinkedinUrl | Self::Url | Self::Email)
    }

    /// Reads a cell's text as this type, in its one normal form.
    ///
    /// # Errors
    /// The text cannot be a value of this type; blank text never can.
    pub fn read(self, raw: &str) -> Result<Value, Invalid> {
        let raw = visible(raw);
        let raw = raw.trim();
        if raw.is_empty() {
            return Err(Invalid("it is empty"));
        }
        match self {
            Self::Domain => domain::normalise(raw).map(Value::Text),
            Self::LinkedinUrl => linkedin::normalise(raw).map(Value::Text),
            Self::Url => url::normalise(raw).map(Value::Text),
            Self::Email => email::normalise(raw).map(Value::Text),
            Self::Integer => integer::read(raw).map(Value::Integer),
            Self::Text => text::normalise(raw).map(Value::Text),
            Self::List => list::read(raw).map(Value::List),
        }
    }

    /// Whether a cell shows that its column holds this type. An e-mail address can be read as a
    /// domain, and yet a column of them is not one of domains.
    pub fn recognises(self, cell: &str) -> bool {
        let is_mail = || Self::Email.read(cell).is_ok();
        self.read(cell).is_ok() && (self != Self::Domain || !is_mail())
    }

    /// Whether a filled cell of this type is as good as empty: "N/A", `#REF!`, `https://`.
    pub fn says_nothing(self, cell: &str) -> bool {
        absent::says_nothing(self, cell)
    }

    /// Reads a JSON value from outside as this type; `None` when it is unknown, a
    /// placeholder such as "N/A", or of another type.
    pub fn read_json(self, json: &Json) -> Option<Value> {
        match (self, json) {
            (Self::List, Json::Array(_) | Json::Object(_)) => list::from_json(json).map(Value::List),
            (_, Json::Null | Json::Bool(_) | Json::Object(_)) => None,
            (Self::Integer, Json::Number(number)) => integer::from_number(number).map(Value::Integer),
            (_, Json::Number(number)) => self.read(&number.to_string()).ok(),
            (_, Json::String(text)) => {
                let text = decoded(text);
                if is_placeholder(&text) { None } else { self.read(&text).ok() }
            }
            // Several candidates for one value: the first that fits.
            (_, Json::Array(items)) => {
                items.iter().filter(|item| !item.is_array()).find_map(|item| self.read_json(item))
            }
        }
    }

    /// Brings a value that an integration made into this type's normal form; `None` when
    /// it cannot be one.
    pub fn check(self, value: Value) -> Option<Value> {
        match (self, value) {
            (Self::Integer, Value::Integer(number)) => Some(Value::Integer(number)),
            (Self::List, Value::List(items)) => {
                let items = items.iter().filter(|item| !is_placeholder(item));
                let items = items.filter_map(|item| text::normalise(item).ok());
                list::unique(items).map(Value::List)
            }
            (_, Value::Text(text)) if is_placeholder(&text) => None,
            (Self::Text, Value::Text(text)) if text::is_normal(&text) => Some(Value::Text(text)),
            (_, Value::Text(text)) => self.read(&text).ok(),
            (_, value) => self.read(&value.to_string()).ok(),
        }
    }
}

/// The text with its HTML entities decoded, once: `AT&amp;T` and `C&#43;&#43;` come from pages.
fn decoded(text: &str) -> Cow<'_, str> {
    if text.contains('&') { html_escape::decode_html_entities(text) } else { Cow::Borrowed(text) }
}

impl fmt::Display for SemanticType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text without what nobody sees. The sequences that a terminal obeys go first: their
/// parameters would stay behind.
fn visible(raw: &str) -> Cow<'_, str> {
    match text::visible(raw) {
        Cow::Borrowed(raw) => invisible::dropped(raw),
        Cow::Owned(raw) => Cow::Owned(invisible::dropped(&raw).into_owned()),
    }
}

#[cfg(test)]
mod tests;
