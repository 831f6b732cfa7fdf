//! Separates code from comments and strings in Rust sources. This module is pure and must not judge the code.

/// The text with comments and the content of strings replaced by blanks. Line numbers stay the same.
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

/// The contents of strings, each with the line of its beginning, counted from 1. Escapes are not resolved.
pub(super) fn strings(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut rest, mut before, mut line) = (text, None, 1);
    while let Some(first) = rest.chars().next() {
        let hidden = hidden_length(rest, before);
        let (part, after) = rest.split_at(hidden.max(first.len_utf8()));
        if hidden > 0 && !part.starts_with(['/', '\'']) {
            let inside = part.split_once('"').map_or("", |(_, inside)| inside.trim_end_matches('#'));
            found.push((line, inside.strip_suffix('"').unwrap_or(inside)));
        }
        before = if hidden == 0 { Some(first) } else { Some(' ') };
        line += part.matches('\n').count();
        rest = after;
    }
    found
}

/// The text without inline test modules. Line numbers stay the same.
pub(super) fn without_tests(text: &str) -> String {
    const TESTS: &str = "#[cfg(test)]";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, module)) = rest.split_once(TESTS) {
        out.push_str(before);
        let is_inline =
            module.lines().nth(1).is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'));
        let end = module.find("\n}\n").map_or(module.len(), |end| end + 2);
        let (module, after) = module.split_at(if is_inline { end } else { 0 });
        out.extend(module.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    out + rest
}

/// The length of the comment or literal at the start of the text; 0 for code.
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

/// The length of the block comment at the start. Block comments nest.
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

/// The length of a string's content including the closing quote.
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

/// The length of a character literal; 0 for a lifetime.
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

/// The length of the opening of a raw string such as `r#"`, and the text that closes it.
fn raw_hashes(text: &str) -> Option<(usize, String)> {
    let start = ["br", "cr", "r"].into_iter().find(|start| text.starts_with(start))?;
    let after = &text[start.len()..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then(|| (start.len() + hashes + 1, format!("\"{}", "#".repeat(hashes))))
}

#[cfg(test)]
mod tests {
    use super::{only, strings, without_tests};

    #[test]
    fn comments_and_strings_become_blanks() {
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

    #[test]
    fn strings_are_found_with_their_lines() {
        let text =
            "let a = \"x \\\" y\"; // \"no\"\nlet b = r#\"z \"q\"#; 'c' /* \"no\" */\nf(\"\", b\"w\", '\"')";
        assert_eq!(strings(text), [(1, "x \\\" y"), (2, "z \"q"), (3, ""), (3, "w")]);
    }

    #[test]
    fn modules_of_tests_are_left_out() {
        let text = "a\n#[cfg(test)]\nmod tests;\nb\n#[cfg(test)]\nmod more {\n    c\n}\nd\n";
        assert_eq!(without_tests(text), "a\n\nmod tests;\nb\n\n\n\n\nd\n");
    }
}
