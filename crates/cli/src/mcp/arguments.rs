//! A tool's arguments, derived from the definition of the command line: whatever can be typed can be passed
//! under the same name, and a new flag needs no second definition. This module runs nothing.

use std::any::TypeId;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, CommandFactory};
use serde_json::{Value as Json, json};

use super::translate;
use crate::args::Args;

/// The kind of value that an argument takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// A text that names a file, which must be within the server's folders.
    Path,
    Whole,
    Amount,
    Flag,
    Texts,
    /// A flag with optional names: `true` means all of them.
    FlagOrTexts,
}

/// One argument of a tool.
#[derive(Debug, Clone)]
pub(super) struct Argument {
    pub(super) name: String,
    /// The argument's id in clap.
    id: String,
    pub(super) kind: Kind,
    pub(super) is_required: bool,
    /// Whether it is a positional argument rather than a flag.
    is_positional: bool,
    /// The flag, including its dashes.
    flag: String,
    about: String,
    /// The allowed texts; empty if any text is allowed.
    choices: Vec<String>,
}

impl Argument {
    /// An argument without a flag in the tool's command.
    pub(super) fn own(name: &str, kind: Kind, is_required: bool, about: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: name.to_owned(),
            kind,
            is_required,
            is_positional: false,
            flag: String::new(),
            about: about.to_owned(),
            choices: Vec::new(),
        }
    }

    fn of(arg: &Arg) -> Self {
        let flag = arg.get_long().map(|long| format!("--{long}"));
        let name = arg.get_long().unwrap_or(arg.get_id().as_str()).replace('-', "_");
        Self {
            kind: kind(arg),
            is_required: arg.is_required_set(),
            is_positional: arg.is_positional(),
            flag: flag.unwrap_or_default(),
            about: arg.get_help().map(ToString::to_string).unwrap_or_default(),
            choices: choices(arg),
            id: arg.get_id().to_string(),
            name,
        }
    }

    /// The schema of the argument, for clients.
    pub(super) fn schema(&self) -> Json {
        let texts = || json!({ "type": "array", "items": { "type": "string" } });
        let mut schema = match self.kind {
            Kind::Text | Kind::Path => json!({ "type": "string" }),
            Kind::Whole => json!({ "type": "integer", "minimum": 0 }),
            Kind::Amount => json!({ "type": "number", "minimum": 0 }),
            Kind::Flag => json!({ "type": "boolean" }),
            Kind::Texts => texts(),
            Kind::FlagOrTexts => json!({ "anyOf": [{ "type": "boolean" }, texts()] }),
        };
        schema["description"] = translate::text(&self.about).into();
        if !self.choices.is_empty() {
            schema["enum"] = self.choices.clone().into();
        }
        schema
    }

    /// Whether this is the argument for one of the command line, given clap's id or the flag.
    pub(super) fn is_for(&self, id: &str) -> bool {
        self.id == id || (!self.flag.is_empty() && self.flag == id)
    }

    /// The value for these words of a command line: the inverse of [`Self::words`].
    pub(super) fn value(&self, words: &[&str]) -> Option<Json> {
        Some(match (self.kind, words) {
            (Kind::Flag, _) | (Kind::FlagOrTexts, []) => true.into(),
            (Kind::Texts | Kind::FlagOrTexts, _) => words.into(),
            (Kind::Text | Kind::Path, [.., text]) => (*text).into(),
            (Kind::Whole, [.., number]) => number.parse::<u64>().ok()?.into(),
            (Kind::Amount, [.., number]) => number.parse::<f64>().ok()?.into(),
            _ => return None,
        })
    }

    /// The values that it takes, as text, if `value` is not one of them.
    pub(super) fn refusal(&self, value: &Json) -> Option<String> {
        let are_texts =
            |value: &Json| value.as_array().is_some_and(|items| items.iter().all(Json::is_string));
        let (fits, what) = match self.kind {
            Kind::Text | Kind::Path => (value.is_string(), "a text"),
            Kind::Whole => (value.is_u64(), "a whole number from 0"),
            Kind::Amount => (value.as_f64().is_some_and(|amount| amount >= 0.0), "a number from 0"),
            Kind::Flag => (value.is_boolean(), "true or false"),
            Kind::Texts => (are_texts(value), "a list of texts"),
            Kind::FlagOrTexts => (value.is_boolean() || are_texts(value), "true, or a list of texts"),
        };
        if !fits {
            return Some(what.to_owned());
        }
        let chosen = value.as_str().filter(|_| !self.choices.is_empty())?;
        let is_known = self.choices.iter().any(|choice| choice == chosen);
        (!is_known).then(|| format!("one of {}", self.choices.join(", ")))
    }

    /// The words for the command line. `--flag=value` is a single word, so that no value can become a flag.
    pub(super) fn words(&self, value: &Json) -> Vec<String> {
        let flag = &self.flag;
        if flag.is_empty() && !self.is_positional {
            return Vec::new();
        }
        match value {
            Json::Bool(true) => vec![flag.clone()],
            Json::String(text) if self.is_positional => vec![not_a_flag(text)],
            Json::Number(number) if self.is_positional => vec![number.to_string()],
            Json::String(text) => vec![format!("{flag}={text}")],
            Json::Number(number) => vec![format!("{flag}={number}")],
            Json::Array(items) => {
                items.iter().filter_map(Json::as_str).map(|text| format!("{flag}={text}")).collect()
            }
            Json::Null | Json::Bool(false) | Json::Object(_) => Vec::new(),
        }
    }
}

