//! Fixed tables of words, with which every cell and every answer is compared. They are built once and
//! looked up by hash, so that a long table costs no more than a short one. This module must not know what
//! the words mean.
//!
//! The hash is a cheap one: a cell may be hostile, but nothing of it is ever put into a table.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use foldhash::fast::FixedState;

/// Words in lower case, and what each means.
pub(crate) type Dictionary<T> = HashMap<&'static str, T, FixedState>;

/// Words in lower case.
pub(crate) type WordSet<W = &'static str> = HashSet<W, FixedState>;

/// A word in lower case, copied only when it is not.
pub(crate) fn in_lower_case(word: &str) -> Cow<'_, str> {
    let is_lower = word.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_copied_only_to_change_it() {
        assert!(matches!(in_lower_case("jane's"), Cow::Borrowed("jane's")));
        assert_eq!(in_lower_case("JANE"), "jane");
        assert_eq!(in_lower_case("Ärzte"), "ärzte");
    }
}
