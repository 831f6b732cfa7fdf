//! Tests of what is refused before any row is read, with messages and hints.

mod types;

use super::COLUMNS;
use crate::expression::{Expression, ExpressionError, ExpressionHint};

type Refusal = (&'static str, &'static str, &'static [&'static str]);

fn check(refusals: &[Refusal], make: impl Fn(&str) -> Result<Expression, ExpressionError>) {
    for (text, message, hints) in refusals {
        let error = make(text).expect_err(text);
        assert_eq!(error.message, *message, "{text}");
        assert_eq!(hints_of(&error), *hints, "{text}");
        assert_eq!(error.to_string(), *message);
    }
}

/// The hints, with a column's type as `column: type`.
pub(super) fn hints_of(error: &ExpressionError) -> Vec<String> {
    let hint = |hint: &ExpressionHint| match hint {
        ExpressionHint::Language(text) => text.clone(),
        ExpressionHint::ColumnType { column, kind } => format!("{column}: {kind}"),
    };
    error.hints.iter().map(hint).collect()
}

fn formula(text: &str) -> Result<Expression, ExpressionError> {
    Expression::formula(text, &COLUMNS)
}

#[test]
fn an_unknown_name() {
    let refusals: &[Refusal] = &[
        ("employes > 50", "there is no column `employes`", &["did you mean `employees`?"]),
        ("company > 5", "there is no column `company`", &["did you mean `row[\"Company Name\"]`?"]),
        (
            "zzz == 1",
            "there is no column `zzz`",
            &[
                "the columns are `title`, `employees`, `size`, `tags`, `domain`, `row[\"Company Name\"]`, `row[\"row\"]`, `empty`, `no_number`",
                "a text is written in quotes: `\"...\"`",
            ],
        ),
        (
            "row[\"Company\"] == \"x\"",
            "there is no column `Company`",
            &["did you mean `row[\"Company Name\"]`?"],
        ),
        (
            "row[\"qqq\"]",
            "there is no column `qqq`",
            &[
                "the columns are `title`, `employees`, `size`, `tags`, `domain`, `row[\"Company Name\"]`, `row[\"row\"]`, `empty`, `no_number`",
                "a text is written in quotes: `\"...\"`",
            ],
        ),
        (
            "row[title]",
            "`row[...]` takes the name of a column as a text",
            &["write the name in quotes: `row[\"Company Name\"]`"],
        ),
        (
            "row[1]",
            "`row[...]` takes the name of a column as a text",
            &["write the name in quotes: `row[\"Company Name\"]`"],
        ),
        ("row", "`row` alone is not a column", &["the column of this name is written `row[\"row\"]`"]),
        ("row.title", "`row.title` is not a column", &["write `row[\"title\"]`"]),
        ("row == 1", "`row` alone is not a column", &["the column of this name is written `row[\"row\"]`"]),
        ("lowercase(title)", "there is no function `lowercase`", &["did you mean `lower`?"]),
        ("lowe(title)", "there is no function `lowe`", &["did you mean `lower`?"]),
        (
            "qqqq(title)",
            "there is no function `qqqq`",
            &[
                "the functions are `size`, `contains`, `startsWith`, `endsWith`, `matches`, `lower`, `upper`, `trim`, `int`, `uint`, `double`, `string`, `bool`, `all`, `exists`, `exists_one`, `filter`, `map`",
            ],
        ),
        ("contains(title, \"x\")", "`contains` is not called like this", &["write `text.contains(\"...\")`"]),
        ("title.contains()", "`contains` is not called like this", &["write `text.contains(\"...\")`"]),
        ("title.int()", "`int` is not called like this", &["write `int(...)`"]),
        (
            "tags.map(x)",
            "`map` is not called like this",
            &["write `list.map(item, ...)`, with a name of your own for the item"],
        ),
        (
            "has(title.x)",
            "`has(...)` is not known here",
            &["test for a filled cell with `!= null`: `title != null`"],
        ),
        (".title", "there is no column `.title`", &["did you mean `title`?"]),
        (
            "type(title)",
            "there is no function `type`",
            &[
                "the functions are `size`, `contains`, `startsWith`, `endsWith`, `matches`, `lower`, `upper`, `trim`, `int`, `uint`, `double`, `string`, `bool`, `all`, `exists`, `exists_one`, `filter`, `map`",
            ],
        ),
        (
            "optional.of(1)",
            "there is no column `optional`",
            &[
                "the columns are `title`, `employees`, `size`, `tags`, `domain`, `row[\"Company Name\"]`, `row[\"row\"]`, `empty`, `no_number`",
                "a text is written in quotes: `\"...\"`",
            ],
        ),
    ];
    check(refusals, formula);
}

#[test]
fn an_unknown_column_among_many_or_none() {
    let names: Vec<String> = (1..=14).map(|number| format!("{number}x{number}")).collect();
    let columns: Vec<_> = names.iter().map(|name| (name.as_str(), marl_core::SemanticType::Text)).collect();
    let hints = hints_of(&Expression::formula("qqq", &columns).unwrap_err());
    assert!(hints[0].starts_with("the columns are `row[\"1x1\"]`, `row[\"2x2\"]`"), "{hints:?}");
    assert!(hints[0].ends_with("`row[\"12x12\"]`, and 2 more"), "{hints:?}");
    let none = Expression::formula::<&str>("qqq", &[]).unwrap_err();
    assert_eq!(hints_of(&none), ["there are no columns yet"]);
}

