//! Fixed word tables that every cell and every answer is compared with. A table is built once and looked
//! up by hash, so a long table costs no more than a short one. This module must not know what the words
//! mean.
//!
//! The hash function is fast rather than collision-resistant. That is safe, because hostile cells are only
//! looked up and never inserted.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use foldhash::fast::FixedState;

/// A map from lower-case words to their meanings.
pub(crate) type Dictionary<T> = HashMap<&'static str, T, FixedState>;

/// A set of lower-case words.
pub(crate) type WordSet<W = &'static str> = HashSet<W, FixedState>;

/// A word in lower case. The word is copied only when it has to change.
pub(crate) fn in_lower_case(word: &str) -> Cow<'_, str> {
    let is_lower = word.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_copied_only_when_it_changes() {
        assert!(matches!(in_lower_case("jane's"), Cow::Borrowed("jane's")));
        assert_eq!(in_lower_case("JANE"), "jane");
        assert_eq!(in_lower_case("Ärzte"), "ärzte");
    }
}
