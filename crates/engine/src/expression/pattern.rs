//! `matches`: a pattern is compiled once, and matched for every row. This module knows no columns.

use std::any::Any;

use cel::{
    ExecutionError,
    common::{
        types::{CelBool, CelString, Type},
        value::{CowVal, StaticVal, Val},
    },
};
use marl_core::excerpt;
use regex::Regex;

use super::functions;

pub(super) const TYPE: Type = Type::new_unspecified_type("pattern");
static TYPE_OF_ALL: Type = TYPE;

/// A compiled pattern, as the value of a variable.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Regex);

impl Pattern {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        Regex::new(text).map(Self).map_err(|error| {
            // The last line of the message is the reason; the lines before it draw the position.
            let why = error.to_string();
            let why = why
                .lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: ")
                .trim_end_matches('.')
                .to_owned();
            format!("`{}` is not a pattern: {}", excerpt(text, 60), excerpt(&why, 100))
        })
    }
}

impl Val for Pattern {
    fn get_type(&self) -> &Type {
        Self::cel_type()
    }

    fn cel_type() -> &'static Type {
        &TYPE_OF_ALL
    }

    fn equals(&self, _: &dyn Val) -> bool {
        false
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Pattern {}

/// Whether the first argument, a text, matches the second, a pattern or its text.
pub(super) fn matches<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let text = functions::text(&arguments);
    let found = match arguments[1].downcast_ref::<Pattern>() {
        Some(pattern) => pattern.0.is_match(text),
        None => {
            let pattern = arguments[1].downcast_ref::<CelString>().map_or("", |pattern| pattern.inner());
            let pattern =
                Pattern::new(pattern).map_err(|why| ExecutionError::function_error("matches", why))?;
            pattern.0.is_match(text)
        }
    };
    Ok(CowVal::owned(CelBool::from(found)))
}
