//! The type `date`: a day, a month or a year, as precise as the source is. This module must not know the time
//! zone of a reader: the date of a timestamp is the date that the timestamp writes.

use serde_json::{Map, Value as Json};

use super::{
    Invalid,
    integer::{MONTHS, script},
};

/// The length limit of a text that is read as a date, in bytes.
const LONGEST: usize = 64;

const NO_DATE: Invalid = Invalid("it is not a date");
const NO_DAY: Invalid = Invalid("the calendar has no such day");

/// Reads "2021", "2021-05", "2021-05-03", "2021-05-03T10:00:00Z", "2021/05/03", "May 3, 2021", "3 May 2021",
/// "May 2021". The result is `2021`, `2021-05` or `2021-05-03`.
///
/// "03/04/2021" is refused, because countries disagree on which number is the month. "13/04/2021" and
/// "04/04/2021" have one meaning only. Years have four digits.
pub(super) fn read(raw: &str) -> Result<String, Invalid> {
    if raw.len() > LONGEST {
        return Err(Invalid("it is too long for a date"));
    }
    let text = script::plain(raw).to_lowercase();
    let text = text.trim_end_matches(['.', ',']).trim_end();
    match in_words(text) {
        Some(date) => date,
        None => in_numbers(without_time(text)?),
    }
}

/// The date in an object with a year, and perhaps a month and a day, as many interfaces write dates.
pub(super) fn from_object(object: &Map<String, Json>) -> Option<String> {
    // A part may be missing or null. A month in words makes the whole date unknown.
    let part = |key: &str| match object.get(key) {
        None | Some(Json::Null) => Some(None),
        Some(value) => value.as_u64().and_then(|value| u32::try_from(value).ok()).map(Some),
    };
    match (part("year")??, part("month")?, part("day")?) {
        (year, None, None) => written(year, None),
        (year, Some(month), None) => written(year, Some((month, None))),
        (year, Some(month), Some(day)) => written(year, Some((month, Some(day)))),
        (_, None, Some(_)) => return None,
    }
    .ok()
}

/// The normal form of a date that the calendar has.
fn written(year: u32, rest: Option<(u32, Option<u32>)>) -> Result<String, Invalid> {
    if !(1000..3000).contains(&year) {
        return Err(Invalid("its year is not between 1000 and 2999"));
    }
    match rest {
        None => Ok(year.to_string()),
        Some((month @ 1..=12, None)) => Ok(format!("{year}-{month:02}")),
        Some((month @ 1..=12, Some(day))) if (1..=days(year, month)).contains(&day) => {
            Ok(format!("{year}-{month:02}-{day:02}"))
        }
        Some(_) => Err(NO_DAY),
    }
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The text without the time of a timestamp.
fn without_time(text: &str) -> Result<&str, Invalid> {
    const LENGTH: usize = "2021-05-03".len();
    let (Some(date), Some(rest)) = (text.get(..LENGTH), text.get(LENGTH..)) else { return Ok(text) };
    let Some(time) = rest.strip_prefix(['t', ' ']) else { return Ok(text) };
    if is_time(time) { Ok(date) } else { Err(NO_DATE) }
}

/// Whether a text is a time of a day, such as `10:00`, `10:00:00.000z` and `10:00:00 +02:00`.
fn is_time(text: &str) -> bool {
    let (clock, zone) = match text.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.') {
        Some(end) => text.split_at(end),
        None => (text, ""),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let below = |part: &str, limit: u32| {
        let whole = part.split('.').next().unwrap_or_default();
        whole.len() == 2 && whole.parse().is_ok_and(|number: u32| number < limit)
    };
    let is_clock = match parts.as_slice() {
        [hour, minute] => below(hour, 25) && below(minute, 60),
        [hour, minute, second] => below(hour, 25) && below(minute, 60) && below(second, 61),
        _ => false,
    };
    let zone = zone.trim();
    let is_offset = zone.strip_prefix(['+', '-']).is_some_and(|offset| {
        (2..=5).contains(&offset.len()) && offset.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
    });
    is_clock && (["", "z", "utc", "gmt"].contains(&zone) || is_offset)
}

fn in_numbers(text: &str) -> Result<String, Invalid> {
    let sign = ['-', '/', '.'].into_iter().find(|sign| text.contains(*sign)).unwrap_or('-');
    let parts: Vec<&str> = text.split(sign).collect();
    if !parts.iter().all(|part| matches!(part.len(), 1 | 2 | 4) && is_digits(part)) {
        return Err(NO_DATE);
    }
    let number = |part: &str| part.parse::<u32>().map_err(|_| NO_DATE);
    match parts.as_slice() {
        [year] if is_year(year) => written(number(year)?, None),
        // "2021.05" may be a decimal number.
        [year, month] | [month, year] if is_year(year) && month.len() <= 2 && sign != '.' => {
            written(number(year)?, Some((number(month)?, None)))
        }
        [year, month, day] if is_year(year) && month.len() <= 2 && day.len() <= 2 => {
            written(number(year)?, Some((number(month)?, Some(number(day)?))))
        }
        [first, second, year] if is_year(year) && first.len() <= 2 && second.len() <= 2 => {
            let (first, second) = (number(first)?, number(second)?);
            let (month, day) = match () {
                () if first > 12 || first == second => (second, first),
                () if second > 12 => (first, second),
                () => return Err(Invalid("its day and its month may be in either order")),
            };
            written(number(year)?, Some((month, Some(day))))
        }
        _ => Err(NO_DATE),
    }
}

/// The date in a text with the name of a month; `None` if the text has no such name.
fn in_words(text: &str) -> Option<Result<String, Invalid>> {
    let words = text.split(|c: char| c.is_whitespace() || ",.-/".contains(c));
    let words: Vec<&str> =
        words.filter(|word| !word.is_empty() && !["of", "the"].contains(word) && !is_weekday(word)).collect();
    words.iter().find_map(|word| month(word))?;
    let date = match words.as_slice() {
        [first, year] | [year, first] if is_year(year) => month(first).map(|month| (year, month, None)),
        [first, second, year] if is_year(year) => match (month(first), month(second)) {
            (Some(month), None) => day(second).map(|day| (year, month, Some(day))),
            (None, Some(month)) => day(first).map(|day| (year, month, Some(day))),
            _ => None,
        },
        [year, first, second] if is_year(year) => {
            month(first).zip(day(second)).map(|(month, day)| (year, month, Some(day)))
        }
        _ => None,
    };
    let Some((year, month, day)) = date else { return Some(Err(NO_DATE)) };
    Some(year.parse().map_err(|_| NO_DATE).and_then(|year| written(year, Some((month, day)))))
}

fn is_digits(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_year(part: &str) -> bool {
    part.len() == 4 && is_digits(part)
}

/// The number of a month's English name or its usual abbreviation.
fn month(word: &str) -> Option<u32> {
    let is = |name: &str| word == name || word == &name[..3] || word == "sept" && name == "september";
    let at = MONTHS.iter().position(|name| is(name))?;
    u32::try_from(at + 1).ok()
}

fn day(word: &str) -> Option<u32> {
    let number = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    if (1..=2).contains(&number.len()) && is_digits(number) { number.parse().ok() } else { None }
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    DAYS.iter().any(|day| word == *day || word == &day[..3])
}
