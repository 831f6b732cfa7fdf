//! The command as its caller gave it, and the commands that are made from it: errors, plans and
//! runs name the next one, which must run as it stands.
//!
//! It works on words alone. It must not read the process's own arguments: a caller without a
//! command line makes up the words that would have said the same.

use std::path::Path;

use table::{ReadOptions, shell::word};

/// Flags that one process of this program gives to another; nobody types them.
const INTERNAL: [&str; 2] = [IN_BACKGROUND, TOLD_ON_STDIN];

/// The flag that a run in the background is started with beside `--detach`.
pub const IN_BACKGROUND: &str = "--detached";

/// The flag with which the protocol server keeps to itself when a run in the background begins.
pub const TOLD_ON_STDIN: &str = "--told-on-stdin";

/// A command, as the words after the program's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invocation {
    words: Vec<String>,
}

/// A command that helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextCommand {
    /// This one, as it stands.
    Whole(String),
    /// The command that was given, changed.
    Changed(Change),
    /// The first of these that can be made.
    FirstOf(Vec<Self>),
}

/// A change of the command that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// One flag more, with its value.
    Flag {
        /// The flag.
        flag: &'static str,
        /// Its value, as it is meant.
        value: String,
        /// Only where this flag was not given.
        unless: Option<&'static str>,
    },
    /// Flags more, as words of a shell.
    Flags(String),
    /// Another value for a flag, which is added where it was not given.
    Value {
        /// The flag.
        flag: &'static str,
        /// Its value, as it is meant.
        value: String,
    },
    /// Without a flag.
    Without {
        /// The flag.
        flag: &'static str,
        /// Whether a value follows it.
        has_value: bool,
    },
    /// Another word in the value of one of these flags.
    WordIn {
        /// The flags.
        flags: Vec<String>,
        /// What was given.
        wrong: String,
        /// What was meant.
        right: String,
    },
    /// Another word in place of one that stands alone.
    Word {
        /// What was given.
        wrong: String,
        /// What was meant.
        right: String,
    },
    /// Another subcommand with the same arguments.
    Subcommand {
        /// The subcommand.
        name: &'static str,
        /// Flags that are left out, each with its value.
        without: &'static [&'static str],
        /// Words that are added at the end.
        more: &'static str,
    },
}

impl From<String> for NextCommand {
    fn from(command: String) -> Self {
        Self::Whole(command)
    }
}

impl From<&str> for NextCommand {
    fn from(command: &str) -> Self {
        Self::Whole(command.to_owned())
    }
}

impl From<Change> for NextCommand {
    fn from(change: Change) -> Self {
        Self::Changed(change)
    }
}

impl Change {
    /// One flag more.
    pub fn flag(flag: &'static str, value: impl Into<String>) -> Self {
        Self::Flag { flag, value: value.into(), unless: None }
    }

    /// Another value for a flag.
    pub fn value(flag: &'static str, value: impl Into<String>) -> Self {
        Self::Value { flag, value: value.into() }
    }

    /// The same arguments for `marl plan`, without these flags.
    pub fn plan(without: &'static [&'static str]) -> Self {
        Self::Subcommand { name: "plan", without, more: "" }
    }
}

impl Invocation {
    /// A command of these words, which stand after the program's name.
    pub fn new(words: impl IntoIterator<Item = String>) -> Self {
        Self { words: words.into_iter().filter(|word| !INTERNAL.contains(&word.as_str())).collect() }
    }

    /// The words.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The command as it can be typed.
    pub fn command(&self) -> String {
        joined(&self.words)
    }

    /// The command that helps; `None` where it cannot be made from this one.
    pub fn next(&self, next: &NextCommand) -> Option<String> {
        match next {
            NextCommand::Whole(command) => Some(command.clone()),
            NextCommand::Changed(change) => self.changed(change),
            NextCommand::FirstOf(all) => all.iter().find_map(|next| self.next(next)),
        }
    }

    /// This command with a change; `None` where it does not have what would change.
    pub fn changed(&self, change: &Change) -> Option<String> {
        Some(match change {
            Change::Flag { unless: Some(flag), .. } if self.has(flag) => return None,
            Change::Flag { flag, value, .. } => self.with_words(&[flag, value]),
            Change::Flags(flags) => {
                let flags = shlex::split(flags).unwrap_or_default();
                self.with_words(&flags.iter().map(String::as_str).collect::<Vec<_>>())
            }
            Change::Value { flag, value } => {
                Self { words: without(&self.words, flag) }.with_words(&[flag, value])
            }
            Change::Without { flag, has_value: true } => {
                Self { words: without(&self.words, flag) }.with_words(&[])
            }
            Change::Without { flag, has_value: false } => {
                let words = self.words.iter().filter(|word| word != flag);
                Self { words: words.cloned().collect() }.with_words(&[])
            }
            Change::WordIn { flags, wrong, right } => joined(&in_flags(&self.words, flags, wrong, right)?),
            Change::Word { wrong, right } => self.with_word(wrong, right)?,
            Change::Subcommand { name, without, more } => {
                let command = other_command(&self.words, name, without);
                if more.is_empty() { command } else { format!("{command} {more}") }
            }
        })
    }

