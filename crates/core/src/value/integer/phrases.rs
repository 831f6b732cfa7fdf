//! Compares what stands beside a number with lists of phrases, quickly: `columns` reads every cell
//! of a table as a number.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    Token,
    words::{AFTER, BEFORE, DATES, THINGS},
};

/// Phrases by their first word.
pub(super) struct Phrases(HashMap<&'static str, Vec<Vec<&'static str>>>);

/// What may stand before a number.
pub(super) fn before_and_things() -> &'static Phrases {
    static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(&[BEFORE, THINGS]));
    &PHRASES
}

/// What may stand after a number.
pub(super) fn after_and_things() -> &'static Phrases {
    static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(&[AFTER, THINGS]));
    &PHRASES
}

/// What may stand after a number and what it counts.
pub(super) fn after() -> &'static Phrases {
    static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(&[AFTER]));
    &PHRASES
}

/// What announces the date of a count.
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

    /// Skips as many phrases as follow each other.
    pub(super) fn skip(&self, rest: &mut &[Token<'_>]) {
        while let Some(length) = self.longest(rest) {
            *rest = &rest[length..];
        }
    }

    /// How many tokens the longest phrase takes that the tokens begin with.
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
