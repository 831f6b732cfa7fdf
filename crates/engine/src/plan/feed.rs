//! Which columns can feed an input, by their names, their types and their cells.
//!
//! Binding and wanted columns follow the same rules. If several columns fit, these rules must not choose: the
//! user does.

use marl_core::{Column, SemanticType};

use super::Header;
use crate::nearest;

/// A column's name as a reader sees it: without invisible characters, and with single blanks.
fn visible(name: &str) -> String {
    SemanticType::Text.read(name).map(|text| text.to_string()).unwrap_or_default()
}

/// The words of a name in lower case, joined with `_`: `CEO LinkedIn-URL` is `ceo_linkedin_url`.
fn words(name: &str) -> String {
    let name = visible(name).to_lowercase();
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_")
}

/// Letters and digits alone, so that `E-mail`, `email` and `Email` are one name.
fn letters(name: &str) -> String {
    words(name).replace('_', "")
}

/// Whether a reader cannot distinguish two names.
pub(super) fn look_alike(one: &str, other: &str) -> bool {
    one == other || visible(one) == visible(other)
}

/// The column of the table that `name` refers to: the column with exactly this name, otherwise the only
/// column that looks the same.
pub(super) fn column_called<'a>(header: &Header<'a>, name: &str) -> Option<&'a str> {
    let columns = header.columns.iter().map(String::as_str);
    columns.clone().find(|column| *column == name).or_else(|| {
        let mut alike = columns.filter(|column| look_alike(column, name));
        alike.next().filter(|_| alike.next().is_none())
    })
}

/// How a column's name fits an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// The name ends in the input's name: `ceo_linkedin_url`.
    Suffix,
    /// The name is a usual name for the input, or another spelling of the input's own name.
    Usual,
}

/// Whether this is a usual name for the contract's column, in any spelling.
pub fn is_usual_name(name: &str, column: &Column) -> bool {
    let name = letters(name);
    !name.is_empty()
        && std::iter::once(column.name.as_str())
            .chain(column.aliases.iter())
            .any(|known| letters(known) == name)
}

/// Whether a column of this name may hold the input.
fn by_name(name: &str, input: &Column) -> Option<Match> {
    if is_usual_name(name, input) {
        return Some(Match::Usual);
    }
    let ends_so = input.kind.is_recognisable() && words(name).ends_with(&format!("_{}", input.name));
    ends_so.then_some(Match::Suffix)
}

/// Whether the table's column `at` may feed the input: its name and its values must fit. If the name is a
/// usual one, a quarter of the values is enough, since a cell that does not fit costs no call.
pub(super) fn from_table(header: &Header<'_>, at: usize, input: &Column) -> Option<Match> {
    let found = by_name(&header.columns[at], input)?;
    let fits = fitting(header, at, input.kind);
    let enough = match found {
        Match::Usual => fits.valid * 4 >= fits.filled,
        Match::Suffix => fits.valid * 2 > fits.filled,
    };
    (!input.kind.is_recognisable() || fits.filled == 0 || enough).then_some(found)
}

/// Whether an output, written to `column`, may feed the input.
pub(super) fn from_output(output: &str, kind: SemanticType, column: &str, input: &Column) -> Option<Match> {
    if kind != input.kind {
        return None;
    }
    by_name(output, input).or_else(|| by_name(column, input))
}

/// How many of a column's first filled cells are of a type. Cells with a placeholder do not count.
pub(super) struct Fitting {
    pub(super) filled: usize,
    pub(super) valid: usize,
}

/// Counts the first filled cells of a column that are of a type.
pub(super) fn fitting(header: &Header<'_>, column: usize, kind: SemanticType) -> Fitting {
    let cells = header.samples.get(column).map(Vec::as_slice).unwrap_or_default();
    let filled = cells.iter().filter(|cell| !kind.says_nothing(cell));
    let mut fits = Fitting { filled: 0, valid: 0 };
    for cell in filled {
        fits.filled += 1;
        fits.valid += usize::from(kind.recognises(cell));
    }
    fits
}

/// The table's columns that might feed the input although no rule binds them: columns whose cells fit, with
/// usual names and many fitting cells first. If any text fits, only columns with a name similar to the
/// input's.
pub(super) fn alike<'a>(header: &Header<'a>, input: &Column) -> Vec<&'a str> {
    let is_near = |name: &str| nearest(&input.name, [name]).is_some() || is_usual_name(name, input);
    let columns = header.columns.iter().map(String::as_str).enumerate();
    let mut scored: Vec<(usize, &str)> = columns
        .filter_map(|(at, name)| {
            let fits = fitting(header, at, input.kind);
            let share = fits.valid * 100 / fits.filled.max(1);
            let near = usize::from(is_near(name)) * 50;
            match input.kind.is_recognisable() {
                true if share == 0 && !(fits.filled == 0 && near > 0) => None,
                // In a column with an unrelated name, a few cells fit by chance.
                true if share <= 50 && near == 0 => None,
                false if near == 0 => None,
                _ => Some((share + near, name)),
            }
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOMAIN: Column = Column::required("company_domain", SemanticType::Domain, "").aliases(&[
        "website",
        "company website",
        "www",
    ]);

    #[test]
    fn a_usual_name_counts_in_any_spelling() {
        for name in [
            "Website",
            "WEBSITE ",
            "Web-Site",
            "company_website",
            "CompanyWebsite",
            "Company\u{a0}Domain",
            "WWW",
        ] {
            assert_eq!(by_name(name, &DOMAIN), Some(Match::Usual), "{name}");
        }
        for name in ["HQ company_domain", "hq company domain", "HQ Company-Domain"] {
            assert_eq!(by_name(name, &DOMAIN), Some(Match::Suffix), "{name}");
        }
        for name in ["Website of a friend", "company", "domain", "", "mycompanydomain", "網址"] {
            assert_eq!(by_name(name, &DOMAIN), None, "{name}");
        }
    }

    #[test]
    fn names_that_look_the_same_are_equal() {
        let columns = ["\u{200b}name", "b ", "b", "x\u{a0}y"].map(str::to_owned);
        let header = Header { table: "t.csv", columns: &columns, samples: &[] };
        assert_eq!(column_called(&header, "name"), Some("\u{200b}name"));
        assert_eq!(column_called(&header, "b"), Some("b"), "the exact spelling comes first");
        assert_eq!(column_called(&header, " b"), None, "two look so");
        assert_eq!(column_called(&header, "x y"), Some("x\u{a0}y"));
        assert_eq!(column_called(&header, "Name"), None);
    }
}
