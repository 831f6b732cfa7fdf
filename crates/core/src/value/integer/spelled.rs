//! Converts numbers in words, and mixed East Asian numbers, to digits: "five hundred" becomes `500`, and
//! `1万2000` becomes `12000`. Everything else in the text stays.

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

const SCALES: [(&str, u64); 3] = [("thousand", 1_000), ("million", 1_000_000), ("billion", 1_000_000_000)];

/// The length limit of such a text, in bytes.
const LONGEST: usize = 200;

/// A lower-case text with its English number words replaced by digits; `None` when the text has no number
/// words, or several numbers. In "two to five thousand" the unit of the first number would be uncertain.
pub(super) fn in_digits(text: &str) -> Option<String> {
    if text.len() > LONGEST || !text.is_ascii() {
        return None;
    }
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c == '-').filter(|word| !word.is_empty()).collect();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned();
    let is_number = |word: &str| value_of(&bare(word)).is_some();
    let start = words.iter().position(|word| is_number(word))?;
    let is_within = |(at, word): (usize, &&str)| {
        is_number(word) || bare(word) == "and" && words.get(at + 1).is_some_and(|next| is_number(next))
    };
    let length = words.iter().enumerate().skip(start).take_while(|(at, word)| is_within((*at, word))).count();
    let (run, after) = words[start..].split_at(length);
    if after.iter().any(|word| is_number(word)) {
        return None;
    }
    // The article of "a hundred" and "a thousand" belongs to the number.
    let before = &words[..start - usize::from(start > 0 && ["a", "an"].contains(&words[start - 1]))];
    let is_scale = |word: &str| matches!(value_of(word), Some(100 | 1_000 | 1_000_000 | 1_000_000_000));
    if before.len() == start && is_scale(&bare(run[0])) {
        return None;
    }
    let number = value(run.iter().map(|word| bare(word)))?;
    Some([before.join(" "), number.to_string(), after.join(" ")].join(" "))
}

fn value_of(word: &str) -> Option<u64> {
    let small = SMALL.iter().position(|known| *known == word).map(|at| at as u64);
    let tens = || TENS.iter().position(|known| *known == word).map(|at| 10 * (at as u64 + 2));
    let scale = || SCALES.iter().find(|(known, _)| *known == word).map(|(_, worth)| *worth);
    small.or_else(tens).or_else(scale).or_else(|| (word == "hundred").then_some(100))
}

/// The value of number words such as "two thousand three hundred and twenty five"; `None` when they are not
/// a single number, as in "nineteen eighty".
fn value(words: impl Iterator<Item = String>) -> Option<u64> {
    let (mut total, mut group, mut last, mut least) = (0_u64, 0_u64, u64::MAX, u64::MAX);
    for word in words.filter(|word| word != "and") {
        match value_of(&word)? {
            100 => group = group.max(1).checked_mul(100).filter(|_| group < 100)?,
            scale @ (1_000 | 1_000_000 | 1_000_000_000) => {
                (scale < least).then_some(())?;
                total += group.max(1) * scale;
                (group, least, last) = (0, scale, u64::MAX);
                continue;
            }
            // Units follow tens, and nothing follows units.
            small => {
                let fits = last == u64::MAX || last == 100 || (20..100).contains(&last) && small < 10;
                fits.then_some(())?;
                group += small;
            }
        }
        last = value_of(&word)?;
    }
    Some(total + group)
}

/// The text with an East Asian number such as `1万2000` or `1億2000万` replaced by digits. A number with a
/// single unit is left unchanged, because it may have a decimal point.
pub(super) fn in_one_part(text: &str) -> Option<String> {
    const UNITS: [(char, u64); 9] = [
        ('億', 100_000_000),
        ('亿', 100_000_000),
        ('억', 100_000_000),
        ('万', 10_000),
        ('萬', 10_000),
        ('만', 10_000),
        ('千', 1_000),
        ('천', 1_000),
        ('百', 100),
    ];
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let (mut rest, mut total, mut parts, mut least) = (&text[start..], 0_u64, 0, u64::MAX);
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(rest.len());
        let digits = rest[..end].trim_end_matches(',');
        let Ok(number) = digits.replace(',', "").parse::<u64>() else { break };
        let after = &rest[digits.len()..];
        let unit = UNITS.iter().find(|(sign, _)| after.starts_with(*sign));
        let worth = unit.map_or(1, |(_, worth)| *worth);
        (worth < least).then_some(())?;
        total = number.checked_mul(worth)?.checked_add(total)?;
        (parts, least) = (parts + 1, worth);
        rest = unit.map_or(after, |(sign, _)| after[sign.len_utf8()..].trim_start());
        if unit.is_none() {
            break;
        }
    }
    let goes_on = rest.starts_with(['.', '-', '~']);
    (parts > 1 && !goes_on).then(|| format!("{}{total}{rest}", &text[..start]))
}
