//! Compares keys and words by their letters and digits alone, without regard to case. This module must
//! not know what the keys mean.

use std::slice;

use serde_json::Value as Json;

use super::Object;

/// The value of a key in any spelling: `CEO Name` and `ceoName` match `ceo_name`.
pub(super) fn lookup<'a>(object: &'a Object, key: &str) -> Option<&'a Json> {
    let alike = || object.iter().find(|(name, _)| same_letters(name, key)).map(|(_, json)| json);
    object.get(key).or_else(alike)
}

/// The letters and digits of a text in lower case.
pub(super) fn plain(text: &str) -> String {
    if !text.is_ascii() {
        return letters(text).collect();
    }
    let mut plain = String::with_capacity(text.len());
    plain.extend(text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
    plain
}

/// Whether two texts have the same letters and digits, ignoring case and everything else.
pub(super) fn same_letters(one: &str, other: &str) -> bool {
    same_ascii_letters(one, other).unwrap_or_else(|| letters(one).eq(letters(other)))
}

/// [`same_letters`] without decoding, as long as both texts are ASCII; `None` otherwise. This comparison
/// is hot: every key of every object is compared with dozens of names, and nearly all differ in their
/// first letter.
fn same_ascii_letters(one: &str, other: &str) -> Option<bool> {
    /// The next letter or digit in lower case. Bytes that are not ASCII are returned unchanged.
    fn next(bytes: &mut slice::Iter<'_, u8>) -> Option<u8> {
        bytes
            .find(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
            .map(|byte| byte.to_ascii_lowercase())
    }
    let (mut one, mut other) = (one.as_bytes().iter(), other.as_bytes().iter());
    loop {
        let (one, other) = (next(&mut one), next(&mut other));
        if [one, other].iter().flatten().any(|byte| !byte.is_ascii()) {
            return None;
        }
        if one.is_none() || one != other {
            return Some(one == other);
        }
    }
}

pub(super) fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}
