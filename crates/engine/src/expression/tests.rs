//! Expressions over one table: text and cells in, a result or a message out.

mod hostile;
mod refusals;
mod typed;

use super::*;
use marl_core::{SemanticType, Value};

const COLUMNS: [(&str, SemanticType); 9] = [
    ("title", SemanticType::Text),
    ("employees", SemanticType::Integer),
    ("size", SemanticType::Text),
    ("tags", SemanticType::List),
    ("domain", SemanticType::Domain),
    ("Company Name", SemanticType::Text),
    ("row", SemanticType::Text),
    ("empty", SemanticType::Text),
    ("no_number", SemanticType::Integer),
];

/// The cell of a column in the only row that these tests evaluate.
fn cell(name: &str) -> Option<Value> {
    match name {
        "title" => Some(Value::text("Chief Executive Officer")),
        // A cell arrives as it is in the table.
        "employees" => Some(Value::text("1,200 employees")),
        "size" => Some(Value::text("120")),
        "tags" => Some(Value::text("AI; Robotics; B2B")),
        "domain" => Some(Value::text("https://www.acme.com/about")),
        "Company Name" => Some(Value::text("Müller & Söhne")),
        "row" => Some(Value::text("7")),
        "empty" => None,
        "no_number" => Some(Value::text("founded in 2010")),
        other => panic!("no cell for `{other}`"),
    }
}

fn cells(expression: &Expression) -> Vec<Option<Value>> {
    expression.columns().iter().map(|name| cell(name)).collect()
}

fn condition(text: &str) -> Result<bool, String> {
    let expression = Expression::condition(text, &COLUMNS).unwrap_or_else(|error| panic!("{text}: {error}"));
    expression.holds(&cells(&expression)).map_err(|error| error.to_string())
}

fn formula(text: &str) -> Result<Option<Value>, String> {
    let expression = Expression::formula(text, &COLUMNS).unwrap_or_else(|error| panic!("{text}: {error}"));
    expression.value(&cells(&expression)).map_err(|error| error.to_string())
}

#[test]
fn conditions_hold_or_not() {
    for (text, holds) in [
        ("employees > 50", true),
        ("employees >= 1200 && employees <= 1200", true),
        ("employees < 1200", false),
        ("employees == 1200", true),
        ("employees != 1200", false),
        ("employees > 1199.5", true),
        ("employees == 1200.0", true),
        ("1199.5 < employees", true),
        ("int(size) > 50", true),
        ("int(\"120\") == 120", true),
        ("double(size) == 120.0", true),
        ("string(employees) == \"1200\"", true),
        ("row[\"Company Name\"] == 'Müller & Söhne'", true),
        ("row[\"title\"] == title", true),
        ("row[\"row\"] == \"7\"", true),
        ("title.contains(\"Executive\")", true),
        ("title.startsWith(\"Chief\") && !title.endsWith(\"Chief\")", true),
        ("title.matches(\"(?i)^chief .* officer$\")", true),
        ("title.matches(\"^\" + \"CTO\")", false),
        ("lower(title) == \"chief executive officer\"", true),
        ("row[\"Company Name\"].upper() == \"MÜLLER & SÖHNE\"", true),
        ("trim(\"  x \") == \"x\"", true),
        ("domain == \"acme.com\"", true),
        ("domain in [\"acme.com\", \"acme.org\"]", true),
        ("\"Robotics\" in tags", true),
        ("!(\"robotics\" in tags)", true),
        ("size(tags) == 3 && tags.size() == 3 && size(title) == 23", true),
        ("tags[0] == \"AI\"", true),
        ("tags.exists(tag, tag.startsWith(\"Rob\"))", true),
        ("tags.all(tag, size(tag) > 2)", false),
        ("tags.exists_one(tag, tag == \"B2B\")", true),
        ("tags.map(tag, lower(tag)) == [\"ai\", \"robotics\", \"b2b\"]", true),
        // The name of a loop's item hides a column, and `row` too.
        ("tags.exists(title, title == \"AI\")", true),
        ("[[\"x\"]].exists(row, row[0] == \"x\")", true),
        ("employees > 1000 ? true : false", true),
        ("false && int(\"x\") > 1", false),
        ("{\"a\": 1}.a == 1 && {\"a\": 1}[\"a\"] == 1", true),
        ("title > \"A\"", true),
        ("true", true),
    ] {
        assert_eq!(condition(text), Ok(holds), "{text}");
    }
}

