//! The type `number`: a number that may have a fraction. This module must not know what the number measures,
//! so it refuses currencies and percent signs, whose meaning depends on the column.

use serde_json::Number;

use super::{
    Invalid,
    integer::{script, unit},
};

/// The length limit of a text that is read as a number, in bytes.
const LONGEST: usize = 64;

/// Numbers from here on are refused: a decimal of 64 bits no longer holds every whole number exactly.
const TOO_LARGE: f64 = 1e15;

/// Numbers closer to zero are refused, except zero, so that the written form stays short.
const TOO_SMALL: f64 = 1e-12;

const NO_NUMBER: Invalid = Invalid("it is not a number");
const ODD: Invalid = Invalid("its separators are not those of a number");

/// The normal form of a JSON number.
pub(super) fn from_number(number: &Number) -> Option<Number> {
    number.as_f64().and_then(normal)
}

/// Reads "1,234.5", "1.234,5", "1 234,5", "-0.75", "1.5e3", "2.5 million".
///
/// A single point is always a decimal point, as in JSON. A single comma before three digits ("1,234")
/// separates thousands in one country and decimals in another, so such a text is refused.
pub(super) fn read(raw: &str) -> Result<Number, Invalid> {
    if raw.len() > LONGEST {
        return Err(Invalid("it is too long for a number"));
    }
    let text = script::plain(raw).to_lowercase();
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Err(NO_NUMBER);
    }
    let end = text.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let start_of_word = text.find(|c: char| !c.is_ascii_digit() && !is_separator(c)).unwrap_or(text.len());
    let (digits, word) = text.split_at(start_of_word.min(end));
    let word = word.trim();
    let value = match (exponent(word), word) {
        (Some(exponent), _) => format!("{}e{exponent}", decimal(digits)?).parse().map_err(|_| NO_NUMBER)?,
        (None, "") => decimal(digits)?.parse().map_err(|_| NO_NUMBER)?,
        (None, word) => {
            let factor =
                unit(word).ok_or(Invalid("its words or signs may give the number another meaning"))?;
            decimal(digits)?.parse().map(|number: f64| number * factor).map_err(|_| NO_NUMBER)?
        }
    };
    let value: f64 = if is_negative { -value } else { value };
    normal(value).ok_or(Invalid("it is too large or too close to zero"))
}

/// The shortest decimal for a number, whole if it is whole; `None` beyond the limits.
pub(super) fn normal(number: f64) -> Option<Number> {
    let number = in_fifteen_digits(number)?;
    if number == 0.0 {
        return Some(Number::from(0));
    }
    if !(TOO_SMALL..TOO_LARGE).contains(&number.abs()) {
        return None;
    }
    if number.fract() == 0.0 { Some(Number::from(number as i64)) } else { Number::from_f64(number) }
}

/// The number rounded to 15 significant digits, which every program reads and writes alike. Products of a
/// unit and JSON parsers are inexact beyond them. `None` for infinity and for what is not a number.
pub(super) fn in_fifteen_digits(number: f64) -> Option<f64> {
    format!("{number:.14e}").parse().ok().filter(|number: &f64| number.is_finite())
}

fn is_separator(character: char) -> bool {
    matches!(character, '.' | ',' | '\'' | '’' | '_' | ' ' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}')
}

/// The exponent of `e3` and `e-3`.
fn exponent(word: &str) -> Option<i16> {
    let digits = word.strip_prefix('e')?;
    digits.ends_with(|c: char| c.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// The digits with a decimal point and without other separators.
fn decimal(number: &str) -> Result<String, Invalid> {
    if let Some(fraction) = number.strip_prefix('.') {
        return if is_digits(fraction) { Ok(format!("0.{fraction}")) } else { Err(ODD) };
    }
    let parts: Vec<&str> = number.split(is_separator).collect();
    let separators: Vec<char> = number.chars().filter(|c| is_separator(*c)).collect();
    // "007" is a code.
    let is_code = parts[0].len() > 1 && parts[0].starts_with('0');
    if is_code || !parts.iter().all(|part| is_digits(part)) {
        return Err(ODD);
    }
    let Some((last, before)) = separators.split_last() else { return Ok(number.to_owned()) };
    let (fraction, whole) = parts.split_last().expect("a split has at least one part");
    let is_decimal_sign = matches!(last, '.' | ',') && !before.contains(last);
    if is_decimal_sign && before.is_empty() {
        let may_be_thousands = *last == ',' && is_grouped(&parts, &separators);
        return if may_be_thousands {
            Err(Invalid("its comma may separate thousands or decimals"))
        } else {
            Ok(format!("{}.{fraction}", parts[0]))
        };
    }
    match () {
        () if is_decimal_sign && is_grouped(whole, before) => Ok(format!("{}.{fraction}", whole.concat())),
        () if is_grouped(&parts, &separators) => Ok(parts.concat()),
        () => Err(ODD),
    }
}

fn is_digits(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether one separator cuts the digits into groups of three, or of two before the last three as in India.
fn is_grouped(parts: &[&str], separators: &[char]) -> bool {
    let [first, middle @ .., last] = parts else { return false };
    let is_one_sign = separators.iter().all(|separator| *separator == separators[0]);
    let in_threes = first.len() <= 3 && middle.iter().all(|part| part.len() == 3);
    let in_twos = separators[0] == ',' && first.len() <= 2 && middle.iter().all(|part| part.len() == 2);
    is_one_sign && !first.starts_with('0') && last.len() == 3 && (in_threes || in_twos && !middle.is_empty())
}
