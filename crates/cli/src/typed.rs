//! The typed command line, and clap's suggestions about it. A command that the protocol server runs has words
//! of its own, which are not this process's.

use std::env;

use clap::{
    CommandFactory,
    error::{ContextKind, ContextValue},
};
use runner::{
    failure::{
        another_word,
        invocation::{Change, Invocation, NextCommand},
    },
    spec::ranges::Ranges,
};

use crate::args::Args;

/// The command that this process was started with; invalid UTF-8 is replaced.
pub(crate) fn invocation() -> Invocation {
    Invocation::new(env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()))
}

/// The correction that clap, or a flag's own rules, suggest.
pub(crate) fn correction(error: &clap::Error) -> Option<NextCommand> {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        Some(ContextValue::Strings(texts)) => texts.first().map(String::as_str),
        _ => None,
    };
    let flag = of(ContextKind::InvalidArg);
    if let (Some(wrong), Some(right)) =
        (of(ContextKind::InvalidSubcommand), of(ContextKind::SuggestedSubcommand))
    {
        return Some(alone(wrong, right));
    }
    if let (Some(wrong), Some(right)) = (flag, of(ContextKind::SuggestedArg)) {
        return Some(alone(wrong, right));
    }
    let wrong = of(ContextKind::InvalidValue)?;
    let flag = flag?.split([' ', '=']).next()?;
    let right = match of(ContextKind::SuggestedValue) {
        Some(right) => right.to_owned(),
        None if flag == "--rows" => Ranges::suggestion(wrong)?,
        None => return None,
    };
    Some(another_word(&[flag], wrong, &right))
}

fn alone(wrong: &str, right: &str) -> NextCommand {
    Change::Word { wrong: wrong.to_owned(), right: right.to_owned() }.into()
}

/// The command that prints help on the typed command.
pub(crate) fn help(invocation: &Invocation) -> String {
    help_of(invocation.words().iter().cloned(), Args::command())
}

fn help_of(typed: impl Iterator<Item = String>, program: clap::Command) -> String {
    let mut known = &program;
    let mut words = vec!["marl"];
    // Flags that all commands have take no value.
    for word in typed.filter(|word| !word.starts_with('-')) {
        let Some(sub) = known.find_subcommand(&word).filter(|sub| sub.get_name() != "help") else { break };
        words.push(sub.get_name());
        known = sub;
    }
    format!("{} --help", words.join(" "))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::help_of;
    use crate::args::Args;

    #[test]
    fn help_is_for_the_intended_command() {
        for (typed, expect) in [
            ("nosuch", "marl --help"),
            ("help exit-codes --json", "marl --help"),
            ("--json --ledger x runs", "marl --help"),
            ("-v enrich --input", "marl enrich --help"),
            ("tools call --params bad", "marl tools call --help"),
            ("runs wait abc", "marl runs wait --help"),
        ] {
            let words = typed.split(' ').map(str::to_owned);
            assert_eq!(help_of(words, Args::command()), expect, "{typed}");
        }
    }
}
