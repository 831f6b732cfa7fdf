//! Quotes words for a shell, for the commands that marl proposes.

use std::borrow::Cow;

use marl_core::terminal;

/// A word as the user can type it, without quotes if none are needed.
pub fn word(word: &str) -> String {
    // Some shells expand a `=` at the start.
    let plain = !word.is_empty()
        && !word.starts_with('=')
        && word.chars().all(|c| c.is_alphanumeric() || "-_./=,:@+%".contains(c));
    // This check comes first, because some letters have no visible shape.
    if word.contains(terminal::is_unsafe) {
        return escaped(word);
    }
    if plain {
        return word.to_owned();
    }
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), Cow::into_owned)
}

/// A word with characters that are invisible or that a terminal would interpret. In `$'…'` bash and zsh read
/// escapes, so the characters are visible, and the word means the same when the user pastes it.
fn escaped(word: &str) -> String {
    let mut quoted = String::from("$'");
    for c in word.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            c if terminal::is_unsafe(c) => {
                // The escapes are bytes, because older shells do not support `\u`.
                c.encode_utf8(&mut [0; 4])
                    .bytes()
                    .for_each(|byte| quoted.push_str(&format!("\\x{byte:02x}")));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn a_shell_reads_the_same_word() {
        for text in [
            "plain",
            "two words",
            "it's",
            "$(touch x)",
            "\u{1b}[31m$(touch x) 'a' \\ b",
            "Web\u{200b}site",
            "abc\u{202e}0",
            "a\nb\t\u{9b}2J",
            "\u{3164}",
            "👩\u{200d}👧",
        ] {
            let typed = word(text);
            assert!(!typed.contains(marl_core::terminal::is_unsafe), "{typed:?}");
            let script = format!("printf %s {typed}");
            let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), text, "{typed}");
        }
    }
}
