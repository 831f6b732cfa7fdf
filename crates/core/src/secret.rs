//! A key that does not show itself.

use std::fmt;

/// A key or token. `Debug` and `Display` print a redaction; only the wire may see it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a key; white space around it, as copied keys have, is dropped.
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_owned())
    }

    /// The key itself, for the one header that carries it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `text` with every occurrence of the key redacted: providers echo what they got. A key
    /// too short to be a secret is a word (`sandbox`), and words stand in answers.
    pub fn redact(&self, text: String) -> String {
        const SHORTEST: usize = 12;
        if self.0.len() < SHORTEST || !text.contains(&self.0) { text } else { text.replace(&self.0, "[key]") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_shows_itself() {
        let key = Secret::new(" sk-1234567890 \n");
        assert_eq!(format!("{key} {key:?}"), "[key] [key]");
        assert_eq!(key.redact("bad key sk-1234567890".to_owned()), "bad key [key]");
        assert_eq!(key.expose(), "sk-1234567890");
    }

    #[test]
    fn a_word_is_not_redacted_out_of_an_answer() {
        let answer = "https://www.linkedin.com/in/sandbox-jane".to_owned();
        assert_eq!(Secret::new("sandbox").redact(answer.clone()), answer);
    }
}