    /// This command as another subcommand, without some flags that have a value.
    pub(crate) fn as_subcommand(&self, name: &str, without: &[&str]) -> String {
        other_command(&self.words, name, without)
    }

    /// Whether a flag was given.
    pub fn has(&self, flag: &str) -> bool {
        self.words.iter().any(|word| word == flag || word.starts_with(&format!("{flag}=")))
    }

    /// The command with words more; behind `--` no flag could stand.
    fn with_words(&self, more: &[&str]) -> String {
        let mut words = self.words.clone();
        let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
        words.splice(end..end, more.iter().map(|word| (*word).to_owned()));
        joined(&words)
    }

    /// With another word in place of one that stands alone, once.
    fn with_word(&self, wrong: &str, right: &str) -> Option<String> {
        let mut words = self.words.clone();
        let mut places = words.iter_mut().filter(|word| *word == wrong);
        let place = places.next().filter(|_| places.next().is_none())?;
        *place = right.to_owned();
        Some(joined(&words))
    }
}

fn joined(words: &[String]) -> String {
    std::iter::once("marl".to_owned()).chain(words.iter().map(|one| word(one))).collect::<Vec<_>>().join(" ")
}

/// A flag with its value, as it can be typed.
pub fn flag(name: &str, value: &str) -> String {
    let sign = if value.starts_with('-') { '=' } else { ' ' };
    format!("{name}{sign}{}", word(value))
}

/// A command over a table that is read so, ready for flags.
pub(crate) fn command_over(command: &str, table: &Path, reading: &ReadOptions) -> Vec<String> {
    let path = table.to_string_lossy();
    let dash = if path.starts_with('-') { "./" } else { "" };
    let mut all = vec!["marl".to_owned(), command.to_owned(), word(&format!("{dash}{path}"))];
    all.extend(reading_flags(reading).into_iter().map(|(name, value)| match value {
        Some(value) => flag(name, &value),
        None => name.to_owned(),
    }));
    all
}

/// The flags that say how a table is read, each with its value.
pub(crate) fn reading_flags(reading: &ReadOptions) -> Vec<(&'static str, Option<String>)> {
    let delimiter = reading.delimiter.map(|byte| match byte {
        b'\t' => "\\t".to_owned(),
        byte => char::from(byte).to_string(),
    });
    let values = [
        ("--delimiter", delimiter),
        ("--encoding", reading.encoding.map(|encoding| encoding.name().to_lowercase())),
        ("--header-line", reading.header_line.map(|line| line.to_string())),
        ("--skip-footer", reading.skip_footer.map(|lines| lines.to_string())),
    ];
    let switches = [
        ("--no-header", reading.no_header),
        ("--pad-rows", reading.pad_rows),
        ("--name-columns", reading.name_columns),
    ];
    let values = values.into_iter().filter(|(_, value)| value.is_some());
    let switches = switches.into_iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| (flag, None));
    values.chain(switches).collect()
}

