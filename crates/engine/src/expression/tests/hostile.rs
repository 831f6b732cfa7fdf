//! Tests that no text can end the program or hold it up, and that every reason is one line.

use std::thread;

use proptest::prelude::*;

use marl_core::SemanticType;

use super::{COLUMNS, cells, refusals::hints_of};
use crate::expression::Expression;

/// Compiles `text` and, if it is an expression, evaluates it.
fn survives(text: &str) -> Result<(), String> {
    let lines = match Expression::formula(text, &COLUMNS) {
        Ok(expression) => {
            let cells = cells(&expression);
            let failed = [expression.holds(&cells).err(), expression.value(&cells).err()];
            failed.into_iter().flatten().map(|error| error.to_string()).collect()
        }
        Err(error) => [hints_of(&error), vec![error.message]].concat(),
    };
    for line in lines {
        let bad = line.is_empty() || line.chars().any(char::is_control) || line.contains("gave up");
        // Neither an internal name nor the debug form of a Rust value may show.
        let inner = ["@result", "@pattern", "ParseError", "ExecutionError", "Undeclared", "source: "];
        if bad || inner.iter().any(|name| line.contains(name) && !text.contains(name)) {
            return Err(format!("{text:?} gives {line:?}"));
        }
    }
    Ok(())
}

fn compiles(text: &str) -> bool {
    survives(text).unwrap();
    Expression::formula(text, &COLUMNS).is_ok()
}

#[test]
fn nesting_is_bounded() {
    for (open, middle, close) in [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{1: ", "1", "}"),
        ("size(", "title", ")"),
        ("tags[", "0", "]"),
        ("-(", "1", ")"),
        ("!(", "true", ")"),
        ("true ? 1 : ", "2", ""),
        ("tags.map(x, ", "1", ")"),
        ("1 + ", "1", ""),
        ("1 - ", "1", ""),
        ("true && ", "true", ""),
        ("!", "true", ""),
        ("-", "1", ""),
        ("", "title", ".trim()"),
        ("", "tags", "[0]"),
        ("", "{}", ".a"),
        ("", "tags", ".map(x, x)"),
    ] {
        for count in [10, 90, 100, 300, 1_000, 4_000, 10_000] {
            let text = [open.repeat(count), middle.to_owned(), close.repeat(count)].concat();
            survives(&text).unwrap();
            survives(&open.repeat(count)).unwrap();
        }
    }
    assert!(!compiles(&"(".repeat(10_000)));
    assert_eq!(
        Expression::formula(&format!("{}1{}", "(".repeat(1_000), ")".repeat(1_000)), &COLUMNS)
            .unwrap_err()
            .message,
        "the expression is nested too deeply"
    );
    assert_eq!(
        Expression::formula(&vec!["1"; 1_000].join("+"), &COLUMNS).unwrap_err().message,
        "the expression is nested too deeply"
    );
}

#[test]
fn the_deepest_expressions_fit_a_small_stack() {
    let deep = [
        vec!["1"; 32].join(" + "),
        format!("{}1{}", "-(".repeat(31), ")".repeat(31)),
        format!("{}title{}", "lower(".repeat(31), ")".repeat(31)),
        format!("title{}", ".trim()".repeat(31)),
        format!("tags{}", ".map(x, x)".repeat(28)),
        format!("{}size{}", "int(".repeat(15), ")".repeat(15)),
        format!("{}3", "employees == 1 ? 2 : ".repeat(30)),
        format!("[{}1{}] == tags", "[".repeat(29), "]".repeat(29)),
        vec!["employees == 1"; 200].join(" || "),
    ];
    for text in deep {
        let expression =
            Expression::formula(&text, &COLUMNS).unwrap_or_else(|error| panic!("{text}: {error}"));
        let cells = cells(&expression);
        // A worker thread has 2 MiB; the rest is left for its callers.
        let small = thread::Builder::new().stack_size(1536 << 10);
        // A stack overflow ends the whole test run.
        small.spawn(move || expression.value(&cells).err()).unwrap().join().unwrap();
    }
}

const SEEDS: [&str; 10] = [
    "employees > 50 && title.contains(\"CEO\")",
    "row[\"Company Name\"].matches(\"(?i)^acme\") || !(domain in [\"a.com\"])",
    "tags.filter(tag, size(tag) > 2).map(tag, lower(tag))",
    "empty == null ? int(size) * 2 - 1 : employees % 7",
    "{\"a\": [1, 2.5, null]}[\"a\"][0] >= -1",
    "tags.exists(t, t == title) != tags.all(t, t != 'x')",
    "string(double(employees) / 3.0) + \" of \" + row['row']",
    "tags.exists_one(t, t.startsWith(\"A\")) ? 1u : uint(2)",
    "[1, 2].map(x, [x, x + 1].map(y, x * y))",
    "r\"a\\b\" + \"\"\"x\"\"\" + b'x' // remark",
];

const PIECES: [&str; 44] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "\\",
    ".",
    ",",
    ":",
    "?",
    "!",
    "-",
    "+",
    "*",
    "/",
    "%",
    "==",
    "<",
    ">=",
    "&&",
    "||",
    " in ",
    "null",
    "true",
    "row",
    "row[",
    "title",
    "employees",
    "tags",
    "0",
    "9223372036854775807",
    "1e308",
    "1u",
    "has(",
    ".map(",
    ".matches(",
    "int(",
    "@",
    "`",
    "\n",
    "é",
];

