//! `integer`: a whole number, as people and models write one.

use serde_json::Number;

use super::Invalid;

/// A JSON number that is whole.
pub(super) fn from_number(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| number.as_f64().and_then(whole))
}

/// Reads "1,200", "about 1,200", "12.5k", "23,299 (2024)", "1 200", "10,000+".
///
/// A range ("1k-5k") is read as its lower end: that much is certain, where a middle would be
/// made up. Text with several unrelated numbers is refused.
pub(super) fn read(raw: &str) -> Result<i64, Invalid> {
    const NONE: Invalid = Invalid("it holds no number");
    const SEVERAL: Invalid = Invalid("it holds several numbers");
    let raw = without_brackets(raw);
    if upper_bound_only(&raw) {
        return Err(Invalid("it only says less than"));
    }
    let mut numbers = Scanner::new(&raw);
    let mut first = numbers.next_number()?.ok_or(NONE)?;
    let mut last_end = first.end;
    let mut in_range = false;
    while let Some(next) = numbers.next_number()? {
        let between = raw[last_end..next.start].trim().to_lowercase();
        if !in_range && is_range_sign(&between) {
            in_range = true;
            // "1-5k": the unit belongs to both ends.
            if first.unit == 1.0 && next.unit > 1.0 && first.digits <= next.digits {
                first.unit = next.unit;
            }
        } else if !is_year(&next, &between) {
            return Err(SEVERAL);
        }
        last_end = next.end;
    }
    whole(first.digits * first.unit).ok_or(Invalid("it is not a whole number"))
}

/// One number with the unit that follows it.
struct Found {
    digits: f64,
    unit: f64,
    start: usize,
    end: usize,
}

/// Walks over the numbers of a text.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn next_number(&mut self) -> Result<Option<Found>, Invalid> {
        let rest = &self.text[self.at..];
        let Some(offset) = rest.find(|c: char| c.is_ascii_digit()) else { return Ok(None) };
        let start = self.at + offset;
        let before = self.text[..start].chars().next_back();
        if before.is_some_and(char::is_alphabetic) {
            return Err(Invalid("a digit stands inside a word"));
        }
        let end = number_end(self.text, start);
        let digits = magnitude(&self.text[start..end])?;
        let (unit, end) = unit_after(self.text, end)?;
        self.at = end;
        // A minus directly before the first number; elsewhere it is a range sign.
        let negative = before == Some('-') && self.text[..start].trim_end_matches('-').trim().is_empty();
        let digits = if negative { -digits } else { digits };
        Ok(Some(Found { digits, unit, start, end }))
    }
}

/// The end of the digits that start at `start`, separators of thousands and decimals included.
fn number_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut end = start;
    while end < bytes.len() {
        let separator = separator_len(&text[end..]);
        if bytes[end].is_ascii_digit() {
            end += 1;
        } else if separator > 0
            && groups_of_three(&bytes[end + separator..], text[end..].starts_with(['.', ',']))
        {
            end += separator;
        } else {
            break;
        }
    }
    end
}

fn separator_len(rest: &str) -> usize {
    match rest.chars().next() {
        Some(c @ (',' | '.' | '\'' | '’' | '_' | ' ' | '\u{a0}' | '\u{202f}')) => c.len_utf8(),
        _ => 0,
    }
}

/// Whether what follows a separator still belongs to the number: any digit after a point or
/// comma, exactly three after a space or the like.
fn groups_of_three(rest: &[u8], point: bool) -> bool {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits == 3 || (point && digits > 0)
}

/// The value of digits with separators. A single point or comma before exactly three digits
/// separates thousands ("1.200" and "1,200" are both 1200); otherwise it is a decimal sign.
fn magnitude(number: &str) -> Result<f64, Invalid> {
    const ODD: Invalid = Invalid("its separators are not those of a number");
    let parts: Vec<&str> = number.split(|c: char| !c.is_ascii_digit()).collect();
    let separators: Vec<char> = number.chars().filter(|c| !c.is_ascii_digit()).collect();
    let (first, rest) = parts.split_first().ok_or(ODD)?;
    let grouped = |groups: &[&str]| {
        groups.is_empty() || first.len() <= 3 && groups.iter().all(|group| group.len() == 3)
    };
    let plain = if rest.is_empty() || grouped(rest) && first != &"0" {
        let decimal_last = separators.len() > 1 && separators.last() != separators.first();
        if decimal_last { decimal(&parts) } else { parts.concat() }
    } else if grouped(&rest[..rest.len() - 1]) && matches!(separators.last(), Some('.' | ',')) {
        decimal(&parts)
    } else {
        return Err(ODD);
    };
    plain.parse().map_err(|_| ODD)
}

fn decimal(parts: &[&str]) -> String {
    let (last, whole) = parts.split_last().expect("a split has at least one part");
    format!("{}.{last}", whole.concat())
}

/// The factor of a unit word after a number, and where it ends.
fn unit_after(text: &str, end: usize) -> Result<(f64, usize), Invalid> {
    let rest = &text[end..];
    let spaces = rest.len() - rest.trim_start().len();
    let word: String = rest[spaces..].chars().take_while(|c| c.is_alphabetic()).collect();
    let factor = match word.to_lowercase().as_str() {
        "k" | "thousand" | "tsd" => 1e3,
        "m" | "mn" | "mm" | "mio" | "million" => 1e6,
        "b" | "bn" | "billion" => 1e9,
        _ if spaces == 0 && !word.is_empty() => return Err(Invalid("a word is stuck to the number")),
        _ => return Ok((1.0, end)),
    };
    Ok((factor, end + spaces + word.len()))
}

fn is_range_sign(between: &str) -> bool {
    matches!(between, "-" | "–" | "—" | "‑" | "to" | "and" | "up to" | "~" | "..")
}

/// "1,200 employees as of 2024": the later number dates the first.
fn is_year(found: &Found, between: &str) -> bool {
    let dated = [
        "as of",
        "in",
        "since",
        "from",
        "by",
        "for",
        "end of",
        "fy",
        "/",
        ",",
        "fiscal year",
        "year",
        "as at",
    ]
    .iter()
    .any(|word| between.ends_with(word))
        || [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ]
        .iter()
        .any(|month| between.ends_with(month));
    dated && found.unit == 1.0 && (1900.0..2100.0).contains(&found.digits)
}

fn upper_bound_only(raw: &str) -> bool {
    let raw = raw.trim().to_lowercase();
    ["<", "≤", "under ", "fewer than ", "less than ", "up to ", "below ", "at most "]
        .iter()
        .any(|start| raw.starts_with(start))
}

/// Drops what stands in brackets: "(2024)", "[3]".
fn without_brackets(raw: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(raw.len());
    for character in raw.chars() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(character),
            _ => {}
        }
    }
    kept
}

#[expect(clippy::cast_possible_truncation, reason = "the bound keeps it exact")]
fn whole(number: f64) -> Option<i64> {
    // Units make products such as 12.7 * 1e3 = 12699.999...
    let rounded = number.round();
    let exact = (number - rounded).abs() < 1e-6 * rounded.abs().max(1.0) && number.abs() < 9e15;
    exact.then_some(rounded as i64)
}
