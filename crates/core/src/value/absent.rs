//! Detects filled cells without information: a spreadsheet's error, an address without a host, "N/A". This
//! module must not normalise a value.

use super::{SemanticType, invisible, is_placeholder};

/// Cells that say nothing whatever the column's type is: the examples that texts for people show.
pub const PLACEHOLDER_EXAMPLES: [&str; 3] = ["N/A", "-", "#REF!"];

/// Whether a cell of a type is as good as empty.
///
/// In a text column a word such as "Unknown" may be a name, so only words that are never names count
/// there.
pub(super) fn says_nothing(kind: SemanticType, cell: &str) -> bool {
    let cell = invisible::removed(cell);
    let cell = cell.trim();
    if cell.is_empty() || is_spreadsheet_error(cell) {
        return true;
    }
    match kind {
        SemanticType::Text => is_certain(cell),
        SemanticType::Domain
        | SemanticType::LinkedinUrl
        | SemanticType::CompanyLinkedinUrl
        | SemanticType::Url
        | SemanticType::Email => is_placeholder(cell) || is_certain(cell) || is_bare_scheme(cell),
        // The first word within JSON says nothing about the whole.
        SemanticType::Json if cell.starts_with(['{', '[']) => is_certain(cell),
        SemanticType::Integer
        | SemanticType::Number
        | SemanticType::Boolean
        | SemanticType::Date
        | SemanticType::Phone
        | SemanticType::Country
        | SemanticType::List
        | SemanticType::Json => is_placeholder(cell) || is_certain(cell),
    }
}

/// Whether a cell is a spreadsheet's error value, in any language that translates them.
fn is_spreadsheet_error(cell: &str) -> bool {
    const ERRORS: [&str; 36] = [
        "#REF!",
        "#N/A",
        "#NAME?",
        "#VALUE!",
        "#DIV/0!",
        "#NULL!",
        "#NUM!",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#CONNECT!",
        "#UNKNOWN!",
        "#BUSY!",
        "#PYTHON!",
        "#EXTERNAL!",
        "#ERROR!",
        "#GETTING_DATA",
        "#ERR",
        "#N/A N/A",
        "#BEZUG!",
        "#NV",
        "#WERT!",
        "#ZAHL!",
        "#UEBERLAUF!",
        "#ÜBERLAUF!",
        "#VALEUR!",
        "#NOM?",
        "#NOMBRE!",
        "#¿NOMBRE?",
        "#¡REF!",
        "#¡VALOR!",
        "#¡DIV/0!",
        "#VALORE!",
        "#NOME?",
        "#RIF!",
    ];
    let cell = cell.trim_matches(['\'', '"', '=']);
    let is_numbered = || {
        let number = cell.strip_prefix("Err:").or_else(|| cell.strip_prefix("#ERR"));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    (cell.starts_with('#') && ERRORS.iter().any(|error| error.eq_ignore_ascii_case(cell))) || is_numbered()
}

/// Whether a cell consists only of signs, or of words for "no value" that are never names.
fn is_certain(cell: &str) -> bool {
    const WORDS: [&str; 12] = [
        "n/a",
        "n/d",
        "n.a",
        "n\\a",
        "n / a",
        "#n/a",
        "not available",
        "not applicable",
        "no data",
        "undefined",
        "nan",
        "tbd",
    ];
    // Only in the case that programs use: "Null" may be a surname.
    const AS_WRITTEN: [&str; 5] = ["null", "NULL", "none", "None", "NONE"];
    if !cell.contains(char::is_alphanumeric) {
        return true;
    }
    let word = cell.trim_matches(|c: char| c.is_whitespace() || ".\"'`()[]<>{}*-–—:,".contains(c));
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)) || AS_WRITTEN.contains(&word)
}

/// Whether a cell is only the beginning of an address: `http://`, `https://www.`, `mailto:`.
fn is_bare_scheme(cell: &str) -> bool {
    let lower = cell.to_ascii_lowercase();
    let mut rest = lower.as_str();
    let signs = |c: char| !c.is_alphanumeric();
    loop {
        let before = rest.len();
        rest = rest.trim_matches(signs);
        for word in ["https", "http", "www", "mailto"] {
            rest = rest
                .strip_prefix(word)
                .filter(|rest| rest.is_empty() || rest.starts_with(signs))
                .unwrap_or(rest);
        }
        if rest.len() == before {
            return rest.is_empty();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESSES: [SemanticType; 4] =
        [SemanticType::Domain, SemanticType::LinkedinUrl, SemanticType::Url, SemanticType::Email];

    #[test]
    fn cells_that_are_absent_in_every_column() {
        for cell in [
            "",
            " ",
            "-",
            "--",
            "—",
            "?",
            "...",
            "\u{200b}",
            "N/A",
            "n/a",
            "n.a.",
            "(N/A)",
            "[n/a]",
            "#N/A",
            "#REF!",
            "#ref!",
            "#NAME?",
            "#VALUE!",
            "#DIV/0!",
            "#NULL!",
            "#NUM!",
            "#SPILL!",
            "#ERROR!",
            "#BEZUG!",
            "#NV",
            "#¿NOMBRE?",
            "Err:502",
            "NULL",
            "None",
            "NaN",
            "undefined",
            "Not available.",
            "N/A\u{feff}",
            "{}",
            "[]",
        ]
        .into_iter()
        .chain(PLACEHOLDER_EXAMPLES)
        {
            for kind in SemanticType::ALL {
                assert!(says_nothing(kind, cell), "{cell:?} as {kind}");
            }
        }
    }

    #[test]
    fn the_beginning_of_an_address_is_absent() {
        for cell in [
            "http://",
            "https://",
            "https://www.",
            "HTTP://WWW",
            "www.",
            "mailto:",
            "https://https://",
            "http:",
        ] {
            for kind in ADDRESSES {
                assert!(says_nothing(kind, cell), "{cell:?} as {kind}");
            }
            assert!(!says_nothing(SemanticType::Text, cell), "{cell}");
        }
        for cell in
            ["https://acme.com", "www.com", "http.cat", "mailto:j@acme.com", "wwwacme.com", "httpbin.org"]
        {
            for kind in ADDRESSES {
                assert!(!says_nothing(kind, cell), "{cell:?} as {kind}");
            }
        }
    }

    #[test]
    fn texts_that_may_be_names_are_kept() {
        for cell in [
            "Null",
            "Unknown",
            "Nil",
            "NA",
            "No Name Inc",
            "#1 Plumbing",
            "Empty",
            "None of the above",
            "#NoFilter",
        ] {
            assert!(!says_nothing(SemanticType::Text, cell), "{cell}");
        }
        assert!(
            says_nothing(SemanticType::Domain, "unknown") && says_nothing(SemanticType::Integer, "unknown")
        );
    }
}
