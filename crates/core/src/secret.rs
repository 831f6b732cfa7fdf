//! A key that redacts itself in output. This module must not store or send a key.

mod spelling;

use std::{borrow::Cow, fmt};

use spelling::Spellings;

/// The replacement for a key.
const REDACTED: &str = "[key]";

/// A key or token. `Debug` and `Display` print a redaction; only the wire may read the key.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    key: String,
    spellings: Spellings,
}

impl Secret {
    /// Wraps a key. Surrounding white space, which copied keys often have, is removed.
    pub fn new(key: &str) -> Self {
        let key = key.trim().to_owned();
        let spellings = if may_be_a_word(&key) { Spellings::default() } else { Spellings::of(&key) };
        Self { key, spellings }
    }

    /// The key itself, for the header that carries it.
    pub fn expose(&self) -> &str {
        &self.key
    }

    /// `text` with every occurrence of the key redacted, because providers echo requests.
    ///
    /// The key is found in plain text, in hex and in base64, also when its letters are escaped as in JSON,
    /// in URLs or in HTML. The rest of the text is unchanged. A short key such as `sandbox` is not redacted,
    /// because it may be an ordinary word of an answer.
    ///
    /// Redact a text before shortening it: a partial key is not found.
    pub fn redacted<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let (mut clean, mut done) = (String::new(), 0);
        for place in self.spellings.places(text) {
            clean.push_str(&text[done..place.start]);
            clean.push_str(REDACTED);
            done = place.end;
        }
        if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(clean + &text[done..]) }
    }

    /// [`Secret::redacted`] for an owned text.
    pub fn redact(&self, text: String) -> String {
        let redacted = match self.redacted(&text) {
            Cow::Owned(redacted) => Some(redacted),
            Cow::Borrowed(_) => None,
        };
        redacted.unwrap_or(text)
    }
}

/// Whether the key could be an ordinary word: it is short, or has no digit and is of moderate length.
fn may_be_a_word(key: &str) -> bool {
    let is_mixed =
        key.bytes().any(|byte| byte.is_ascii_digit()) && key.bytes().any(|byte| byte.is_ascii_alphabetic());
    key.len() < if is_mixed { 8 } else { 12 }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
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
        let answer = "https://www.linkedin.com/in/sandbox-jane1".to_owned();
        assert_eq!(Secret::new("sandbox").redact(answer.clone()), answer);
        assert_eq!(Secret::new("jane1").redact(answer.clone()), answer);
        assert_eq!(Secret::new("").redact(answer.clone()), answer);
        assert_eq!(Secret::new("jane-1990").redact("bad key jane-1990".to_owned()), "bad key [key]");
    }

    #[test]
    fn a_key_is_found_in_every_json_spelling() {
        let key = Secret::new("sk-abc/def-123456");
        for (text, expect) in [
            (r#"{"a":"sk-abc/def-123456"}"#, r#"{"a":"[key]"}"#),
            (r#"{"a":"é\nsk-abc\/def-123456\n"}"#, r#"{"a":"é\n[key]\n"}"#),
            (r#"{"a":"x\u0073\u006B-abc\/def\u002d123456y"}"#, r#"{"a":"x[key]y"}"#),
            (r#"{"a":"{\"b\":\"sk\\u002dabc\\\/def-123456\"}"}"#, r#"{"a":"{\"b\":\"[key]\"}"}"#),
            (r"\u00e9 sk-abc\/def-123456 sk-abc\/def-12345", r"\u00e9 [key] sk-abc\/def-12345"),
            (r"\u00zz \/ \u+0073k-abc/def \u00", r"\u00zz \/ \u+0073k-abc/def \u00"),
            (r"\/\\", r"\/\\"),
        ] {
            assert_eq!(key.redacted(text), expect);
        }
        // A key whose first letter could be part of an escape leaves valid JSON behind.
        let key = Secret::new("nsecret-1234567");
        assert_eq!(key.redacted(r#"{"a":"\/\nsecret-1234567"}"#), r#"{"a":"\/[key]"}"#);
    }

    #[test]
    fn a_key_is_found_in_the_escapes_of_addresses_and_of_html() {
        let key = Secret::new("sk-a+b/c=123456&7");
        for (text, expect) in [
            ("/login?key=sk-a%2Bb%2fc%3D123456%267&x=1", "/login?key=[key]&x=1"),
            ("next=%252Fkey%253Dsk-a%252Bb%252Fc%253D123456%25267%2526", "next=%252Fkey%253D[key]%2526"),
            ("<b>sk-a&#43;b&#x2F;c&equals;123456&amp;7</b>", "<b>[key]</b>"),
            ("sk-a&amp;#43;b/c&amp;equals;123456&amp;amp;7;", "[key];"),
            (r#"{"html":"sk-a&#43;b\/c=123456\u00267"}"#, r#"{"html":"[key]"}"#),
            ("sk-a&#43b&#47c=123456&7", "[key]"),
            ("100%sk-a+b/c=123456&7&&&%", "100%[key]&&&%"),
            ("sk-a%2Bb%2Fc%3D12345%267", "sk-a%2Bb%2Fc%3D12345%267"),
        ] {
            assert_eq!(key.redacted(text), expect, "{text}");
        }
        // What looks like an escape contains the first letter of the key.
        assert_eq!(Secret::new("ab-1234567890").redacted("100%ab-1234567890"), "100%[key]");
        assert_eq!(Secret::new("%a0%a_a%-%_-").redacted(r"\%a0%a_a%-%_-"), r"\[key]");
        // The key itself contains what looks like an escape.
        assert_eq!(Secret::new("k%2d1234567&lt;").redacted("is k%2d1234567&lt; or"), "is [key] or");
    }

    #[test]
    fn a_key_is_found_in_hex_and_in_base64_wherever_it_begins() {
        use base64::{Engine, engine::general_purpose as alphabet};
        let plain = "sk-live?abc>1234567~~";
        let key = Secret::new(plain);
        let hex: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(key.redacted(&format!("<{hex}>")), "<[key]>");
        assert_eq!(key.redacted(&hex.to_uppercase()), "[key]");
        let escaped: String = plain.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
        assert_eq!(key.redacted(&escaped), "[key]");
        for before in ["", "u", "us", "user:", "user:::"] {
            for behind in ["", ":", ":x", ":pass"] {
                let text = format!("{before}{plain}{behind}");
                for spelled in [alphabet::STANDARD.encode(&text), alphabet::URL_SAFE_NO_PAD.encode(&text)] {
                    let spelled = spelled.replace('+', "%2B").replace('/', "\\/");
                    let redacted = key.redacted(&spelled);
                    assert!(redacted.contains("[key]"), "{text}: {spelled}");
                    // Only the text around the key remains.
                    let left = redacted.replace("[key]", "").replace('=', "");
                    let letters = |bytes: usize| (bytes * 8).div_ceil(6);
                    let most = letters(before.len()) + letters(behind.len());
                    assert!(left.len() <= most, "{spelled}: {redacted}");
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_stays_as_it_is_around_a_key(
            before in "[\\PC]{0,12}",
            behind in "[\\PC]{0,12}",
            key in "[a-z0-9+/=_.%&-]{12,20}",
        ) {
            let text = format!("{before}{key}{behind}");
            let redacted = Secret::new(&key).redacted(&text).into_owned();
            proptest::prop_assert!(!redacted.contains(&key));
            proptest::prop_assert!(redacted.contains("[key]"));
        }

        #[test]
        fn any_text_can_be_searched(text in "[a5%&#;\\\\ux2é]{0,40}") {
            Secret::new("a%255é\\u00612345").redacted(&text);
        }
    }
}
