//! Tests of parts whose types can never fit.

use super::{Refusal, check, formula};

#[test]
fn types_that_do_not_fit() {
    let refusals: &[Refusal] = &[
        (
            "size > 50",
            "`>` cannot compare `size` (text) with `50` (integer)",
            &["write `int(size) > 50`", "size: integer"],
        ),
        (
            "50 < size",
            "`<` cannot compare `50` (integer) with `size` (text)",
            &["write `50 < int(size)`", "size: integer"],
        ),
        (
            "title == \"x\" && size >= 50",
            "`>=` cannot compare `size` (text) with `50` (integer)",
            &["write `int(size) >= 50`", "size: integer"],
        ),
        ("\"a\" == 1", "`==` cannot compare `\"a\"` (text) with `1` (integer)", &["write `int(\"a\") == 1`"]),
        ("\"120\" > 50", "`>` cannot compare `\"120\"` (text) with `50` (integer)", &["write `120 > 50`"]),
        (
            "employees == \"1200\"",
            "`==` cannot compare `employees` (integer) with `\"1200\"` (text)",
            &["write `employees == 1200`"],
        ),
        (
            "row[\"Company Name\"] > 50",
            "`>` cannot compare `row[\"Company Name\"]` (text) with `50` (integer)",
            &["write `int(row[\"Company Name\"]) > 50`", "Company Name: integer"],
        ),
        (
            "size > 1.5",
            "`>` cannot compare `size` (text) with `1.5` (decimal)",
            &["write `double(size) > 1.5`"],
        ),
        (
            "size(tags) > size",
            "`>` cannot compare `size(tags)` (integer) with `size` (text)",
            &["write `size(tags) > int(size)`", "size: integer"],
        ),
        (
            "size + 1",
            "`+` does not work on `size` (text) and `1` (integer)",
            &["as a number: `int(size) + 1`", "size: integer", "as a text: `size + string(1)`"],
        ),
        (
            "1 + size",
            "`+` does not work on `1` (integer) and `size` (text)",
            &["as a number: `1 + int(size)`", "size: integer", "as a text: `string(1) + size`"],
        ),
        (
            "size * 2",
            "`*` does not work on `size` (text) and `2` (integer)",
            &["as a number: `int(size) * 2`", "size: integer"],
        ),
        (
            "employees * 1.5",
            "`*` does not work on `employees` (integer) and `1.5` (decimal)",
            &["write `double(employees) * 1.5`"],
        ),
        (
            "1.5 + employees",
            "`+` does not work on `1.5` (decimal) and `employees` (integer)",
            &["write `1.5 + double(employees)`"],
        ),
        ("title - title", "`-` does not work on `title` (text) and `title` (text)", &[]),
        ("true + 1", "`+` does not work on `true` (boolean) and `1` (integer)", &[]),
        (
            "!title",
            "what follows `!` must be true or false, and `title` is text",
            &["compare it with something: `title != null`"],
        ),
        ("-title", "`-title` is not a number: `title` is text", &[]),
        (
            "title && true",
            "each side of `&&` must be true or false, and `title` is text",
            &["compare it with something: `title != null`"],
        ),
        (
            "true || 5",
            "each side of `||` must be true or false, and `5` is integer",
            &["compare it with something: `5 > 0`"],
        ),
        (
            "title ? 1 : 2",
            "the condition before `?` must be true or false, and `title` is text",
            &["compare it with something: `title != null`"],
        ),
        (
            "tags.contains(\"AI\")",
            "`contains` takes a text, and `tags` is list",
            &["write `\"...\" in tags`"],
        ),
        (
            "employees.contains(\"1\")",
            "`contains` takes a text, and `employees` is integer",
            &["write `string(employees)`"],
        ),
        (
            "tags.lower()",
            "`lower` takes a text, and `tags` is list",
            &["test each item: `tags.exists(item, item.lower(...))`"],
        ),
        ("size(employees)", "`size` takes a text or a list, and `employees` is integer", &[]),
        (
            "title in \"abc\"",
            "`in` needs a list, and `\"abc\"` is text",
            &["write `\"abc\".contains(title)`"],
        ),
        (
            "employees in [\"1\"]",
            "`employees in [\"1\"]` can never hold: `employees` is integer, the items are text",
            &[],
        ),
        (
            "employees in tags",
            "`employees in tags` can never hold: `employees` is integer, the items are text",
            &[],
        ),
        (
            "tags == \"AI\"",
            "`==` cannot compare `tags` (list) with `\"AI\"` (text)",
            &["write `\"AI\" in tags`"],
        ),
        (
            "\"AI\" == tags",
            "`==` cannot compare `\"AI\"` (text) with `tags` (list)",
            &["write `\"AI\" in tags`"],
        ),
        ("tags > [\"a\"]", "`>` does not order a list: `tags`", &["compare its size: `size(tags)`"]),
        (
            "title[0]",
            "`title[0]` reads a part of a value that is text",
            &["a column whose name is not a plain word is written `row[\"...\"]`"],
        ),
        ("tags[\"a\"]", "`tags[\"a\"]`: items are counted from 0, and `\"a\"` is text", &[]),
        (
            "title.x",
            "`title.x` reads a part of a value that is text",
            &["a column whose name is not a plain word is written `row[\"...\"]`"],
        ),
        ("title.map(x, x)", "a loop needs a list, and `title` is text", &[]),
        (
            "tags.filter(t, t)",
            "the expression in a loop must be true or false, and `t` is text",
            &["compare it with something: `t != null`"],
        ),
        (
            "b\"x\"",
            "a cell cannot hold the result, which is bytes",
            &["the result must be a text, a number or a list"],
        ),
        (
            "{\"a\": 1}",
            "a cell cannot hold the result, which is map",
            &["the result must be a text, a number or a list"],
        ),
    ];
    check(refusals, formula);
}