fn in_flags(words: &[String], flags: &[String], wrong: &str, right: &str) -> Option<Vec<String>> {
    let mut words = words.to_vec();
    let mut is_found = false;
    let mut is_value = false;
    for word in &mut words {
        let joined = flags.iter().find_map(|flag| word.strip_prefix(&format!("{flag}=")));
        let (start, value) = match joined {
            Some(value) => (word.len() - value.len(), value.to_owned()),
            None => (0, word.clone()),
        };
        if (std::mem::replace(&mut is_value, flags.contains(word)) || joined.is_some())
            && let Some(corrected) = replaced(&value, wrong, right)
        {
            word.replace_range(start.., &corrected);
            is_found = true;
        }
    }
    is_found.then_some(words)
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
fn without(words: &[String], flag: &str) -> Vec<String> {
    let joined = format!("{flag}=");
    let mut is_value = false;
    let kept = words.iter().filter(|word| {
        let is_left_out = std::mem::replace(&mut is_value, *word == flag);
        !is_left_out && !is_value && !word.starts_with(&joined)
    });
    kept.cloned().collect()
}

/// A command as another subcommand, without some flags that have a value.
fn other_command(words: &[String], subcommand: &str, without: &[&str]) -> String {
    let mut all = vec!["marl".to_owned(), subcommand.to_owned()];
    // After `--` no flag could be added.
    let mut given = words.iter().filter(|word| *word != "--").peekable();
    while let Some(flag) = given.next_if(|word| word.starts_with('-')) {
        all.push(word(flag));
    }
    // The subcommand that was given.
    given.next();
    while let Some(one) = given.next() {
        if without.contains(&one.as_str()) {
            given.next();
        } else if !without.iter().any(|flag| one.starts_with(&format!("{flag}="))) {
            all.push(word(one));
        }
    }
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &str) -> Invocation {
        Invocation::new(words.split(' ').map(str::to_owned))
    }

    #[test]
    fn flags_are_added_where_they_are_read() {
        for (given, expect) in [
            ("columns a.csv --json", "marl columns a.csv --json --name-columns"),
            ("columns --json -- -x.csv", "marl columns --json --name-columns -- -x.csv"),
        ] {
            let changed = of(given).changed(&Change::Flags("--name-columns".to_owned()));
            assert_eq!(changed.as_deref(), Some(expect), "{given}");
        }
    }

    #[test]
    fn a_flag_is_added_unless_another_is_there() {
        let change =
            Change::Flag { flag: "--column-type", value: "a=integer".into(), unless: Some("--recipe") };
        assert_eq!(
            of("plan -i t.csv").changed(&change).unwrap(),
            "marl plan -i t.csv --column-type a=integer"
        );
        assert_eq!(of("plan --recipe=r.toml").changed(&change), None);
    }

    #[test]
    fn a_flag_is_left_out_with_its_value() {
        for (given, expect) in [
            ("plan --integrations a,b --input x", "marl plan --input x"),
            ("plan --integrations=a --integrations b --input x", "marl plan --input x"),
            ("plan --input x --integrations", "marl plan --input x"),
        ] {
            let change = Change::Without { flag: "--integrations", has_value: true };
            assert_eq!(of(given).changed(&change).as_deref(), Some(expect), "{given}");
        }
    }

    #[test]
    fn a_word_of_a_value_is_replaced() {
        for (given, flags, wrong, right, expect) in [
            (
                "plan --want ceo_nam,headline",
                vec!["--want"],
                "ceo_nam",
                "ceo_name",
                Some("marl plan --want ceo_name,headline"),
            ),
            ("plan --want=a,b --map b=c", vec!["--want"], "b", "x", Some("marl plan --want=a,x --map b=c")),
            (
                "plan --map one.in=Web --map two.in=Web",
                vec!["--map"],
                "Web",
                "Site",
                Some("marl plan --map one.in=Site --map two.in=Site"),
            ),
            (
                "plan -i lead.csv",
                vec!["--input", "-i"],
                "lead.csv",
                "leads.csv",
                Some("marl plan -i leads.csv"),
            ),
            ("plan --integrations find_coe2", vec!["--integrations"], "find_coe", "find_ceo", None),
            ("plan --integrations a|a", vec!["--integrations"], "a", "b", None),
            ("plan --other a", vec!["--want"], "a", "b", None),
            ("plan --want", vec!["--want"], "a", "b", None),
        ] {
            let change = Change::WordIn {
                flags: flags.into_iter().map(str::to_owned).collect(),
                wrong: wrong.into(),
                right: right.into(),
            };
            assert_eq!(of(given).changed(&change).as_deref(), expect, "{given}");
        }
    }

    #[test]
    fn another_subcommand_of_the_same_words() {
        for (given, expect) in [
            ("plan --input a.csv --json", "marl enrich --input a.csv --json"),
            ("--json -v plan --input a.csv", "marl enrich --json -v --input a.csv"),
            ("plan --plan x --plan=y --input plan", "marl enrich --input plan"),
            ("plan", "marl enrich"),
            ("plan --input =a.csv --json --", "marl enrich --input '=a.csv' --json"),
            ("plan --detached --input a.csv", "marl enrich --input a.csv"),
        ] {
            assert_eq!(of(given).as_subcommand("enrich", &["--plan"]), expect, "{given}");
        }
    }

    #[test]
    fn the_first_command_that_can_be_made_helps() {
        let next = NextCommand::FirstOf(vec![
            Change::WordIn { flags: vec!["--want".to_owned()], wrong: "a".into(), right: "b".into() }.into(),
            "marl columns t.csv".into(),
        ]);
        assert_eq!(of("plan --want a").next(&next).as_deref(), Some("marl plan --want b"));
        assert_eq!(of("plan --map x=a").next(&next).as_deref(), Some("marl columns t.csv"));
    }
}
