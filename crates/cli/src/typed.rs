//! The command line as it was typed, and commands made from it: errors and plans name the next
//! one, which must run as it stands.

use std::{env, path::Path};

use clap::{
    CommandFactory,
    error::{ContextKind, ContextValue},
};
pub(crate) use table::shell::word;

use crate::{
    args::{Args, TableArgs},
    pick::Ranges,
};

/// The flag that a run in the background is started with beside `--detach`.
pub(crate) const IN_BACKGROUND: &str = "--detached";

/// The flag with which the protocol server keeps to itself when a run in the background begins.
pub(crate) const TOLD_ON_STDIN: &str = "--told-on-stdin";

/// Whether nobody types this flag: one process of this program gives it to another.
fn is_internal(word: &str) -> bool {
    [IN_BACKGROUND, TOLD_ON_STDIN].contains(&word)
}

/// The words after the program's name; what is no UTF-8 is shown as far as it is.
pub(crate) fn words() -> impl Iterator<Item = String> {
    env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned())
}

/// This command.
pub(crate) fn command() -> String {
    let words = words().filter(|word| !is_internal(word));
    std::iter::once("marl".to_owned()).chain(words.map(|one| word(&one))).collect::<Vec<_>>().join(" ")
}

/// A command with its table, ready for flags.
pub(crate) fn command_over(command: &str, table: &Path, reading: &TableArgs) -> Vec<String> {
    let path = table.to_string_lossy();
    let dash = if path.starts_with('-') { "./" } else { "" };
    let mut all = vec!["marl".to_owned(), command.to_owned(), word(&format!("{dash}{path}"))];
    all.extend(reading.flags().into_iter().map(|(name, value)| match value {
        Some(value) => flag(name, &value),
        None => name.to_owned(),
    }));
    all
}

/// A flag with its value, as it can be typed.
pub(crate) fn flag(name: &str, value: &str) -> String {
    let sign = if value.starts_with('-') { '=' } else { ' ' };
    format!("{name}{sign}{}", word(value))
}

/// This command with one flag more.
pub(crate) fn with_flag(flag: &str, value: &str) -> String {
    with_words(words(), &[flag, value])
}

/// This command with flags more, which are words of a shell already.
pub(crate) fn with_flags(flags: &str) -> String {
    let flags = shlex::split(flags).unwrap_or_default();
    with_words(words(), &flags.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The command with words more; behind `--` no flag could stand.
fn with_words(typed: impl Iterator<Item = String>, more: &[&str]) -> String {
    let mut words: Vec<String> = typed.filter(|word| !is_internal(word)).collect();
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    words.splice(end..end, more.iter().map(|word| (*word).to_owned()));
    std::iter::once("marl".to_owned()).chain(words.iter().map(|one| word(one))).collect::<Vec<_>>().join(" ")
}

/// This command with another value for a flag, which is added if it was not typed.
pub(crate) fn with_value(flag: &str, value: &str) -> String {
    with_words(without(words(), flag), &[flag, value])
}

/// This command without a flag and its value, which follows if it `has_value`.
pub(crate) fn without_flag(flag: &str, has_value: bool) -> String {
    if has_value {
        with_words(without(words(), flag), &[])
    } else {
        with_words(words().filter(|word| word != flag), &[])
    }
}

/// This command with another word in the value of one of these flags; `None` where none of them has it.
pub(crate) fn with_word_in(flags: &[&str], wrong: &str, right: &str) -> Option<String> {
    let typed = in_flags(words().collect(), flags, wrong, right)?;
    Some(with_words(typed.into_iter(), &[]))
}

/// This command with another word in place of one that stands alone.
pub(crate) fn with_word(wrong: &str, right: &str) -> Option<String> {
    let mut typed: Vec<String> = words().collect();
    let mut places = typed.iter_mut().filter(|word| *word == wrong);
    let place = places.next().filter(|_| places.next().is_none())?;
    *place = right.to_owned();
    Some(with_words(typed.into_iter(), &[]))
}

/// This command with the word that clap, or a flag's own rules, takes for the one that was meant.
pub(crate) fn mended(error: &clap::Error) -> Option<String> {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        Some(ContextValue::Strings(texts)) => texts.first().map(String::as_str),
        _ => None,
    };
    let flag = of(ContextKind::InvalidArg);
    if let (Some(wrong), Some(right)) =
        (of(ContextKind::InvalidSubcommand), of(ContextKind::SuggestedSubcommand))
    {
        return with_word(wrong, right);
    }
    if let (Some(wrong), Some(right)) = (flag, of(ContextKind::SuggestedArg)) {
        return with_word(wrong, right);
    }
    let wrong = of(ContextKind::InvalidValue)?;
    let flag = flag?.split([' ', '=']).next()?;
    let right = match of(ContextKind::SuggestedValue) {
        Some(right) => right.to_owned(),
        None if flag == "--rows" => Ranges::meant(wrong)?,
        None => return None,
    };
    with_word_in(&[flag], wrong, &right).or_else(|| with_word(wrong, &right))
}

/// Whether a flag was typed.
pub(crate) fn has(flag: &str) -> bool {
    words().any(|word| word == flag || word.starts_with(&format!("{flag}=")))
}

fn in_flags(mut typed: Vec<String>, flags: &[&str], wrong: &str, right: &str) -> Option<Vec<String>> {
    let mut is_found = false;
    let mut is_value = false;
    for word in &mut typed {
        let joined = flags.iter().find_map(|flag| word.strip_prefix(&format!("{flag}=")));
        let (start, value) = match joined {
            Some(value) => (word.len() - value.len(), value.to_owned()),
            None => (0, word.clone()),
        };
        if (std::mem::replace(&mut is_value, flags.contains(&word.as_str())) || joined.is_some())
            && let Some(mended) = replaced(&value, wrong, right)
        {
            word.replace_range(start.., &mended);
            is_found = true;
        }
    }
    is_found.then_some(typed)
}

/// The value with a word of it replaced, if it stands there once and is not a part of another word.
fn replaced(value: &str, wrong: &str, right: &str) -> Option<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let begins = wrong.starts_with(is_part);
    let ends = wrong.ends_with(is_part);
    let stands_alone = |at: &usize| {
        let (before, after) = (&value[..*at], &value[at + wrong.len()..]);
        !(begins && before.ends_with(is_part) || ends && after.starts_with(is_part))
    };
    let mut places = value.match_indices(wrong).map(|(at, _)| at).filter(stands_alone);
    let at = places.next().filter(|_| !wrong.is_empty() && places.next().is_none())?;
    Some([&value[..at], right, &value[at + wrong.len()..]].concat())
}

