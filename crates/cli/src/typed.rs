//! The command line as it was typed, and what clap takes it to mean. The words of a command that the
//! protocol server runs are not this process's own.

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

/// The command that this process was started with; what is not UTF-8 is shown as far as it is.
pub(crate) fn invocation() -> Invocation {
    Invocation::new(env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()))
}

/// The word that clap, or a flag's own rules, takes for the one that was meant.
pub(crate) fn meant(error: &clap::Error) -> Option<NextCommand> {
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
        None if flag == "--rows" => Ranges::meant(wrong)?,
        None => return None,
    };
    Some(another_word(&[flag], wrong, &right))
}

fn alone(wrong: &str, right: &str) -> NextCommand {
    Change::Word { wrong: wrong.to_owned(), right: right.to_owned() }.into()
}

/// The command that asks for help with the one that was typed.
pub(crate) fn help(invocation: &Invocation) -> String {
    help_of(invocation.words().iter().cloned(), Args::command())
}

fn help_of(typed: impl Iterator<Item = String>, program: clap::Command) -> String {
    let mut known = &program;
    let mut words = vec!["marl"];
    // Flags of all commands have no value.
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
    fn help_is_asked_of_the_command_that_was_meant() {
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
