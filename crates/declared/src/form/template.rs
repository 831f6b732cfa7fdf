//! Templates: typed structures with places for inputs.
//!
//! A place holds a value, never text that is parsed again. So no quote, brace or line end of a value can change
//! the structure around its place. This module knows neither rows nor requests.

use marl_core::SmolStr;
use serde_json::{Map, Value as Json};

/// The length limit of a text with places, in bytes.
const LONGEST: usize = 4_000;

/// A JSON value with places for inputs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Template {
    /// A value without places.
    Constant(Json),
    /// A text with places.
    Text(TextTemplate),
    /// A list of templates.
    List(Vec<Template>),
    /// A table of templates.
    Table(Vec<(String, Template)>),
}

/// A text with places for inputs: `Bearer of {name}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextTemplate(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Place(SmolStr),
}

/// The value for a place; `None` if it is empty.
pub(crate) type Values<'v> = &'v dyn Fn(&str) -> Option<Json>;

impl Template {
    /// The value, or `None` if nothing is left: a place with an empty input is left out, and so are a list and
    /// a table of which nothing is left.
    pub(crate) fn fill(&self, values: Values<'_>) -> Option<Json> {
        match self {
            Self::Constant(json) => Some(json.clone()),
            Self::Text(text) => text.fill(values),
            Self::List(items) => {
                let left: Vec<Json> = items.iter().filter_map(|item| item.fill(values)).collect();
                (!left.is_empty()).then_some(Json::Array(left))
            }
            Self::Table(members) => {
                let left =
                    members.iter().filter_map(|(key, member)| Some((key.clone(), member.fill(values)?)));
                let left: Map<String, Json> = left.collect();
                (!left.is_empty()).then_some(Json::Object(left))
            }
        }
    }

    /// The names of all places.
    pub(crate) fn places(&self) -> Vec<&SmolStr> {
        match self {
            Self::Constant(_) => Vec::new(),
            Self::Text(text) => text.places().collect(),
            Self::List(items) => items.iter().flat_map(Self::places).collect(),
            Self::Table(members) => members.iter().flat_map(|(_, member)| member.places()).collect(),
        }
    }

    /// The paths through tables to the texts that are this place alone.
    pub(crate) fn paths_to(&self, place: &str) -> Vec<Vec<String>> {
        match self {
            Self::Text(text) if text.is_only(place) => vec![Vec::new()],
            Self::Table(members) => members
                .iter()
                .flat_map(|(key, member)| {
                    let paths = member.paths_to(place).into_iter();
                    paths.map(move |path| [vec![key.clone()], path].concat())
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl TextTemplate {
    /// Reads a text: `{name}` is a place, `{{` and `}}` are braces.
    ///
    /// # Errors
    /// What is wrong with the text, and what to write.
    pub(crate) fn new(text: &str) -> Result<Self, (String, String)> {
        if text.len() > LONGEST {
            return Err((format!("a text is longer than {LONGEST} bytes"), "shorten it".to_owned()));
        }
        let (mut pieces, mut literal, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            let (before, behind) = rest.split_at(at);
            literal.push_str(before);
            if behind.starts_with("{{") || behind.starts_with("}}") {
                literal.push_str(&behind[..1]);
                rest = &behind[2..];
                continue;
            }
            let place = behind.strip_prefix('{').and_then(|behind| behind.split_once('}'));
            let Some((name, behind)) = place.filter(|(name, _)| is_name(name)) else {
                let hint =
                    "write `{input}` for the value of an input, and `{{` or `}}` for a brace".to_owned();
                return Err((format!("`{}` has a brace that is not a place", shown(text)), hint));
            };
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(Piece::Place(name.into()));
            rest = behind;
        }
        literal.push_str(rest);
        if !literal.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Self(pieces))
    }

    /// The text, if it has no places.
    pub(crate) fn constant(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The names of the places.
    pub(crate) fn places(&self) -> impl Iterator<Item = &SmolStr> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Place(name) => Some(name),
            Piece::Literal(_) => None,
        })
    }

    /// The texts between the places.
    pub(crate) fn literals(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Literal(text) => Some(text.as_str()),
            Piece::Place(_) => None,
        })
    }

    /// Whether the text is this place and nothing else.
    pub(crate) fn is_only(&self, place: &str) -> bool {
        matches!(self.0.as_slice(), [Piece::Place(name)] if name == place)
    }

    /// The value: a place alone keeps its type, everything else is a text. `None` if the text has places and
    /// all of them are empty.
    pub(crate) fn fill(&self, values: Values<'_>) -> Option<Json> {
        if let [Piece::Place(name)] = self.0.as_slice() {
            return values(name);
        }
        self.text(values).map(Json::String)
    }

    /// The text; `None` if it has places and all of them are empty.
    pub(crate) fn text(&self, values: Values<'_>) -> Option<String> {
        let (mut text, mut is_filled) = (String::new(), self.places().next().is_none());
        for piece in &self.0 {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Place(name) => {
                    let Some(value) = values(name) else { continue };
                    is_filled = true;
                    text.push_str(&in_text(&value));
                }
            }
        }
        is_filled.then_some(text)
    }
}

/// A value within a text.
pub(crate) fn in_text(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(in_text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Whether the text is a name: lower-case letters, digits and underscores, at most 64, with a letter first.
pub(crate) fn is_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(is_plain)
}

fn shown(text: &str) -> String {
    marl_core::terminal::line(text, 80)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn values(name: &str) -> Option<Json> {
        match name {
            "text" => Some(json!("a\"}{text}\n")),
            "number" => Some(json!(7)),
            "list" => Some(json!(["a", "b"])),
            _ => None,
        }
    }

    #[test]
    fn a_place_alone_keeps_its_type_and_empty_places_are_left_out() {
        for (text, expect) in [
            ("{number}", Some(json!(7))),
            ("{list}", Some(json!(["a", "b"]))),
            ("{text}", Some(json!("a\"}{text}\n"))),
            ("is {number} of {list}{empty}", Some(json!("is 7 of a, b"))),
            ("{empty}", None),
            ("is {empty}", None),
            ("{{{number}}}", Some(json!("{7}"))),
            ("", Some(json!(""))),
        ] {
            assert_eq!(TextTemplate::new(text).unwrap().fill(&values), expect, "{text}");
        }
        for text in ["{", "}", "{a", "a}", "{a b}", "{A}", "{}", "{{}", &"x".repeat(4_001)] {
            assert!(TextTemplate::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_table_without_anything_left_is_left_out() {
        let text = |text| Template::Text(TextTemplate::new(text).unwrap());
        let person = Template::Table(vec![("name".to_owned(), text("{empty}"))]);
        let all = Template::Table(vec![
            ("constant".to_owned(), Template::Constant(json!({}))),
            ("list".to_owned(), Template::List(vec![text("{empty}"), text("{number}")])),
            ("person".to_owned(), person),
        ]);
        assert_eq!(all.fill(&values), Some(json!({"constant": {}, "list": [7]})));
        assert_eq!(all.paths_to("empty"), [["person", "name"]]);
    }
}
