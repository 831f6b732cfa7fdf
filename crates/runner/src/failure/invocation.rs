//! The typed command, and the commands that are derived from it. Errors, plans and runs name the next
//! command, which must run exactly as printed.
//!
//! This module works on words alone. It must not read the process's own arguments: a caller without a command
//! line builds the words that would have meant the same.

use std::path::Path;

use table::{ReadOptions, shell::word};

/// Flags that one process of this program passes to another; no user types them.
const INTERNAL: [&str; 2] = [IN_BACKGROUND, CONFIRMED_ON_STDIN];

/// The flag that marks the child process of `--detach`.
pub const IN_BACKGROUND: &str = "--detached";

/// The flag with which the protocol server announces a background run itself: the run waits for a line on
/// stdin.
pub const CONFIRMED_ON_STDIN: &str = "--confirmed-on-stdin";

/// A command, as the words after the program's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invocation {
    words: Vec<String>,
}

/// A command that helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextCommand {
    /// This command, unchanged.
    Whole(String),
    /// The typed command, changed.
    Changed(Change),
    /// The first of these that can be derived.
    FirstOf(Vec<Self>),
}

/// A change of the typed command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Adds a flag with its value.
    Flag {
        /// The flag.
        flag: &'static str,
        /// Its value, unquoted.
        value: String,
        /// Adds the flag only if this flag was not given.
        unless: Option<&'static str>,
    },
    /// Adds flags, quoted for a shell.
    Flags(String),
    /// Replaces the value of a flag, or adds the flag.
    Value {
        /// The flag.
        flag: &'static str,
        /// Its value, unquoted.
        value: String,
    },
    /// Removes a flag.
    Without {
        /// The flag.
        flag: &'static str,
        /// Whether a value follows it.
        has_value: bool,
    },
    /// Replaces a word in the value of one of these flags.
    WordIn {
        /// The flags.
        flags: Vec<String>,
        /// The word that was given.
        wrong: String,
        /// The word that was meant.
        right: String,
    },
    /// Replaces a word that stands alone.
    Word {
        /// The word that was given.
        wrong: String,
        /// The word that was meant.
        right: String,
    },
    /// Runs another subcommand with the same arguments.
    Subcommand {
        /// The subcommand.
        name: &'static str,
        /// Flags that are removed with their values.
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
    /// Adds a flag.
    pub fn flag(flag: &'static str, value: impl Into<String>) -> Self {
        Self::Flag { flag, value: value.into(), unless: None }
    }

    /// Replaces the value of a flag.
    pub fn value(flag: &'static str, value: impl Into<String>) -> Self {
        Self::Value { flag, value: value.into() }
    }

    /// Runs `marl plan` with the same arguments, without these flags.
    pub fn plan(without: &'static [&'static str]) -> Self {
        Self::Subcommand { name: "plan", without, more: "" }
    }
}

impl Invocation {
    /// A command from the words after the program's name.
    pub fn new(words: impl IntoIterator<Item = String>) -> Self {
        Self { words: words.into_iter().filter(|word| !INTERNAL.contains(&word.as_str())).collect() }
    }

    /// The words.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The command, quoted for a shell.
    pub fn command(&self) -> String {
        joined(&self.words)
    }

    /// The command that helps; `None` if it cannot be derived from this one.
    pub fn next(&self, next: &NextCommand) -> Option<String> {
        match next {
            NextCommand::Whole(command) => Some(command.clone()),
            NextCommand::Changed(change) => self.changed(change),
            NextCommand::FirstOf(all) => all.iter().find_map(|next| self.next(next)),
        }
    }

    /// This command with a change; `None` if it lacks what would change.
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

    /// This command as another subcommand, without some flags and their values.
    pub(crate) fn as_subcommand(&self, name: &str, without: &[&str]) -> String {
        other_command(&self.words, name, without)
    }

    /// Whether a flag was given.
    pub fn has(&self, flag: &str) -> bool {
        self.words.iter().any(|word| word == flag || word.starts_with(&format!("{flag}=")))
    }

    /// The command with added words, before `--`: a flag after `--` would not be read as one.
    fn with_words(&self, more: &[&str]) -> String {
        let mut words = self.words.clone();
        let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
        words.splice(end..end, more.iter().map(|word| (*word).to_owned()));
        joined(&words)
    }

    /// The command with a word that stands alone replaced, once.
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

/// A flag with its value, quoted for a shell.
pub fn flag(name: &str, value: &str) -> String {
    let sign = if value.starts_with('-') { '=' } else { ' ' };
    format!("{name}{sign}{}", word(value))
}

/// The words of a command over this table, ready for more flags.
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
    // A new option does not compile here until it has a flag: the flags are part of a plan's hash.
    let ReadOptions {
        delimiter,
        encoding,
        header_line,
        skip_footer,
        no_header,
        pad_rows,
        name_columns,
        cancellation: _,
    } = reading;
    let delimiter = delimiter.map(|byte| match byte {
        b'\t' => "\\t".to_owned(),
        byte => char::from(byte).to_string(),
    });
    let values = [
        ("--delimiter", delimiter),
        ("--encoding", encoding.map(|encoding| encoding.name().to_lowercase())),
        ("--header-line", header_line.map(|line| line.to_string())),
        ("--skip-footer", skip_footer.map(|lines| lines.to_string())),
    ];
    let switches =
        [("--no-header", *no_header), ("--pad-rows", *pad_rows), ("--name-columns", *name_columns)];
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

/// The value with a word replaced, if the word occurs once and is not a part of another word.
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

/// A command as another subcommand, without some flags and their values.
fn other_command(words: &[String], subcommand: &str, without: &[&str]) -> String {
    let mut all = vec!["marl".to_owned(), subcommand.to_owned()];
    // A flag that is added after `--` would not be read as one.
    let mut given = words.iter().filter(|word| *word != "--").peekable();
    while let Some(flag) = given.next_if(|word| word.starts_with('-')) {
        all.push(word(flag));
    }
    // Skips the subcommand that was given.
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
mod tests;
