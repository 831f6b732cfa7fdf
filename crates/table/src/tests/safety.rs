//! Tests of values from outside as cells.

use marl_core::value::CELL_CHARACTERS;

use super::*;
use crate::format::safety::{csv_cell, json_value};

/// A text as a CSV cell.
fn cell(text: &str) -> String {
    csv_cell(&Value::text(text), false).0.into_owned()
}

#[test]
fn formulas_get_an_apostrophe() {
    for formula in [
        "=1+1",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "=cmd|' /C calc'!A0",
        "-",
        "+1 555 123",
        "＝1",
        "＋1",
        "－1",
        "＠a",
        "﹢1+1",
        "﹣2+3",
        "﹦1",
        "﹫SUM(A1)",
        "\u{2212}2+3",
        "- item",
        "-1e",
        "-5;=1",
        "+.",
    ] {
        assert_eq!(csv_cell(&Value::text(formula), false), (format!("'{formula}").into(), true));
        assert_eq!(csv_cell(&Value::text(formula), true), (formula.into(), false));
    }
    for (hidden, safe) in [
        ("\t=1", "' =1"),
        ("\r\n=1", "' =1"),
        (" \u{a0}=1", "' \u{a0}=1"),
        ("\u{200b}=1", "'\u{200b}=1"),
        ("\u{ad}=1", "'\u{ad}=1"),
        ("\u{180e}+1+1", "'\u{180e}+1+1"),
        ("\u{34f}\u{115f}@a", "'\u{34f}\u{115f}@a"),
        ("\u{3164} =1", "'\u{3164} =1"),
        ("\u{e0001}=1", "'\u{e0001}=1"),
        ("\u{202e}\u{2066}=1", "'\u{202e}\u{2066}=1"),
        ("\0=1", "'=1"),
        ("\u{1b}[1m=1", "'=1"),
    ] {
        assert_eq!(cell(hidden), safe, "{hidden:?}");
    }
}

#[test]
fn other_cells_stay() {
    for plain in [
        "",
        "Acme",
        "-5",
        "+3.2",
        "-1,234.50",
        "-1e5",
        "-12%",
        "+15551234567",
        "a=b",
        "'=1",
        "1-2",
        "https://x.com/?a=b",
        "größe – 😀",
    ] {
        assert_eq!(csv_cell(&Value::text(plain), false), (plain.into(), false));
    }
    assert_eq!(csv_cell(&Value::Integer(-5), false), ("-5".into(), false));
    let list = Value::List(owned(&["=a", "b"]));
    assert_eq!(csv_cell(&list, false), ("'=a; b".into(), true));
}

#[test]
fn no_value_controls_a_terminal() {
    for (hostile, safe) in [
        ("a\u{1b}[31mred\u{1b}[0m", "ared"),
        ("\u{1b}]0;title\u{7}x", "x"),
        ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
        ("\u{9b}2Jx", "x"),
        ("\u{1b}cx", "x"),
        ("\u{1b}]unended", "unended"),
        ("\u{1b}", ""),
        ("\u{1b}[", ""),
        ("\u{1b}[31äx", "äx"),
        ("a\u{8}\u{7f}\u{0}b", "ab"),
        ("a\r\nb\nc\td\re\u{2028}f", "a b c d e f"),
    ] {
        assert_eq!(cell(hostile), safe, "{hostile:?}");
    }
}

#[test]
fn json_keeps_types_and_line_breaks() {
    let check = |value: Value, expect: Value| assert_eq!(json_value(&value), expect);
    for typed in [Value::Boolean(false), Value::Number(serde_json::Number::from_f64(1.5).unwrap())] {
        check(typed.clone(), typed);
    }
    let json = Value::Json(serde_json::json!({"a": [1]}));
    assert_eq!(serde_json::to_string(&json_value(&json)).unwrap(), r#"{"a":[1]}"#);
    assert_eq!(csv_cell(&Value::text("+14155550100"), false), ("+14155550100".into(), false));
    check(Value::text("a\r\nb\tc\u{1b}[0m\u{7}"), Value::text("a\nb\tc"));
    check(Value::text("=1"), Value::text("=1"));
    check(Value::List(owned(&["a\0", "b"])), Value::List(owned(&["a", "b"])));
    let long = Value::List(vec!["ä".repeat(20_000); 3]);
    check(long, Value::List(vec!["ä".repeat(20_000), "ä".repeat(CELL_CHARACTERS - 20_000)]));
}

#[test]
fn cells_are_bounded() {
    assert_eq!(
        csv_cell(&Value::text("ä".repeat(40_000)), false),
        ("ä".repeat(CELL_CHARACTERS).into(), false)
    );
    let formula = Value::text("=".repeat(40_000));
    let (formula, is_guarded) = csv_cell(&formula, false);
    assert!(is_guarded && formula.starts_with("'=") && formula.len() == CELL_CHARACTERS);
    assert_eq!(json_value(&Value::text("ä".repeat(40_000))), Value::text("ä".repeat(CELL_CHARACTERS)));
}
