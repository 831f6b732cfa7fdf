//! Fixed tables of words and of keys' names, which every answer is compared with. They are built once and
//! looked up by hash, so that a long table costs no more than a short one. This module must not know what
//! the words mean.
//!
//! The hash is a cheap one: an answer may be hostile, but nothing of it is ever put into a table.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use foldhash::fast::FixedState;

use super::{Object, plain};

/// Words in lower case, and what each means.
pub(super) type Dictionary<T> = HashMap<&'static str, T, FixedState>;

/// Words in lower case.
pub(super) type WordSet = HashSet<&'static str, FixedState>;

/// Names of keys, whatever their spelling in an object is.
pub(super) struct Names(HashSet<String, FixedState>);

impl Names {
    /// The names in several lists.
    pub(super) fn of<'a>(lists: impl IntoIterator<Item = &'a [&'a str]>) -> Self {
        Self(lists.into_iter().flatten().map(|name| plain(name)).collect())
    }

    /// Whether any key of the object has one of these names. Looking each of them up comes to the same.
    pub(super) fn has_key_of(&self, object: &Object) -> bool {
        object.keys().any(|key| self.0.contains(&plain(key)))
    }
}

/// A word in lower case, copied only when it is not.
pub(super) fn in_lower_case(word: &str) -> Cow<'_, str> {
    let is_lower = word.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_found_whatever_their_spelling() {
        let names = Names::of([["is_fake", "note"].as_slice(), &["Straße"]]);
        for key in ["is_fake", "isFake", "Is Fake", "NOTE", "straße"] {
            let object = json!({"ceo_name": "Jane Doe", (key): 1});
            assert!(names.has_key_of(object.as_object().unwrap()), "{key}");
        }
        assert!(!names.has_key_of(json!({"fake": 1, "notes": 1}).as_object().unwrap()));
    }

    #[test]
    fn a_word_is_copied_only_to_change_it() {
        assert!(matches!(in_lower_case("jane's"), Cow::Borrowed("jane's")));
        assert_eq!(in_lower_case("JANE"), "jane");
        assert_eq!(in_lower_case("Ärzte"), "ärzte");
    }
}
