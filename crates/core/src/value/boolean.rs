//! The type `boolean`: yes or no. This module must not judge a sentence: "yes, since 2020" is no boolean.

use super::Invalid;

/// Reads `true`, `yes`, `y` and `1`, and their opposites, in any case. A full stop may follow.
pub(super) fn read(raw: &str) -> Result<bool, Invalid> {
    let word = raw.trim_end_matches('.');
    let is = |words: [&str; 4]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    match () {
        () if is(["true", "yes", "y", "1"]) => Ok(true),
        () if is(["false", "no", "n", "0"]) => Ok(false),
        () => Err(Invalid("it is neither `true` nor `false`")),
    }
}
