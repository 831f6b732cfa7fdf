//! Expressions over columns of the types number, boolean, date and JSON.

use super::*;

const TYPED: [(&str, SemanticType); 5] = [
    ("score", SemanticType::Number),
    ("hiring", SemanticType::Boolean),
    ("founded", SemanticType::Date),
    ("about", SemanticType::Json),
    ("country", SemanticType::Country),
];

fn evaluated(text: &str, cells: [&str; 5]) -> Result<Option<Value>, String> {
    let expression = Expression::formula(text, &TYPED).unwrap_or_else(|error| panic!("{text}: {error}"));
    let cell = |name: &String| {
        let at = TYPED.iter().position(|(known, _)| known == name).unwrap();
        (!cells[at].is_empty()).then(|| Value::text(cells[at]))
    };
    let cells: Vec<_> = expression.columns().iter().map(cell).collect();
    expression.value(&cells).map_err(|error| error.to_string())
}

#[test]
fn typed_cells_compare_by_value() {
    let cells = ["1,234.5", "Yes", "May 3, 2021", "{\"b\": 1, \"a\": 2}", "Germany"];
    for (text, expect) in [
        ("score > 1234", "true"),
        ("score == 1234.5", "true"),
        ("score * 2.0", "2469"),
        ("hiring", "true"),
        ("hiring == true", "true"),
        ("!hiring", "false"),
        ("hiring && score < 5.0", "false"),
        ("founded < \"2021-06\"", "true"),
        ("about.contains('\"a\":2')", "true"),
        ("country == \"DE\"", "true"),
    ] {
        assert_eq!(evaluated(text, cells), Ok(Some(Value::text(expect))), "{text}");
    }
}

#[test]
fn empty_and_unknown_typed_cells_compare_false() {
    for cells in [["", "", "", "", ""], ["N/A", "unknown", "N/A", "{}", "N/A"]] {
        for text in ["score > 5.0", "score == 5.0", "hiring == true", "hiring == false", "country == \"DE\""]
        {
            assert_eq!(evaluated(text, cells), Ok(Some(Value::text("false"))), "{text}");
        }
    }
    // A cell that is ambiguous has no value, and no comparison guesses one.
    assert!(evaluated("score > 5.0", ["1,234", "", "", "", ""]).is_err());
    assert!(evaluated("hiring", ["", "maybe", "", "", ""]).is_err());
}
