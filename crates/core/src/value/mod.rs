//! Values of cells, and the semantic types that define their meaning.
//!
//! Normalisers decide what is bought: two spellings of a domain must become the same value, or the same
//! answer is paid for twice. Normalisers are pure and idempotent. This module must not know tables, files
//! or providers.

mod absent;
mod boolean;
mod country;
mod date;
mod domain;
mod email;
mod integer;
mod invisible;
mod json;
mod linkedin;
mod list;
mod number;
mod paste;
mod phone;
mod placeholder;
mod redirect;
mod shared;
mod text;
mod url;

use std::{borrow::Cow, fmt};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Number, Value as Json};

use linkedin::company;

pub use absent::PLACEHOLDER_EXAMPLES;
pub use placeholder::is_placeholder;
pub use text::without_escapes;

/// The version of the rules for reading cells and answers. Raise it whenever the same cell or the same
/// stored answer would give another value: after a change of normal forms, of placeholders, or of the
/// reader of answers. Runs record this version, so that a cell that a newer version reads differently is not
/// reported as edited.
pub const READING: u32 = 4;

/// The limit of characters in a cell, which is the limit of spreadsheets.
pub const CELL_CHARACTERS: usize = 32_767;

/// The value of a cell. An unknown value is an absent `Value`; there is no empty variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A text, of any type that is written as text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number that may have a fraction.
    Number(Number),
    /// True or false.
    Boolean(bool),
    /// A JSON value. A CSV cell shows its compact text.
    Json(Json),
    /// Several texts. A CSV cell shows them joined by `; `.
    List(Vec<String>),
}

impl Value {
    /// A text value.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The text of a text value.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => write!(f, "{number}"),
            // JSON writes small numbers with an exponent, which spreadsheets show in their own ways.
            Self::Number(number) => match (number.as_i64(), number.as_f64()) {
                (None, Some(fraction)) => write!(f, "{fraction}"),
                _ => write!(f, "{number}"),
            },
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Json(json) => write!(f, "{json}"),
            Self::List(items) => f.write_str(&items.join("; ")),
        }
    }
}

/// The reason why a cell is not a value of its type. It reads well after "`x` is not a domain: ".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(pub &'static str);

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The meaning of the text in a column.
#[derive(Debug, Clone, Copy, JsonSchema, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SemanticType {
    /// A registered host name: `acme.com`.
    Domain,
    /// A person's LinkedIn profile: `https://www.linkedin.com/in/jane-doe`.
    LinkedinUrl,
    /// A company's LinkedIn page: `https://www.linkedin.com/company/acme`.
    CompanyLinkedinUrl,
    /// A public web address, http or https.
    Url,
    /// An e-mail address.
    Email,
    /// A telephone number: `+14155550100`, or only digits when its country is unknown.
    Phone,
    /// A country by its ISO code of two letters: `DE`.
    Country,
    /// A day, a month or a year: `2021-05-03`, `2021-05`, `2021`.
    Date,
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A number that may have a fraction: `1234.5`.
    Number,
    /// Any text.
    Text,
    /// Several texts.
    List,
    /// Any JSON value.
    Json,
}

impl SemanticType {
    /// All types, in the order of the help text.
    pub const ALL: [Self; 14] = [
        Self::Domain,
        Self::LinkedinUrl,
        Self::CompanyLinkedinUrl,
        Self::Url,
        Self::Email,
        Self::Phone,
        Self::Country,
        Self::Date,
        Self::Boolean,
        Self::Integer,
        Self::Number,
        Self::Text,
        Self::List,
        Self::Json,
    ];

