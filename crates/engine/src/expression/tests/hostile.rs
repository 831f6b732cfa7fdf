//! No text may end the program or hold it up, and every reason is one line.

use std::thread;

use proptest::prelude::*;

use super::{COLUMNS, cells};
use crate::expression::Expression;

/// Compiles `text` and, if it is an expression, evaluates it.
fn survives(text: &str) -> Result<(), String> {
    let said = match Expression::formula(text, &COLUMNS) {
        Ok(expression) => {
            let cells = cells(&expression);
            vec![expression.holds(&cells).err(), expression.value(&cells).err()]
        }
        Err(error) => error.hints.into_iter().chain([error.message]).map(Some).collect(),
    };
    for line in said.into_iter().flatten() {
        let bad = line.is_empty() || line.chars().any(char::is_control) || line.contains("gave up");
        // No inner name and no dump of a Rust value.
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
        Expression::formula(&format!("{}1{}", "(".repeat(1_000), ")".repeat(1_000)), &[])
            .unwrap_err()
            .message,
        "the expression is nested too deeply"
    );
    assert_eq!(
        Expression::formula(&vec!["1"; 1_000].join("+"), &[]).unwrap_err().message,
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
        // A worker has 2 MiB; the rest is left for those that call.
        let small = thread::Builder::new().stack_size(1536 << 10);
        // A stack that is too small ends the whole test run.
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

/// A seed with pieces put in and taken out.
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
        if let Err(reason) = expression.value(&[cell.clone(), cell.clone(), cell]) {
            prop_assert!(!reason.chars().any(char::is_control), "{}", reason);
        }
    }
}