/// A seed with pieces inserted and removed.
fn mutated() -> impl Strategy<Value = String> {
    let edit = (any::<prop::sample::Index>(), 0..4_usize, prop::sample::select(&PIECES[..]));
    (prop::sample::select(&SEEDS[..]), prop::collection::vec(edit, 0..5)).prop_map(|(seed, edits)| {
        let mut characters: Vec<char> = seed.chars().collect();
        for (at, taken, piece) in edits {
            let at = at.index(characters.len() + 1);
            let end = (at + taken).min(characters.len());
            characters.splice(at..end, piece.chars());
        }
        characters.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_survives(text in "\\PC{0,80}") {
        prop_assert_eq!(survives(&text), Ok(()));
    }

    #[test]
    fn any_row_of_pieces_survives(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40)) {
        prop_assert_eq!(survives(&pieces.concat()), Ok(()));
    }

    #[test]
    fn any_mutated_expression_survives(text in mutated()) {
        prop_assert_eq!(survives(&text), Ok(()));
    }

    #[test]
    fn any_cell_survives(cell in "\\PC{0,40}") {
        let expression = Expression::formula("employees + size(title) + size(tags)", &COLUMNS).unwrap();
        let cell = Some(marl_core::Value::Text(cell));
        if let Err(error) = expression.value(&[cell.clone(), cell.clone(), cell]) {
            let reason = error.to_string();
            prop_assert!(!reason.chars().any(char::is_control), "{}", reason);
        }
    }
}

/// An expression over one column `cell` of `kind`, evaluated for `cell`.
fn evaluate_cell(text: &str, kind: SemanticType, cell: &str) -> Result<Option<marl_core::Value>, String> {
    let expression = Expression::formula(text, &[("cell", kind)]).unwrap_or_else(|error| panic!("{error}"));
    expression.value(&[Some(marl_core::Value::text(cell))]).map_err(|error| error.to_string())
}

#[test]
fn a_row_that_creates_too_much_ends_with_a_reason() {
    let long = "x".repeat(60_000);
    let list = (0..5_000).map(|at| at.to_string()).collect::<Vec<_>>().join("; ");
    let sums = format!("size({}{}{})", "(".repeat(3), "cell", " + cell)".repeat(3));
    for (text, kind, cell) in [
        // Texts that are created in loops, and discarded or kept.
        ("size(cell.map(x, cell.map(y, x + y)))", SemanticType::List, &list),
        ("cell.map(x, cell)", SemanticType::List, &list),
        ("cell.exists(x, cell.exists(y, x + y == \"none\"))", SemanticType::List, &list),
        // Loops that create nothing.
        ("cell.map(x, cell.map(y, 1))", SemanticType::List, &list),
        ("cell.filter(x, cell.exists(y, false))", SemanticType::List, &list),
        // The same text many times in a list, also under the name that a loop gives it.
        (&format!("size([{}])", vec!["cell"; 500].join(", ")), SemanticType::Text, &long),
        (&format!("size([cell].map(x, [{}]))", vec!["x"; 500].join(", ")), SemanticType::Text, &long),
        (&format!("size([{}])", vec![&sums[5..sums.len() - 1]; 60].join(", ")), SemanticType::Text, &long),
        // One long cell that is read again and again.
        ("[1, 2, 3].all(x, !cell.contains(\"y\"))", SemanticType::Text, &"x".repeat(24 << 20)),
    ] {
        let end = evaluate_cell(text, kind, cell);
        let reason = end.map(|value| format!("{value:?}")).unwrap_err();
        assert_eq!(reason, "it creates more than 16 MB of texts and lists for one row", "{text}");
    }
}

#[test]
fn ordinary_rows_are_within_the_bound() {
    let list = (0..300).map(|at| at.to_string()).collect::<Vec<_>>().join("; ");
    let text = "cell.filter(x, !cell.exists(y, x + \"0\" == y)).map(x, x + x)";
    assert!(evaluate_cell(text, SemanticType::List, &list).unwrap().is_some());
    let description = "word ".repeat(20_000);
    let words = (0..50).map(|at| format!("\"{at}\"")).collect::<Vec<_>>().join(", ");
    let text = format!("[{words}].exists(word, cell.contains(word)) ? \"yes\" : \"no\"");
    assert_eq!(
        evaluate_cell(&text, SemanticType::Text, &description),
        Ok(Some(marl_core::Value::text("no")))
    );
}

#[test]
fn a_result_that_is_too_long_for_a_cell_is_refused() {
    let cell = "é".repeat(32_767);
    let whole = evaluate_cell("cell", SemanticType::Text, &cell).unwrap();
    assert_eq!(whole, Some(marl_core::Value::Text(cell.clone())));
    let reason = "the result has 65534 characters, and a cell holds at most 32767";
    assert_eq!(evaluate_cell("cell + cell", SemanticType::Text, &cell), Err(reason.to_owned()));
    let list = evaluate_cell("[cell, \"x\"]", SemanticType::Text, &cell).unwrap_err();
    assert_eq!(list, "the result has 32770 characters, and a cell holds at most 32767");
}