#[test]
fn every_comparison_with_an_empty_cell_is_false() {
    let sides = ["empty == \"x\"", "empty != \"x\"", "empty < \"x\"", "\"x\" >= empty", "empty <= empty"];
    let others = [
        "empty == empty",
        "empty in [\"x\"]",
        "\"x\" in (empty == null ? null : tags)",
        "int(empty) > 50",
        "double(empty) < 50.0",
        "int(empty) != 50",
        "empty < null",
        "title < null",
        "null in tags",
        "lower(empty) == \"\"",
        "size(empty) == 0",
        "empty.contains(\"x\")",
        "title.contains(empty)",
        "empty.matches(\".*\")",
        "title.matches(empty)",
        "empty.startsWith(\"\") || empty.endsWith(\"\")",
        "tags.exists(tag, tag == empty)",
        "empty != null",
        "title == null",
        "null != empty",
    ];
    for text in sides.iter().chain(&others) {
        assert_eq!(condition(text), Ok(false), "{text}");
    }
    for text in ["empty == null", "null == empty", "title != null", "!(int(empty) > 50)", "null == null"] {
        assert_eq!(condition(text), Ok(true), "{text}");
    }
}

#[test]
fn a_blank_cell_is_empty() {
    let expression = Expression::condition("title == null && employees == null", &COLUMNS).unwrap();
    assert_eq!(expression.holds(&[Some(Value::text(" \n")), None]), Ok(true));
    // Cells that are missing at the end are empty too.
    assert_eq!(expression.holds(&[]), Ok(true));
}

#[test]
fn a_cell_may_be_of_its_type_already() {
    let expression =
        Expression::condition("employees == 5 && tags == [\"a\"] && title == \"9\"", &COLUMNS).unwrap();
    let cells = [Value::Integer(5), Value::List(vec!["a".into()]), Value::Integer(9)].map(Some);
    assert_eq!(expression.holds(&cells), Ok(true));
}

#[test]
fn formulas_compute_cells() {
    let text = |text: &str| Some(Value::text(text));
    let list = |items: &[&str]| Some(Value::List(items.iter().map(|item| (*item).to_owned()).collect()));
    for (formula_text, value, kind) in [
        ("title", text("Chief Executive Officer"), SemanticType::Text),
        ("employees", Some(Value::Integer(1200)), SemanticType::Integer),
        ("employees * 2 + 1", Some(Value::Integer(2401)), SemanticType::Integer),
        ("-employees % 7", Some(Value::Integer(-3)), SemanticType::Integer),
        ("5u", Some(Value::Integer(5)), SemanticType::Integer),
        ("size(tags)", Some(Value::Integer(3)), SemanticType::Integer),
        ("double(employees) / 1000.0", text("1.2"), SemanticType::Text),
        ("2.5", text("2.5"), SemanticType::Text),
        ("3.0", text("3"), SemanticType::Text),
        ("-0.0", text("0"), SemanticType::Text),
        ("1e20", text("100000000000000000000"), SemanticType::Text),
        ("employees > 50", text("true"), SemanticType::Text),
        ("employees > 5000", text("false"), SemanticType::Text),
        ("employees > 50 ? \"large\" : \"small\"", text("large"), SemanticType::Text),
        ("empty == null ? null : 5", None, SemanticType::Integer),
        ("\"\"", None, SemanticType::Text),
        ("\" \"", None, SemanticType::Text),
        ("null", None, SemanticType::Text),
        ("empty", None, SemanticType::Text),
        ("int(empty)", None, SemanticType::Integer),
        (
            "title + \" of \" + row[\"Company Name\"]",
            text("Chief Executive Officer of Müller & Söhne"),
            SemanticType::Text,
        ),
        ("tags", list(&["AI", "Robotics", "B2B"]), SemanticType::List),
        ("tags + [\"x\"]", list(&["AI", "Robotics", "B2B", "x"]), SemanticType::List),
        ("[1, 2.5, true, \"a\", \"\", null]", list(&["1", "2.5", "true", "a"]), SemanticType::List),
        ("tags.filter(tag, tag != \"AI\")", list(&["Robotics", "B2B"]), SemanticType::List),
        ("tags.map(tag, tag != \"AI\", lower(tag))", list(&["robotics", "b2b"]), SemanticType::List),
        ("[]", None, SemanticType::List),
        ("tags.filter(tag, false)", None, SemanticType::List),
        ("tags[1]", text("Robotics"), SemanticType::Text),
        ("domain", text("acme.com"), SemanticType::Text),
    ] {
        assert_eq!(formula(formula_text), Ok(value), "{formula_text}");
        assert_eq!(Expression::formula(formula_text, &COLUMNS).unwrap().kind(), kind, "{formula_text}");
    }
}