    /// The name in contracts, plans and help.
    pub fn name(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::LinkedinUrl => "linkedin_url",
            Self::CompanyLinkedinUrl => "company_linkedin_url",
            Self::Url => "url",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Country => "country",
            Self::Date => "date",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Text => "text",
            Self::List => "list",
            Self::Json => "json",
        }
    }

    /// The type as a noun with an article: "`x` is not a whole number".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Domain => "a domain",
            Self::LinkedinUrl => "a LinkedIn profile",
            Self::CompanyLinkedinUrl => "a company's LinkedIn page",
            Self::Url => "a web address",
            Self::Email => "an e-mail address",
            Self::Phone => "a telephone number",
            Self::Country => "a country",
            Self::Date => "a date",
            Self::Boolean => "true or false",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::List => "a list",
            Self::Json => "JSON",
        }
    }

    /// The type called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the form of a value identifies this type, so that a column can be recognised by its values
    /// whatever its name.
    pub fn is_recognisable(self) -> bool {
        matches!(self, Self::Domain | Self::LinkedinUrl | Self::CompanyLinkedinUrl | Self::Url | Self::Email)
    }

    /// Reads the text of a cell as this type, in normal form.
    ///
    /// # Errors
    /// The reason why the text is not a value of this type. A blank text never is.
    pub fn read(self, raw: &str) -> Result<Value, Invalid> {
        // The texts within JSON are cleaned one by one, because cleaning the whole could remove a quote.
        let raw = if self == Self::Json { Cow::Borrowed(raw) } else { visible(raw) };
        let raw = raw.trim();
        if raw.is_empty() {
            return Err(Invalid("it is empty"));
        }
        match self {
            Self::Domain => domain::normalise(raw).map(Value::Text),
            Self::LinkedinUrl => linkedin::normalise(raw).map(Value::Text),
            Self::CompanyLinkedinUrl => company::normalise(raw).map(Value::Text),
            Self::Url => url::normalise(raw).map(Value::Text),
            Self::Email => email::normalise(raw).map(Value::Text),
            Self::Phone => phone::read(raw).map(Value::Text),
            Self::Country => country::read(raw).map(Value::Text),
            Self::Date => date::read(raw).map(Value::Text),
            Self::Boolean => boolean::read(raw).map(Value::Boolean),
            Self::Integer => integer::read(raw).map(Value::Integer),
            Self::Number => number::read(raw).map(Value::Number),
            Self::Text => text::normalise(raw).map(Value::Text),
            Self::List => list::read(raw).map(Value::List),
            Self::Json => json::read(raw).map(Value::Json),
        }
    }

    /// Whether a cell is evidence that its column has this type. An e-mail address can be read as a domain,
    /// but is no evidence for a column of domains.
    pub fn recognises(self, cell: &str) -> bool {
        let is_mail = || Self::Email.read(cell).is_ok();
        self.read(cell).is_ok() && (self != Self::Domain || !is_mail())
    }

    /// Whether a filled cell has no information as this type and counts as empty: "N/A", `#REF!`, `https://`.
    pub fn says_nothing(self, cell: &str) -> bool {
        absent::says_nothing(self, cell)
    }

    /// Reads an untrusted JSON value as this type; `None` when the value is unknown, a placeholder such as
    /// "N/A", or of another type.
    pub fn read_json(self, json: &Json) -> Option<Value> {
        match (self, json) {
            (Self::List, Json::Array(_) | Json::Object(_)) => list::from_json(json).map(Value::List),
            (Self::Json, json) => json::from_json(json).map(Value::Json),
            (Self::Boolean, Json::Bool(value)) => Some(Value::Boolean(*value)),
            (Self::Date, Json::Object(object)) => date::from_object(object).map(Value::Text),
            (_, Json::Null | Json::Bool(_) | Json::Object(_)) => None,
            (Self::Number, Json::Number(number)) => number::from_number(number).map(Value::Number),
            (Self::Integer, Json::Number(number)) => integer::from_number(number).map(Value::Integer),
            (_, Json::Number(number)) => self.read(&number.to_string()).ok(),
            (_, Json::String(text)) => {
                let text = decoded(text);
                if is_placeholder(&text) { None } else { self.read(&text).ok() }
            }
            // Among several numbers, dates or answers, nothing shows which one is meant.
            (Self::Boolean | Self::Number | Self::Date, Json::Array(items)) => {
                let mut values =
                    items.iter().filter(|item| !item.is_array()).map(|item| self.read_json(item));
                let first = values.next()?;
                values.all(|value| value == first).then_some(first)?
            }
            // Among several candidates for one value, the first one that fits is used.
            (_, Json::Array(items)) => {
                items.iter().filter(|item| !item.is_array()).find_map(|item| self.read_json(item))
            }
        }
    }

    /// Brings a value from an integration into the normal form of this type; `None` when the value does not
    /// fit the type.
    pub fn check(self, value: Value) -> Option<Value> {
        match (self, value) {
            (Self::Integer, Value::Integer(number)) => Some(Value::Integer(number)),
            (Self::Boolean, Value::Boolean(value)) => Some(Value::Boolean(value)),
            (Self::Number, Value::Number(number)) => number::from_number(&number).map(Value::Number),
            (Self::Json, Value::Json(json)) => json::from_json(&json).map(Value::Json),
            (Self::Json, Value::List(items)) => json::from_json(&items.into()).map(Value::Json),
            // The integration has read a name or a code. In a cell, `NA` mostly is a placeholder.
            (Self::Country, Value::Text(text)) if text == "NA" => Some(Value::Text(text)),
            (Self::Json, Value::Text(text)) => self.read(&text).ok(),
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

/// The text with HTML entities decoded once. Texts from web pages contain `AT&amp;T` and `C&#43;&#43;`.
fn decoded(text: &str) -> Cow<'_, str> {
    if text.contains('&') { html_escape::decode_html_entities(text) } else { Cow::Borrowed(text) }
}

impl fmt::Display for SemanticType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text without escape sequences and invisible characters. The sequences go first, because removing
/// their control characters would leave their parameters behind.
fn visible(raw: &str) -> Cow<'_, str> {
    match text::visible(raw) {
        Cow::Borrowed(raw) => invisible::removed(raw),
        Cow::Owned(raw) => Cow::Owned(invisible::removed(&raw).into_owned()),
    }
}

#[cfg(test)]
mod tests;