/// The words without a flag and its values.
fn without(typed: impl Iterator<Item = String>, flag: &str) -> impl Iterator<Item = String> {
    let joined = format!("{flag}=");
    let mut is_value = false;
    let words: Vec<String> = typed
        .filter(|word| {
            let is_left_out = std::mem::replace(&mut is_value, word == flag);
            !is_left_out && !is_value && !word.starts_with(&joined)
        })
        .collect();
    words.into_iter()
}

/// The command that asks for help with the one that was typed.
pub(crate) fn help() -> String {
    help_of(words(), Args::command())
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

/// This command as another subcommand, without some flags that have a value.
pub(crate) fn as_command(subcommand: &str, without: &[&str]) -> String {
    other_command(words(), subcommand, without)
}

/// A typed or recorded command as another subcommand, without some flags that have a value.
pub(crate) fn other_command(
    typed: impl Iterator<Item = String>,
    subcommand: &str,
    without: &[&str],
) -> String {
    let mut words = vec!["marl".to_owned(), subcommand.to_owned()];
    // After `--` no flag could be added.
    let mut typed = typed.filter(|word| !is_internal(word) && word != "--");
    let flags = typed.by_ref().take_while(|word| word.starts_with('-'));
    words.extend(flags.map(|flag| word(&flag)));
    while let Some(one) = typed.next() {
        if without.contains(&one.as_str()) {
            typed.next();
        } else if !without.iter().any(|flag| one.starts_with(&format!("{flag}="))) {
            words.push(word(&one));
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{help_of, in_flags, other_command, with_words, without};
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

    #[test]
    fn flags_are_added_where_they_are_read() {
        for (typed, expect) in [
            ("columns a.csv --json", "marl columns a.csv --json --name-columns"),
            ("columns --json -- -x.csv", "marl columns --json --name-columns -- -x.csv"),
        ] {
            let words = typed.split(' ').map(str::to_owned);
            assert_eq!(with_words(words, &["--name-columns"]), expect, "{typed}");
        }
    }

    #[test]
    fn a_flag_is_left_out_with_its_value() {
        for (typed, expect) in [
            ("plan --integrations a,b --input x", "plan --input x"),
            ("plan --integrations=a --integrations b --input x", "plan --input x"),
            ("plan --input x --integrations", "plan --input x"),
        ] {
            let words = without(typed.split(' ').map(str::to_owned), "--integrations");
            assert_eq!(words.collect::<Vec<_>>().join(" "), expect, "{typed}");
        }
    }

    #[test]
    fn a_word_of_a_value_is_replaced() {
        for (typed, flags, wrong, right, expect) in [
            (
                "plan --want ceo_nam,headline",
                &["--want"][..],
                "ceo_nam",
                "ceo_name",
                Some("plan --want ceo_name,headline"),
            ),
            ("plan --want=a,b --map b=c", &["--want"], "b", "x", Some("plan --want=a,x --map b=c")),
            (
                "plan --map one.in=Web --map two.in=Web",
                &["--map"],
                "Web",
                "Site",
                Some("plan --map one.in=Site --map two.in=Site"),
            ),
            ("plan -i lead.csv", &["--input", "-i"], "lead.csv", "leads.csv", Some("plan -i leads.csv")),
            ("plan --integrations find_coe2", &["--integrations"], "find_coe", "find_ceo", None),
            ("plan --integrations a|a", &["--integrations"], "a", "b", None),
            ("plan --other a", &["--want"], "a", "b", None),
            ("plan --want", &["--want"], "a", "b", None),
        ] {
            let words = typed.split(' ').map(str::to_owned).collect();
            let mended = in_flags(words, flags, wrong, right).map(|words| words.join(" "));
            assert_eq!(mended.as_deref(), expect, "{typed}");
        }
    }

    #[test]
    fn another_subcommand_of_the_same_words() {
        for (typed, expect) in [
            ("plan --input a.csv --json", "marl enrich --input a.csv --json"),
            ("--json -v plan --input a.csv", "marl enrich --json -v --input a.csv"),
            ("plan --plan x --plan=y --input plan", "marl enrich --input plan"),
            ("plan", "marl enrich"),
            ("plan --input =a.csv --json --", "marl enrich --input '=a.csv' --json"),
        ] {
            let words = typed.split(' ').map(str::to_owned);
            assert_eq!(other_command(words, "enrich", &["--plan"]), expect, "{typed}");
        }
    }
}
