//! Checks in one pass whether an object has any of many keys. This module must not know what the keys
//! mean.

use std::borrow::Cow;

use super::{Object, plain};
use crate::dictionary::WordSet;

/// A set of key names. The spelling of a key in an object (`is_fake`, `isFake`) does not matter.
pub(super) struct KeyNames(WordSet<String>);

/// The length limit of a name, in bytes.
const LONGEST: usize = 32;

impl KeyNames {
    /// The names in several lists.
    pub(super) fn of<'a>(lists: impl IntoIterator<Item = &'a [&'a str]>) -> Self {
        let names: WordSet<String> = lists.into_iter().flatten().map(|name| plain(name)).collect();
        debug_assert!(names.iter().all(|name| name.len() <= LONGEST));
        Self(names)
    }

    /// Whether any key of the object is one of these names.
    pub(super) fn has_key_of(&self, object: &Object) -> bool {
        object.keys().any(|key| self.has(key))
    }

    fn has(&self, key: &str) -> bool {
        let mut buffer = [0; LONGEST];
        let name = match plain_in(key, &mut buffer) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(plain(key)),
        };
        self.0.contains(&*name)
    }
}

/// Like [`plain`], but without an allocation; `None` for a key that is not ASCII or longer than any name.
fn plain_in<'a>(key: &str, buffer: &'a mut [u8; LONGEST]) -> Option<&'a str> {
    let mut length = 0;
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() {
            *buffer.get_mut(length)? = byte.to_ascii_lowercase();
            length += 1;
        } else if !byte.is_ascii() {
            return None;
        }
    }
    std::str::from_utf8(&buffer[..length]).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_found_in_any_spelling() {
        let names = KeyNames::of([["is_fake", "note"].as_slice(), &["Straße"]]);
        for key in ["is_fake", "isFake", "Is Fake", "NOTE", "straße"] {
            let object = json!({"ceo_name": "Jane Doe", (key): 1});
            assert!(names.has_key_of(object.as_object().unwrap()), "{key}");
        }
        let long = "is_fake".repeat(10);
        assert!(!names.has_key_of(json!({"fake": 1, "notes": 1, (long): 1}).as_object().unwrap()));
    }
}
