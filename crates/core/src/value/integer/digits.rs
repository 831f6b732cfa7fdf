//! Reads the digits, the separators and the unit of one number. The words around the number belong to
//! `integer`.

use super::{
    script,
    words::{THINGS, UNITS},
};
use crate::value::Invalid;

const ODD: Invalid = Invalid("its separators are not those of a number");

/// A number as written. In a range, its value may depend on the unit of the other end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Written<'a> {
    digits: &'a str,
    /// The factor of the unit; 1 without one.
    pub(super) unit: f64,
}

impl<'a> Written<'a> {
    /// Reads the number at the start of `text`, and returns the rest of the text.
    pub(super) fn read(text: &'a str) -> Result<(Self, &'a str), Invalid> {
        let (digits, rest) = text.split_at(digits_end(text));
        let (unit, rest) = unit(rest)?;
        Ok((Self { digits, unit }, rest))
    }

    /// The value of the digits with the given unit.
    pub(super) fn worth(&self, unit: f64) -> Result<f64, Invalid> {
        let plain = if unit == 1.0 { plain(self.digits)? } else { before_a_unit(self.digits)? };
        plain.parse().map(|number: f64| number * unit).map_err(|_| ODD)
    }

    /// The value as a year or a day of the month, if plain digits without a unit.
    pub(super) fn as_plain(&self) -> Option<u16> {
        self.digits.parse().ok().filter(|_| self.unit == 1.0)
    }

    /// Whether the number looks like a year between 1900 and 2099.
    pub(super) fn is_year(&self) -> bool {
        self.as_plain().is_some_and(|year| (1900..2100).contains(&year))
    }
}

/// The end of the digits, including the separators of thousands and decimals.
fn digits_end(text: &str) -> usize {
    let digits = |at: usize| text[at..].bytes().take_while(u8::is_ascii_digit).count();
    let first = digits(0);
    let mut end = first;
    loop {
        let separator = match text[end..].chars().next() {
            Some('.' | ',') if digits(end + 1) > 0 => 1,
            // "500 100" may be two numbers, but "1 200" and "120 000" are one.
            Some(' ') if first > 3 || first == 3 && !text[end + 1..].starts_with("000") => 0,
            Some(c @ ('\'' | '’' | '_' | ' ' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}'))
                if digits(end + c.len_utf8()) == 3 =>
            {
                c.len_utf8()
            }
            _ => 0,
        };
        if separator == 0 {
            return end;
        }
        end += separator + digits(end + separator);
    }
}

/// The digits of a number without a unit. A single point or comma before exactly three digits separates
/// thousands ("1.200" and "1,200" are both 1200); otherwise it is a decimal separator.
fn plain(number: &str) -> Result<String, Invalid> {
    let (parts, separators) = split(number);
    let (first, rest) = parts.split_first().ok_or(ODD)?;
    if is_grouped_as_in_india(&parts, &separators) {
        return Ok(parts.concat());
    }
    if rest.is_empty() || is_grouped(&parts) && *first != "0" {
        let decimal_last = separators.len() > 1 && separators.last() != separators.first();
        return Ok(if decimal_last { decimal(&parts) } else { parts.concat() });
    }
    with_decimals(&parts, &separators)
}

/// The digits of a number with a unit. A single point is a decimal separator, because nobody writes
/// thousands of millions that way. A comma as in "1,234k" is ambiguous and refused.
fn before_a_unit(number: &str) -> Result<String, Invalid> {
    let (parts, separators) = split(number);
    match separators.as_slice() {
        ['.'] => Ok(decimal(&parts)),
        [','] if is_grouped(&parts) && parts[0] != "0" => {
            Err(Invalid("its comma may separate thousands or decimals"))
        }
        _ => plain(number),
    }
}

fn split(number: &str) -> (Vec<&str>, Vec<char>) {
    let parts = number.split(|c: char| !c.is_ascii_digit()).collect();
    (parts, number.chars().filter(|c| !c.is_ascii_digit()).collect())
}

/// Whether every part has three digits, except that the first may be shorter.
fn is_grouped(parts: &[&str]) -> bool {
    let Some((first, rest)) = parts.split_first() else { return false };
    rest.is_empty() || first.len() <= 3 && rest.iter().all(|part| part.len() == 3)
}

/// Whether the parts are grouped as in India: the last has three digits, the others two (`1,00,000`).
fn is_grouped_as_in_india(parts: &[&str], separators: &[char]) -> bool {
    let [first, middle @ .., last] = parts else { return false };
    !middle.is_empty()
        && separators.iter().all(|separator| *separator == ',')
        && (1..=2).contains(&first.len())
        && !first.starts_with('0')
        && middle.iter().all(|part| part.len() == 2)
        && last.len() == 3
}

fn with_decimals(parts: &[&str], separators: &[char]) -> Result<String, Invalid> {
    let Some((last, before)) = separators.split_last() else { return Err(ODD) };
    let whole = &parts[..parts.len() - 1];
    let is_whole = is_grouped(whole) || is_grouped_as_in_india(whole, before);
    let fits = is_whole && matches!(last, '.' | ',') && !before.contains(last);
    if fits { Ok(decimal(parts)) } else { Err(ODD) }
}

fn decimal(parts: &[&str]) -> String {
    let (last, whole) = parts.split_last().expect("a split has at least one part");
    format!("{}.{last}", whole.concat())
}

/// The factor of the unit word at the start of `text`, and the rest of the text.
fn unit(text: &str) -> Result<(f64, &str), Invalid> {
    let after_space = text.trim_start();
    let end = after_space.find(|c: char| !script::is_of_word(c)).unwrap_or(after_space.len());
    let (word, rest) = after_space.split_at(end);
    if word.is_empty() {
        return Ok((1.0, text));
    }
    let named = |word: &str| UNITS.iter().find(|(names, _)| names.contains(&word)).map(|(_, factor)| *factor);
    if let Some(factor) = named(word) {
        return Ok((factor, rest));
    }
    // Scripts without spaces write the unit and the counted thing together: "1.2万人".
    let first = word.chars().next().filter(|first| !first.is_ascii());
    if let Some(first) = first {
        let (sign, rest) = after_space.split_at(first.len_utf8());
        return Ok(named(sign).map_or((1.0, text), |factor| (factor, rest)));
    }
    // Only a counted thing may be attached to a number: "120employees".
    if after_space.len() == text.len() && !THINGS.contains(&word) {
        return Err(Invalid("a word is attached to the number"));
    }
    Ok((1.0, text))
}