#[test]
fn every_failed_evaluation_has_a_reason() {
    for (text, why) in [
        ("int(\"1,200\")", "`int`: `1,200` is not a plain number"),
        ("int(title)", "`int`: `Chief Executive Officer` is not a plain number"),
        ("double(\"12 apples\")", "`double`: `12 apples` is not a plain number"),
        (
            "no_number",
            "`founded in 2010` in column `no_number` is not a whole number: its words may give the number another meaning",
        ),
        ("18446744073709551615u", "18446744073709551615 is too large for a cell"),
        ("9223372036854775807 + employees", "the result of `+` is too large: 9223372036854775807 and 1200"),
        ("employees / 0", "a division by zero"),
        ("employees % 0", "a division by zero"),
        ("1.0 / 0.0", "the result is not a finite number"),
        ("tags[3]", "the list has no item 3"),
        ("tags[-1]", "the list has no item -1"),
        ("{\"a\": 1}[\"b\"]", "there is no key `b`"),
        ("title + empty", "`+` does not work on a text and an empty cell"),
        ("empty + title", "`+` does not work on an empty cell and a text"),
        ("[[1]]", "a cell cannot hold a list"),
        ("[{\"a\": 1}]", "a cell cannot hold a map"),
        (
            "title.matches(title + \"(\")",
            "`matches`: `Chief Executive Officer(` is not a pattern: unclosed group",
        ),
        ("tags.map(tag, int(tag))", "`int`: `AI` is not a plain number"),
        ("[1, \"a\"][1] > 5", "`>` does not work on a text and a whole number"),
        ("[1, \"a\"].map(x, x + 1)", "`+` does not work on a text and a whole number"),
        ("bool(title)", "`bool`: Type conversion error from 'string' to 'bool'"),
        ("-9223372036854775808 - employees", "the result of `-` is too large: -9223372036854775808 and 1200"),
    ] {
        assert_eq!(formula(text), Err(why.to_owned()), "{text}");
    }
}

#[test]
fn a_condition_that_is_neither_true_nor_false_is_an_error() {
    let maybe = "employees > 5000 ? true : null";
    assert_eq!(condition(maybe), Err("the condition gives an empty cell, not true or false".to_owned()));
    let item = "[1, true][0]";
    assert_eq!(condition(item), Err("the condition gives a whole number, not true or false".to_owned()));
}

#[test]
fn columns_are_listed_once_in_order_of_appearance() {
    for (text, names) in [
        ("true", &[][..]),
        ("tags.exists(tag, tag == title) && title != row[\"row\"]", &["tags", "title", "row"]),
        ("row[\"title\"] == title", &["title"]),
        ("employees > 5 ? domain : row[\"Company Name\"]", &["employees", "domain", "Company Name"]),
        ("size(size) in [employees]", &["size", "employees"]),
        // The item's name hides the column.
        ("tags.map(title, title)", &["tags"]),
    ] {
        let expression = Expression::formula(text, &COLUMNS).unwrap();
        assert_eq!(expression.columns(), names, "{text}");
        assert_eq!(expression.text(), text);
    }
}

#[test]
fn the_first_of_two_columns_of_one_name_counts() {
    let columns = [("a", SemanticType::Integer), ("a", SemanticType::Text)];
    assert!(Expression::condition("a > 5", &columns).is_ok());
}

#[test]
fn an_expression_is_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug>(value: T) -> String {
        format!("{value:?}")
    }
    let expression = Expression::condition("employees > 5", &COLUMNS).unwrap();
    assert_eq!(shared(expression), "Expression { text: \"employees > 5\", .. }");
}

#[test]
fn a_number_that_int_cannot_read_names_the_type_that_can() {
    let columns = [("staff", SemanticType::Text)];
    let expression = Expression::formula("int(staff)", &columns).unwrap();
    for (cell, readable) in [("75,400", true), ("many", false)] {
        let error = expression.value(&[Some(Value::text(cell))]).unwrap_err();
        assert_eq!(error.reason, format!("`int`: `{cell}` is not a plain number"));
        let expect = readable.then(|| ("staff".to_owned(), SemanticType::Integer));
        assert_eq!(error.readable, expect, "{cell}");
        assert_eq!(
            error.to_string().ends_with("column `staff` can be read if its type is integer"),
            readable
        );
    }
}
