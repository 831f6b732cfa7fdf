//! The type `integer`: a whole number as people and models write it. This module must not know which
//! column the number is for.

mod brackets;
mod digits;
mod phrases;
pub(super) mod script;
mod spelled;
mod words;

use serde_json::Number;

use super::Invalid;
use digits::Written;
use phrases::{after, after_and_things, before_and_things, dates};
use words::{BETWEEN, BETWEEN_AND, PLACES, RANGE, UNITS};

/// The value of a JSON number, if whole.
pub(super) fn from_number(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| number.as_f64().and_then(whole))
}

/// The factor of a unit in lower case, such as "k" and "million".
pub(super) fn unit(word: &str) -> Option<f64> {
    UNITS.iter().find(|(names, _)| names.contains(&word)).map(|(_, factor)| *factor)
}

/// Reads "1,200", "about 1,200", "12.5k", "23,299 (2024)", "1 200", "10,000+", "1,00,000",
/// "2.5 lakh", "rund 1.200 Mitarbeiter", "約1.2万人", "١٬٢٠٠".
///
/// A range ("1k-5k") is read as its lower end: that much is certain, while a mean would be invented. The
/// words beside the number must leave its meaning unchanged. "founded in 2010", "Fortune 500" and "revenue
/// is 5 million" are refused, because their numbers count something else.
pub(super) fn read(raw: &str) -> Result<i64, Invalid> {
    // The fast path: nearly every number in a table is plain digits.
    let is_plain = raw.len() < 18 && raw.bytes().all(|byte| byte.is_ascii_digit()) && !raw.starts_with('0');
    if let (true, Ok(number)) = (is_plain, raw.parse()) {
        return Ok(number);
    }
    let text = script::plain(raw);
    let text = words::with_clear_units(&text.to_lowercase());
    let text = without_brackets(brackets::of_newest_year(brackets::without_leading_year(&text)))?;
    let in_digits = if text.contains(|c: char| c.is_ascii_digit()) {
        if text.is_ascii() { None } else { spelled::in_one_part(&text) }
    } else {
        Some(spelled::in_digits(&text).ok_or(NO_NUMBER)?)
    };
    let text = in_digits.unwrap_or(text);
    let tokens = tokens(&text)?;
    let mut rest = tokens.as_slice();
    before_and_things().skip(&mut rest);
    skip_leading_date(&mut rest);
    before_and_things().skip(&mut rest);
    // A minus sign must directly precede the number; elsewhere the sign marks a range.
    let negative = matches!(rest, [Token::Sign('-'), Token::Number(_), ..]) && text.starts_with('-');
    rest = &rest[usize::from(negative)..];
    let first = number(&mut rest)?;
    let between = matches!(tokens.first(), Some(Token::Word(word)) if BETWEEN.contains(word));
    let value = match range_end(&mut rest, between) {
        Some(_) if negative => return Err(SEVERAL),
        Some(second) => lower_end(first, second)?,
        None => first.worth(first.unit)?,
    };
    after_and_things().skip(&mut rest);
    skip_places(&mut rest);
    skip_date(&mut rest);
    after().skip(&mut rest);
    match rest.first() {
        None => whole(if negative { -value } else { value }).ok_or(Invalid("it is not a whole number")),
        Some(Token::Number(_)) => Err(SEVERAL),
        Some(_) => Err(CONTEXT),
    }
}

const NO_NUMBER: Invalid = Invalid("it contains no number");
const SEVERAL: Invalid = Invalid("it contains several numbers");
const CONTEXT: Invalid = Invalid("its words may give the number another meaning");

pub(super) const MONTHS: [&str; 12] = [
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
];

/// A token of a text that contains a number.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'a> {
    Number(Written<'a>),
    Word(&'a str),
    Sign(char),
}

/// Splits a lower-case text. White space and punctuation are dropped.
fn tokens(text: &str) -> Result<Vec<Token<'_>>, Invalid> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if next.is_ascii_digit() {
            let (number, after) = Written::read(rest)?;
            tokens.push(Token::Number(number));
            rest = after;
        } else if next.is_alphabetic() {
            // Scripts without spaces write words directly beside their number: "約1200人".
            let digits = |c: char| !next.is_ascii() && c.is_ascii_digit();
            let end =
                rest.find(|c: char| digits(c) || !script::is_of_word(c) && c != '-').unwrap_or(rest.len());
            tokens.push(Token::Word(&rest[..end]));
            rest = &rest[end..];
        } else {
            let after = &rest[next.len_utf8()..];
            // A separator before a digit is kept, because ".5" is not 5.
            let decimal = matches!(next, '.' | ',') && after.starts_with(|c: char| c.is_ascii_digit());
            if decimal || !(next.is_whitespace() || ".,:;*\"'".contains(next)) {
                tokens.push(Token::Sign(next));
            }
            rest = after;
        }
    }
    Ok(tokens)
}

fn number<'a>(rest: &mut &[Token<'a>]) -> Result<Written<'a>, Invalid> {
    match rest.split_first() {
        Some((Token::Number(number), after)) => {
            *rest = after;
            Ok(*number)
        }
        _ if rest.iter().any(|token| matches!(token, Token::Number(_))) => Err(CONTEXT),
        _ => Err(NO_NUMBER),
    }
}

