//! The type `phone`: a telephone number. This module must not guess a country, and must not check that
//! anybody answers.

use super::{Invalid, integer::script};

/// The length limit of a text that is read as a telephone number, in bytes.
const LONGEST: usize = 64;

/// How many digits a number has: the limits of E.164, with and without the prefix of a country.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

const NO_NUMBER: Invalid = Invalid("it is not a telephone number");

/// Reads "+1 (415) 555-0100", "0044 20 7946 0000", "+44 (0)20 7946 0000" and "(415) 555-0100 x12".
///
/// A number with the prefix of a country becomes `+14155550100`. Without a prefix the country is unknown, and
/// the number keeps its digits, which is all that the source says. An extension is dropped: the number then
/// is that of the whole office.
pub(super) fn read(raw: &str) -> Result<String, Invalid> {
    if raw.len() > LONGEST {
        return Err(Invalid("it is too long for a telephone number"));
    }
    let text = script::plain(raw).to_lowercase();
    let text =
        ["tel:", "phone:", "callto:"].iter().find_map(|label| text.strip_prefix(label)).unwrap_or(&text);
    let text = without_extension(text)?.trim();
    let text = text.strip_prefix('(').filter(|rest| rest.starts_with('+')).unwrap_or(text);
    // A spreadsheet that took the number for a decimal wrote its end.
    if text.ends_with(".0") {
        return Err(NO_NUMBER);
    }
    match text.strip_prefix('+').or_else(|| text.strip_prefix("00")) {
        Some(rest) => international(rest),
        None => national(text),
    }
}

fn international(text: &str) -> Result<String, Invalid> {
    let digits = digits(&text.replacen("(0)", "", 1))?;
    // The North American plan has one length.
    if digits.starts_with('0') || digits.starts_with('1') && digits.len() != 11 {
        return Err(Invalid("no country has such a telephone number"));
    }
    Ok(format!("+{digits}"))
}

fn national(text: &str) -> Result<String, Invalid> {
    // `011` is the prefix for calls abroad in North America, and begins area codes elsewhere.
    if text.starts_with("011") {
        return Err(Invalid("its prefix may be that of a country; write it with `+`"));
    }
    digits(text)
}

/// The digits without the usual separators.
fn digits(text: &str) -> Result<String, Invalid> {
    let is_separator = |c: char| c.is_whitespace() || "-–‑‐./()".contains(c);
    if !text.chars().all(|c| c.is_ascii_digit() || is_separator(c)) {
        return Err(NO_NUMBER);
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_filler = digits.bytes().all(|byte| Some(byte) == digits.bytes().next());
    if is_filler || !DIGITS.contains(&digits.len()) { Err(NO_NUMBER) } else { Ok(digits) }
}

/// The text without an extension such as `x12`, `ext. 12`, `#12` and `;ext=12`.
fn without_extension(text: &str) -> Result<&str, Invalid> {
    const MOST_DIGITS: usize = 7;
    let marks = [";ext=", "extension", "ext", "x", "#"];
    let Some((at, mark)) = marks.iter().find_map(|mark| Some((text.find(mark)?, mark))) else {
        return Ok(text);
    };
    let after = text[at + mark.len()..].trim_matches(|c: char| c.is_whitespace() || ".:)".contains(c));
    let is_extension = (1..=MOST_DIGITS).contains(&after.len()) && after.bytes().all(|c| c.is_ascii_digit());
    if is_extension { Ok(text[..at].trim_end_matches([' ', ',', ';', '('])) } else { Err(NO_NUMBER) }
}
