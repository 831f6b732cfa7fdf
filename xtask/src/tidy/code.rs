//! Tells code from comments and strings in Rust sources. Pure.

/// The text with comments and the insides of strings made blank, line by line the same.
pub(super) fn only(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hidden = hidden_length(rest, out.chars().next_back());
        if hidden == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        out.extend(rest[..hidden].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[hidden..];
    }
    out
}

/// How many bytes of comment or literal start here; 0 for code.
fn hidden_length(text: &str, before: Option<char>) -> usize {
    let word_before = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return block_comment(text);
    }
    if let Some(inside) = text.strip_prefix('"') {
        return 1 + string(inside);
    }
    if text.starts_with('\'') {
        return character(text);
    }
    match raw_hashes(text).filter(|_| !word_before) {
        Some((opening, end)) => text[opening..].find(&end).map_or(text.len(), |at| opening + at + end.len()),
        None => 0,
    }
}

/// Block comments nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of a string's inside with the closing quote.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A character's literal; 0 for a lifetime.
fn character(text: &str) -> usize {
    let mut inside = text[1..].char_indices();
    match inside.next() {
        Some((_, '\\')) => {
            let after = text.get(3..).and_then(|rest| rest.find('\''));
            after.map_or(0, |at| 3 + at + 1)
        }
        Some((_, _)) => match inside.next() {
            Some((at, '\'')) => 1 + at + 1,
            _ => 0,
        },
        None => 0,
    }
}

/// For `r#"`: the length of the opening and the text that closes it.
fn raw_hashes(text: &str) -> Option<(usize, String)> {
    let start = ["br", "cr", "r"].into_iter().find(|start| text.starts_with(start))?;
    let after = &text[start.len()..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then(|| (start.len() + hashes + 1, format!("\"{}", "#".repeat(hashes))))
}

#[cfg(test)]
mod tests {
    use super::only;

    #[test]
    fn comments_and_strings_are_blank_and_code_stays() {
        for (text, expect) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            (r#"f("x // \" y") + g"#, "f(           ) + g"),
            ("f('\"', '\\'', 'a) + 'x'", "f(   ,     , 'a) +    "),
            ("r#\"x\" y\"# z", "          z"),
            ("for\"x\"", "for   "),
            ("&'a str + '\\u{41}' b", "&'a str +          b"),
        ] {
            assert_eq!(only(text), expect, "{text}");
        }
    }
}