/// The upper end of "11 to 50" or, after "between", of "11 and 50".
fn range_end<'a>(rest: &mut &[Token<'a>], between: bool) -> Option<Written<'a>> {
    let end = match rest {
        [Token::Sign('-' | '–' | '—' | '‑' | '~'), Token::Number(end), ..] => end,
        [Token::Word(word), Token::Number(end), ..] if RANGE.contains(word) => end,
        [Token::Word(word), Token::Number(end), ..] if between && BETWEEN_AND.contains(word) => end,
        _ => return None,
    };
    let end = *end;
    *rest = &rest[2..];
    Some(end)
}

fn lower_end(first: Written<'_>, second: Written<'_>) -> Result<f64, Invalid> {
    let upper = second.worth(second.unit)?;
    // In "1-5k" the unit belongs to both ends.
    let shared = (first.unit == 1.0).then(|| first.worth(second.unit)).transpose()?;
    let lower = match shared {
        Some(lower) if lower <= upper => lower,
        _ => first.worth(first.unit)?,
    };
    // Two years, as in "2024-03" or "2019-2023", are a date rather than a range.
    let dates = first.is_year() && second.is_year();
    if lower <= upper && !dates { Ok(lower) } else { Err(Invalid("it is not a range of counts")) }
}

/// Skips "As of 2024," when a number for that date follows.
fn skip_leading_date(rest: &mut &[Token<'_>]) {
    let mut after = *rest;
    skip_date(&mut after);
    before_and_things().skip(&mut after);
    if matches!(after.first(), Some(Token::Number(_))) {
        *rest = after;
    }
}

/// Skips the places of the counted people: "in 3 offices", "across more than 20 countries".
fn skip_places(rest: &mut &[Token<'_>]) {
    let [Token::Word(word), after @ ..] = *rest else { return };
    if !["in", "across", "at", "over", "throughout"].contains(word) {
        return;
    }
    let mut after = after;
    before_and_things().skip(&mut after);
    if let [Token::Number(_), Token::Word(place), behind @ ..] = after
        && PLACES.contains(place)
    {
        *rest = behind;
    }
}

/// Skips a date: "as of 2024", "in March 2024", "at the end of 2024", "as of December 31, 2024".
fn skip_date(rest: &mut &[Token<'_>]) {
    let Some(length) = dates().longest(rest) else { return };
    for (at, token) in rest.iter().enumerate().skip(length) {
        match token {
            Token::Number(year) if year.is_year() => {
                *rest = &rest[at + 1..];
                return;
            }
            Token::Number(day) if day.as_plain().is_some_and(|day| (1..=31).contains(&day)) => {}
            Token::Word(word) if is_date_word(word) => {}
            _ => return,
        }
    }
}

fn is_date_word(word: &str) -> bool {
    const WORDS: [&str; 14] = [
        "the", "end", "of", "early", "mid", "late", "year", "fiscal", "fy", "q1", "q2", "q3", "q4",
        "year-end",
    ];
    WORDS.contains(&word) || word.len() > 2 && MONTHS.iter().any(|month| month.starts_with(word))
}

/// Removes bracketed text: "(2024)", "[3]". A bracket that would change the meaning of the number is refused.
fn without_brackets(raw: &str) -> Result<String, Invalid> {
    if !raw.contains(['(', '[', ')', ']']) {
        return Ok(raw.to_owned());
    }
    let mut depth = 0_usize;
    let (mut kept, mut dropped) = (String::with_capacity(raw.len()), String::new());
    for character in raw.chars() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(character),
            _ => dropped.push(character),
        }
    }
    // The bracket is an area code in front of a phone number.
    let is_code = kept.trim_start().starts_with(|c: char| c.is_ascii_digit())
        && raw.trim_start().starts_with('(')
        && dropped.bytes().all(|byte| byte.is_ascii_digit())
        && dropped.len() == 3;
    if is_code {
        return Err(CONTEXT);
    }
    let word = |unit: &&str| dropped.split(|c: char| !script::is_of_word(c)).any(|word| word == *unit);
    let unit = UNITS.iter().flat_map(|(names, _)| *names).filter(|unit| unit.len() > 2).any(word);
    let is_founding = ["founded", "established", "gegründet", "fondé", "fundada"];
    if is_founding.iter().any(|word| dropped.contains(word)) {
        return Err(CONTEXT);
    }
    let is_of_year =
        ["year", "jahr", "année", "año", "anno", "ano"].iter().any(|unit| dropped.trim() == *unit);
    let is_other =
        brackets::names_other_thing(&dropped) || kept.trim() == "0" && brackets::says_unknown(&dropped);
    if unit || is_of_year || is_other { Err(CONTEXT) } else { Ok(kept) }
}

#[expect(clippy::cast_possible_truncation, reason = "the bound keeps the cast exact")]
fn whole(number: f64) -> Option<i64> {
    // Units produce inexact products such as 12.7 * 1e3 = 12699.999...
    let rounded = number.round();
    let exact = (number - rounded).abs() < 1e-12 * rounded.abs().max(1e3) && number.abs() < 9e15;
    exact.then_some(rounded as i64)
}
