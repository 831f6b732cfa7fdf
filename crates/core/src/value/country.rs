//! The type `country`: a country by its code of two letters. This module must not guess a country from a
//! city, a state or a language.

mod table;

use std::{collections::HashMap, sync::LazyLock};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::Invalid;

/// The length limit of a text that is read as a country, in bytes.
const LONGEST: usize = 100;

/// Reads a code of ISO 3166-1 with two or three letters, or a usual English name: "DE", "DEU", "Germany",
/// "U.K.", "Korea, Republic of", "Côte d'Ivoire". The result is the code of two letters.
///
/// The column is known to hold countries, so "Georgia" is the country, "CA" is Canada, and "DE" is Germany.
/// Names that several countries share, such as "Congo" and "Korea", are refused. Parts of the United Kingdom
/// give `GB`. "NO" in capital letters is Norway; in another case it is a denial. `NA` is the code of Namibia,
/// but as a table's cell or an answer it counts as "not available", because most tables mean that.
pub(super) fn read(raw: &str) -> Result<String, Invalid> {
    static CODES: LazyLock<HashMap<&str, &str>> = LazyLock::new(codes);
    const UNKNOWN: Invalid = Invalid("it is not the name or the ISO code of a country");
    if raw.len() > LONGEST {
        return Err(UNKNOWN);
    }
    let name = folded(raw);
    let is_word = matches!(&*name, "no" | "na") && !matches!(raw, "NO" | "NA");
    CODES.get(&*name).filter(|_| !is_word).map(|code| (*code).to_owned()).ok_or(UNKNOWN)
}

/// The code for every name and for the codes in lower case.
fn codes() -> HashMap<&'static str, &'static str> {
    static LOWER: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
        let lower = |code: &str| code.to_ascii_lowercase();
        table::COUNTRIES.iter().map(|(two, three, _)| (lower(two), lower(three))).collect()
    });
    let mut codes = HashMap::new();
    for ((code, _, names), (two, three)) in table::COUNTRIES.iter().zip(LOWER.iter()) {
        codes.extend(names.split('|').chain([two.as_str(), three]).map(|name| (name, *code)));
    }
    codes
}

/// The form in which names are compared: lower case, without accents, punctuation and a leading "the".
fn folded(text: &str) -> String {
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c) && !".'’‘`".contains(*c));
    let letters: String = letters.flat_map(char::to_lowercase).collect();
    let letters = letters.replace('&', " and ").replace('ı', "i");
    let mut words: Vec<&str> = letters.split(|c: char| !c.is_alphanumeric()).collect();
    words.retain(|word| !word.is_empty());
    if words.len() > 1 && words[0] == "the" {
        words.remove(0);
    }
    // Alone, the letters are the code of São Tomé and Príncipe.
    if words.len() > 1 {
        words.iter_mut().filter(|word| **word == "st").for_each(|word| *word = "saint");
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{folded, read, table::COUNTRIES};

    #[test]
    fn every_code_and_name_has_one_country() {
        let mut seen = HashSet::new();
        for (two, three, names) in COUNTRIES {
            for name in names.split('|').chain([two, three]) {
                assert_eq!(read(name).as_deref(), Ok(two), "{name}");
                assert!(seen.insert(name.to_lowercase()), "{name} is listed twice");
            }
            for name in names.split('|') {
                assert_eq!(folded(name), name, "names are in the form that is compared");
            }
        }
    }

    #[test]
    fn codes_are_sorted_and_well_formed() {
        assert!(COUNTRIES.is_sorted_by_key(|(two, ..)| *two));
        let is_code =
            |code: &str, length| code.len() == length && code.bytes().all(|b| b.is_ascii_uppercase());
        assert!(COUNTRIES.iter().all(|(two, three, _)| is_code(two, 2) && is_code(three, 3)));
    }
}