/// A path as a positional argument.
fn not_a_flag(path: &str) -> String {
    if path.starts_with('-') { format!("./{path}") } else { path.to_owned() }
}

/// The arguments of a command, without those that all commands have.
pub(super) fn for_command(words: &[&str]) -> Vec<Argument> {
    let mut command: Command = Args::command();
    for word in words {
        command = command.find_subcommand(word).cloned().unwrap_or_default();
    }
    let theirs = command.get_arguments().filter(|arg| !arg.is_hide_set() && !arg.is_global_set());
    theirs.map(Argument::of).collect()
}

fn kind(arg: &Arg) -> Kind {
    let holds = arg.get_value_parser().type_id();
    let is = |kind: TypeId| holds == kind;
    let wholes = [TypeId::of::<u64>(), TypeId::of::<u32>(), TypeId::of::<usize>(), TypeId::of::<i64>()];
    match arg.get_action() {
        ArgAction::SetTrue => Kind::Flag,
        ArgAction::Append if arg.get_num_args().is_some_and(|count| count.min_values() == 0) => {
            Kind::FlagOrTexts
        }
        ArgAction::Append => Kind::Texts,
        _ if is(TypeId::of::<PathBuf>()) => Kind::Path,
        _ if is(TypeId::of::<f64>()) => Kind::Amount,
        _ if wholes.into_iter().any(is) => Kind::Whole,
        _ => Kind::Text,
    }
}

fn choices(arg: &Arg) -> Vec<String> {
    if kind(arg) != Kind::Text {
        return Vec::new();
    }
    arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argument(command: &[&str], name: &str) -> Argument {
        for_command(command).into_iter().find(|argument| argument.name == name).unwrap()
    }

    #[test]
    fn the_command_line_defines_what_an_argument_takes() {
        for (command, name, kind) in [
            (&["enrich"] as &[&str], "input", Kind::Path),
            (&["enrich"], "recipe", Kind::Path),
            (&["enrich"], "max_calls", Kind::Whole),
            (&["enrich"], "max_cost", Kind::Amount),
            (&["enrich"], "refresh", Kind::FlagOrTexts),
            (&["enrich"], "where", Kind::Texts),
            (&["enrich"], "raw_cells", Kind::Flag),
            (&["enrich"], "delimiter", Kind::Text),
            (&["runs", "stop"], "id", Kind::Whole),
        ] {
            assert_eq!(argument(command, name).kind, kind, "{name}");
        }
        let existing = argument(&["enrich"], "existing");
        assert_eq!(existing.schema()["enum"], json!(["keep", "overwrite", "fail"]));
        assert_eq!(existing.refusal(&json!("Keep")).unwrap(), "one of keep, overwrite, fail");
        assert_eq!(existing.refusal(&json!("keep")), None);
    }

    #[test]
    fn no_value_becomes_a_flag() {
        let words = |name, value| argument(&["rows"], name).words(&value);
        assert_eq!(words("table", json!("--help")), ["./--help"]);
        assert_eq!(words("columns", json!(["--json", "b"])), ["--columns=--json", "--columns=b"]);
        assert_eq!(words("filter", json!("--full")), ["--filter=--full"]);
        assert_eq!(words("full", json!(false)), [""; 0]);
        let refresh = argument(&["enrich"], "refresh");
        assert_eq!(refresh.words(&json!(true)), ["--refresh"]);
        assert_eq!(refresh.words(&json!(["a", "b"])), ["--refresh=a", "--refresh=b"]);
        assert!(refresh.words(&json!([])).is_empty());
    }
}
