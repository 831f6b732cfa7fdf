//! Finds a person's traces in texts: an address or a name, in each of the spellings in which tables, JSON and
//! addresses write it. Pure; callers decide what happens to the texts.

/// The values to find, in a normalised spelling.
#[derive(Debug, Clone)]
pub struct Traces(Vec<String>);

impl Traces {
    /// Traces of these values.
    pub fn of<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut traces: Vec<String> = values.into_iter().map(|value| bare(&plain(value))).collect();
        traces.retain(|trace| !trace.is_empty());
        traces.sort();
        traces.dedup();
        Self(traces)
    }

    /// Whether a text contains one of the values as a whole, and not as a part of another name or address.
    pub fn are_in(&self, text: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let text = plain(text);
        self.0.iter().any(|trace| is_in(trace, &text) || is_split_in(trace, &text))
    }
}

/// An address without its optional beginning.
fn bare(trace: &str) -> String {
    let trace = trace.trim();
    let trace = ["https://", "http://"].iter().find_map(|scheme| trace.strip_prefix(scheme)).unwrap_or(trace);
    trace.strip_prefix("www.").unwrap_or(trace).trim_end_matches('/').to_owned()
}

fn is_in(trace: &str, text: &str) -> bool {
    let is_mail = trace.contains('@');
    let joins = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(trace).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let mut after = text[at + found.len()..].chars();
        let (next, second) = (after.next(), after.next());
        let begins = before.is_none_or(|c| !joins(c) && !(is_mail && (c == '.' || c == '+')));
        let goes_on = next == Some('.') && second.is_some_and(char::is_alphanumeric) && !trace.contains(' ');
        begins && !next.is_some_and(joins) && !goes_on
    })
}

/// How many fields of an object may lie between the parts of a name: a middle name, a title.
const FIELDS_BETWEEN: usize = 3;

/// Whether the parts of a name are in fields of one object: `"first": "jane", "last": "doe"`.
fn is_split_in(name: &str, text: &str) -> bool {
    if name.contains(['@', '/', '"']) {
        return false;
    }
    let parts = name.match_indices(' ').map(|(at, _)| (&name[..at], &name[at + 1..]));
    parts.flat_map(|(one, other)| [(one, other), (other, one)]).any(|(first, second)| {
        let first = format!("\"{first}\"");
        text.match_indices(&first)
            .any(|(at, _)| fields(&text[at + first.len()..]).any(|value| value == second))
    })
}

/// The texts of the next few fields in the same object.
fn fields(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let next = move || {
        let (_, after) = quoted(rest.trim_start().strip_prefix(',')?)?;
        let (value, after) = quoted(after.trim_start().strip_prefix(':')?)?;
        rest = after;
        Some(value)
    };
    std::iter::from_fn(next).take(FIELDS_BETWEEN + 1)
}

/// The text in quotes at the start, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    text.trim_start().strip_prefix('"')?.split_once('"')
}

/// A text in lowercase, without the escapes of JSON and of addresses, and with single spaces.
fn plain(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (escaped, length) = escape(rest).unwrap_or((Escaped::Char(first), first.len_utf8()));
        match escaped {
            Escaped::Char(c) if c.is_whitespace() => {
                if bytes.last() != Some(&b' ') {
                    bytes.push(b' ');
                }
            }
            Escaped::Char(c) => {
                for c in c.to_lowercase() {
                    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
            Escaped::Byte(byte) => bytes.push(byte.to_ascii_lowercase()),
        }
        rest = &rest[length..];
    }
    // A letter that was escaped byte by byte is lowercased once it is complete.
    String::from_utf8_lossy(&bytes).to_lowercase()
}

enum Escaped {
    Char(char),
    Byte(u8),
}

/// The escaped character at the start of a text, and the length of its escape. JSON within JSON has several
/// backslashes.
fn escape(text: &str) -> Option<(Escaped, usize)> {
    if let Some(hex) = text.strip_prefix('%') {
        return Some((Escaped::Byte(number(hex, 2)? as u8), 3));
    }
    let slashes = text.bytes().take_while(|byte| *byte == b'\\').count();
    let after = text[slashes..].chars().next().filter(|_| slashes > 0)?;
    match after {
        '/' | '"' => Some((Escaped::Char(after), slashes + 1)),
        'n' | 'r' | 't' => Some((Escaped::Char(' '), slashes + 1)),
        'u' => {
            let code = number(&text[slashes + 1..], 4)?;
            Some((Escaped::Char(char::from_u32(code)?), slashes + 5))
        }
        _ => None,
    }
}

fn number(text: &str, digits: usize) -> Option<u32> {
    let hex = text.get(..digits).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(hex, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_trace_is_found_in_every_spelling_and_not_within_another_name() {
        let table: [(&str, &[&str], &[&str]); 5] = [
            (
                "https://www.linkedin.com/in/Jane-Doe/",
                &[
                    "linkedin.com/in/jane-doe",
                    r#"{"url":"http:\/\/de.linkedin.com\/in\/jane-doe?x=1"}"#,
                    r#"{"text":"{\"url\":\"https:\\/\\/linkedin.com\\/in\\/jane-doe\"}"}"#,
                    "see https%3A%2F%2Fwww.linkedin.com%2Fin%2FJANE%2Ddoe.",
                    "(linkedin.com/in/jane-doe).",
                ],
                &["linkedin.com/in/jane-doe-2", "linkedin.com/in/jane", "notlinkedin.com/in/jane-doe"],
            ),
            (
                "jane@acme.com",
                &["mailto:jane@acme.com", "<Jane@Acme.com>"],
                &["mary.jane@acme.com", "jane@acme.com.br"],
            ),
            (
                "José Müller",
                &[r"Jos\u00e9 M\u00fcller", "jos%C3%89  m%c3%bcller", "Jos\u{e9}\\nM\u{fc}ller"],
                &["José Müllerson"],
            ),
            (
                "Jane van Doe",
                &[
                    r#"{"firstName":"Jane","lastName":"van Doe"}"#,
                    r#"{"last": "van Doe", "title": "Dr", "first": "Jane", "x": 1}"#,
                    r#"{"text":"{\"first_name\": \"JANE\", \"middle\": \"Q\", \"last_name\": \"Van Doe\"}"}"#,
                    r#"{"first":"Jane van","last":"Doe"}"#,
                ],
                &[
                    r#"{"first":"Jane","last":"Roe"}"#,
                    r#"[{"first":"Jane"},{"last":"van Doe"}]"#,
                    r#"{"a":"Jane","b":"1","c":"2","d":"3","e":"4","f":"van Doe"}"#,
                    r#"["Jane","van Doe"]"#,
                ],
            ),
            ("  ", &[], &["anything", " "]),
        ];
        for (value, found, not) in table {
            let traces = Traces::of([value]);
            for text in found {
                assert!(traces.are_in(text), "{value} in {text}");
            }
            for text in not {
                assert!(!traces.are_in(text), "{value} in {text}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_a_value_is_found_in_itself(text in ".*", value in "[a-z]{4}[a-zé -]{0,8}[a-z]") {
            let _ = Traces::of([text.as_str()]).are_in(&text);
            let quoted = serde_json::Value::from(value.as_str()).to_string();
            prop_assert!(Traces::of([value.as_str()]).are_in(&quoted));
        }
    }
}