#[test]
fn unreadable_texts() {
    let refusals: &[Refusal] = &[
        ("Foo{a: 1}", "`Name{...}` is not known here", &["use texts, numbers and lists"]),
        ("title.matches(\"(\")", "`(` is not a pattern: unclosed group", &[]),
        (
            "title.matches(\"a{99999999}\")",
            "`a{99999999}` is not a pattern: Compiled regex exceeds size limit of 10485760 bytes",
            &[],
        ),
        ("a.?b", "the expression cannot be read at line 1, character 2: `.?` is not expected", &[]),
        ("[?title]", "the expression cannot be read at line 1, character 2: `?` is not expected", &[]),
        ("", "the expression is empty", &[]),
        ("  ", "the expression is empty", &[]),
        ("title ==", "the expression cannot be read at line 1, character 9: it ends too early", &[]),
        (
            "title == \"abc",
            "the expression cannot be read at line 1, character 10: the text `\"abc` is not closed or holds an unknown escape",
            &["close it with the quote it begins with; a backslash in it is written `\\\\`"],
        ),
        (
            "title == 'abc",
            "the expression cannot be read at line 1, character 10: the text `'abc` is not closed or holds an unknown escape",
            &["close it with the quote it begins with; a backslash in it is written `\\\\`"],
        ),
        (
            "title = \"x\"",
            "the expression cannot be read at line 1, character 7: `=` is not expected",
            &["two values are compared with `==`"],
        ),
        (
            "title and title",
            "the expression cannot be read at line 1, character 7: `and` is not expected",
            &["`and` is written `&&`"],
        ),
        ("not title", "the expression cannot be read at line 1, character 5: `title` is not expected", &[]),
        (
            "employees > > 5",
            "the expression cannot be read at line 1, character 13: `>` is not expected",
            &[],
        ),
        ("title title", "the expression cannot be read at line 1, character 7: `title` is not expected", &[]),
        ("(title", "the expression cannot be read at line 1, character 7: `)` is missing", &[]),
        ("title)", "the expression cannot be read at line 1, character 6: `)` is not expected", &[]),
        ("1.2.3", "the expression cannot be read at line 1, character 4: `.3` is not expected", &[]),
        (
            "9999999999999999999999",
            "the expression cannot be read at line 1, character 1: invalid int literal",
            &[],
        ),
        (
            "\"\\q\"",
            "the expression cannot be read at line 1, character 1: the text `\"\\q` is not closed or holds an unknown escape",
            &["close it with the quote it begins with; a backslash in it is written `\\\\`"],
        ),
        (
            "if > 5",
            "the expression cannot be read at line 1, character 1: `if` is a word of the language",
            &["a column of this name is written `row[\"if\"]`"],
        ),
        (
            "package",
            "the expression cannot be read at line 1, character 1: `package` is a word of the language",
            &["a column of this name is written `row[\"package\"]`"],
        ),
        (
            "é > 5",
            "the expression cannot be read at line 1, character 1: `é` is not expected",
            &["a column whose name has other letters than a to z is written `row[\"...\"]`"],
        ),
        ("title ? 1", "the expression cannot be read at line 1, character 10: it ends too early", &[]),
        ("a..b", "the expression cannot be read at line 1, character 3: `..` is not expected", &[]),
        ("#", "the expression cannot be read at line 1, character 1: `#` is not expected", &[]),
        (
            "title\n==\n== 5",
            "the expression cannot be read at line 3, character 1: `==` is not expected",
            &[],
        ),
        (
            "tags.map(1, 2)",
            "the expression cannot be read at line 1, character 10: argument must be a simple name",
            &[],
        ),
        ("`x`", "the expression cannot be read at line 1, character 1: ``x`` is not expected", &[]),
        (
            "\"\\U0011FFFF\"",
            "the expression cannot be read at line 1, character 1: invalid string literal",
            &[],
        ),
        ("1e999", "the expression cannot be read at line 1, character 1: invalid double literal", &[]),
        ("@0", "the expression cannot be read at line 1, character 1: `@` is not expected", &[]),
        (
            "tags.map(a, tags.map(b, tags.map(c, c)))",
            "more than 2 nested loops over lists",
            &["compute the inner loop in a column of its own, and use that column"],
        ),
    ];
    check(refusals, formula);
}

#[test]
fn texts_that_are_not_conditions() {
    let refusals: &[Refusal] = &[
        (
            "title",
            "a condition must be true or false, and `title` is text",
            &["compare it with something: `title != null`"],
        ),
        (
            "employees + 1",
            "a condition must be true or false, and `employees + 1` is integer",
            &["compare it with something: `employees + 1 > 0`"],
        ),
        (
            "tags",
            "a condition must be true or false, and `tags` is list",
            &["compare it with something: `size(tags) > 0`"],
        ),
        (
            "null",
            "a condition must be true or false, and `null` is null",
            &["test whether a cell is empty: `row[\"...\"] == null`"],
        ),
        (
            "\"x\"",
            "a condition must be true or false, and `\"x\"` is text",
            &["compare a cell with it: `row[\"...\"] == \"x\"`"],
        ),
    ];
    check(refusals, |text| Expression::condition(text, &COLUMNS));
}
