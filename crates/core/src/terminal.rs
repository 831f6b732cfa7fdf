//! Defines which characters can control or disguise text on a terminal, and how they are shown instead.
//!
//! Headers and cells of tables, replies and errors contain text from others. A terminal obeys control
//! characters, and invisible characters or changes of direction make a text look like another one. This
//! module is the only definition of these characters. It prints nothing.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a terminal would obey a character or show nothing for it.
///
/// These are control characters, format characters (directions, joiners, zero-width spaces, tags), line
/// and paragraph separators, and letters without a visible shape. [`shown`] still keeps a joiner or a
/// variation selector that belongs to an emoji or to a script that needs it.
pub fn is_unsafe(c: char) -> bool {
    // A fast check: nearly every character is printable ASCII.
    if (' '..='~').contains(&c) {
        return false;
    }
    c.is_control() || is_format(c) || is_blank_letter(c) || is_variation_selector(c)
}

/// Format characters, which are invisible or change the direction of the text.
fn is_format(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Letters and marks without a visible shape.
fn is_blank_letter(c: char) -> bool {
    matches!(
        c,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
    )
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether an unsafe character is harmless between its neighbours: a joiner or variation selector within
/// an emoji or within a script that cannot be written without it.
fn is_harmless(before: Option<char>, c: char, after: Option<char>) -> bool {
    // The first letter of the scripts that join letters or are written from right to left.
    const JOINING: char = '\u{590}';
    let joins = |c: char| c >= JOINING && !is_unsafe(c);
    match c {
        '\u{200c}' | '\u{200d}' => {
            // `before` is the last shown character, so a selector before a joiner was already accepted.
            before.is_some_and(|c| joins(c) || is_variation_selector(c)) && after.is_some_and(joins)
        }
        '\u{fe0e}' | '\u{fe0f}' => {
            before.is_some_and(|c| !c.is_ascii_alphabetic() && !is_unsafe(c) && c != ' ')
        }
        c if is_variation_selector(c) => before.is_some_and(|c| c >= JOINING && !is_unsafe(c)),
        _ => false,
    }
}

/// Text that is safe to show to a person: unsafe characters are escaped (`\u{202e}`). Line ends are escaped
/// too, so that a text cannot start a line of its own. The function is idempotent.
pub fn shown(text: &str) -> Cow<'_, str> {
    replaced(text, |_| false, |c, shown| shown.extend(c.escape_default()))
}

/// A JSON document that is safe to show: unsafe characters are written as JSON escapes, so that a program
/// reads the same data. Line ends between the parts stay.
pub fn shown_json(json: &str) -> Cow<'_, str> {
    let escape = |c: char, shown: &mut String| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(shown, "\\u{unit:04x}");
        }
    };
    replaced(json, |c| c == '\n', escape)
}

/// Text for a person on one line of at most `most` characters. White space becomes single spaces, and unsafe
/// characters are escaped.
pub fn line(text: &str, most: usize) -> String {
    // Take more than `most`, because white space folds, but not everything, because a reply may be huge.
    let head = text.char_indices().nth(most * 4).map_or(text, |(end, _)| &text[..end]);
    let mut folded = String::with_capacity(head.len());
    for word in head.split_whitespace() {
        folded.push_str(if folded.is_empty() { "" } else { " " });
        folded.push_str(word);
    }
    let line = shown(&folded);
    if head.len() == text.len() && line.chars().count() <= most {
        return line.into_owned();
    }
    line.chars().take(most.saturating_sub(3)).chain("...".chars()).collect()
}

fn replaced(text: &str, is_kept: impl Fn(char) -> bool, replace: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.contains(|c| is_unsafe(c) && !is_kept(c)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !is_unsafe(c) || is_kept(c) || is_harmless(before, c, chars.peek().copied()) {
            shown.push(c);
        } else {
            replace(c, &mut shown);
        }
        before = shown.chars().next_back();
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    #[test]
    fn unsafe_characters_are_escaped() {
        for (text, expect) in [
            ("plain, Bücher, 李彦宏", "plain, Bücher, 李彦宏"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("a\nerror: b\r\tc\u{7f}\u{0}", "a\\nerror: b\\r\\tc\\u{7f}\\u{0}"),
            ("abc\u{202e}fdp.csv", "abc\\u{202e}fdp.csv"),
            ("\u{2066}a\u{2069}\u{200f}\u{61c}", "\\u{2066}a\\u{2069}\\u{200f}\\u{61c}"),
            ("company\u{200b}_domain\u{feff}", "company\\u{200b}_domain\\u{feff}"),
            ("a\u{2028}b\u{2029}", "a\\u{2028}b\\u{2029}"),
            ("x\u{e0041}\u{e007f}", "x\\u{e0041}\\u{e007f}"),
            ("a\u{ad}b\u{3164}c\u{115f}", "a\\u{ad}b\\u{3164}c\\u{115f}"),
            ("a\u{200d}b é\u{200c}e", "a\\u{200d}b é\\u{200c}e"),
            ("a\u{fe0f}", "a\\u{fe0f}"),
            ("\u{200d}👩", "\\u{200d}👩"),
            ("😀\u{fe0f}\u{fe01}\u{fe02}", "😀\u{fe0f}\\u{fe01}\\u{fe02}"),
        ] {
            assert_eq!(shown(text), expect, "{text:?}");
        }
    }

    #[test]
    fn text_that_people_write_is_kept() {
        for text in [
            "👩\u{200d}👩\u{200d}👧 and 🏳\u{fe0f}\u{200d}🌈",
            "❤\u{fe0f} 1\u{fe0f}\u{20e3} 👍🏽",
            "e\u{301}a\u{308} İstanbul नमस्ते",
            "می\u{200c}خواهم",
            "क\u{94d}\u{200d}ष",
            "葛\u{e0100}",
            "nbsp\u{a0}and\u{202f}thin\u{2009}",
        ] {
            assert_eq!(shown(text), text, "{text:?}");
        }
    }

    #[test]
    fn a_line_is_single_and_bounded() {
        assert_eq!(line(" a\n\tb\u{2028}c\u{200b} ", 80), "a b c\\u{200b}");
        assert_eq!(line(&"x".repeat(90), 10), "xxxxxxx...");
        assert_eq!(line(&" ".repeat(900), 10).chars().count(), 3);
        assert_eq!(line("", 10), "");
    }

    fn hostile() -> impl Strategy<Value = String> {
        let some = prop::sample::select(vec![
            '\u{1b}',
            '\u{9b}',
            '\n',
            '\u{202e}',
            '\u{200d}',
            '\u{200c}',
            '\u{fe0f}',
            '\u{e0020}',
            '\u{e0100}',
            'a',
            '"',
            '\\',
            '👩',
            'क',
            '\u{590}',
            '\u{1d173}',
        ]);
        prop_oneof![vec(some, 0..12).prop_map(String::from_iter), any::<String>()]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

        #[test]
        fn the_result_is_safe_and_idempotent(text in hostile()) {
            let once = shown(&text).into_owned();
            prop_assert!(!once.contains(char::is_control), "{once:?}");
            prop_assert_eq!(shown(&once), once.as_str());
            let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}');
            prop_assert!(!once.contains(turns), "{once:?}");
        }

        #[test]
        fn shown_json_holds_the_same_data(text in hostile()) {
            let json = serde_json::to_string_pretty(&[&text]).unwrap();
            let safe = shown_json(&json);
            prop_assert!(!safe.contains(|c: char| c.is_control() && c != '\n'), "{safe:?}");
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&safe).unwrap(), vec![text]);
        }
    }
}
