//! Matches the tokens beside a number against lists of phrases. The lookup is fast, because `columns` reads
//! every cell of a table as a number. This module must not know what the phrases mean.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    Token,
    words::{AFTER, BEFORE, DATES, THINGS},
};

/// Phrases, grouped by their first word.
pub(super) struct Phrases(HashMap<&'static str, Vec<Vec<&'static str>>>);

/// Phrases that may precede a number.
pub(super) fn before_and_things() -> &'static Phrases {
    static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(&[BEFORE, THINGS]));
    &PHRASES
}

/// Phrases that may follow a number, including the counted things.
pub(super) fn after_and_things() -> &'static Phrases {
    static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(&[AFTER, THINGS]));
    &PHRASES
}

/// Phrases that may follow a number and its counted thing.
pub(super) fn after() -> &'static Phrases {
    static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(&[AFTER]));
    &PHRASES
}

/// Phrases that introduce the date of a count.
pub(super) fn dates() -> &'static Phrases {
    static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(&[DATES]));
    &PHRASES
}

impl Phrases {
    fn of(lists: &[&[&'static str]]) -> Self {
        let mut by_first: HashMap<&'static str, Vec<Vec<&'static str>>> = HashMap::new();
        for phrase in lists.iter().flat_map(|list| *list) {
            let words: Vec<&str> = phrase.split(' ').collect();
            by_first.entry(words[0]).or_default().push(words);
        }
        Self(by_first)
    }

    /// Skips consecutive phrases at the start of the tokens.
    pub(super) fn skip(&self, rest: &mut &[Token<'_>]) {
        while let Some(length) = self.longest(rest) {
            *rest = &rest[length..];
        }
    }

    /// The length in tokens of the longest phrase at the start of the tokens.
    pub(super) fn longest(&self, tokens: &[Token<'_>]) -> Option<usize> {
        let mut sign = [0; 4];
        let first = match tokens.first()? {
            Token::Word(word) => *word,
            Token::Sign(character) => character.encode_utf8(&mut sign),
            Token::Number(_) => return None,
        };
        let fits = |phrase: &&Vec<&str>| {
            tokens.len() >= phrase.len() && tokens.iter().zip(*phrase).all(|(token, part)| is(token, part))
        };
        self.0.get(first)?.iter().filter(fits).map(Vec::len).max()
    }
}

fn is(token: &Token<'_>, part: &str) -> bool {
    match token {
        Token::Word(word) => *word == part,
        Token::Sign(sign) => part.chars().eq([*sign]),
        Token::Number(_) => false,
    }
}
