//! The types that interfaces declare: booleans, numbers, dates, JSON; and the stability of all of them.

use super::*;

const DECLARED: [SemanticType; 7] = [
    SemanticType::CompanyLinkedinUrl,
    SemanticType::Phone,
    SemanticType::Country,
    SemanticType::Date,
    SemanticType::Boolean,
    SemanticType::Number,
    SemanticType::Json,
];

pub(super) fn from_json(kind: SemanticType, json: serde_json::Value) -> Option<String> {
    kind.read_json(&json).map(|value| value.to_string())
}

#[test]
fn booleans_are_read() {
    let kind = SemanticType::Boolean;
    for raw in ["true", "TRUE", "Yes.", "y", "1", " yes "] {
        check(kind, raw, "true");
    }
    for raw in ["false", "No", "N", "0", "no."] {
        check(kind, raw, "false");
        assert!(!kind.says_nothing(raw), "{raw}");
    }
    for raw in ["", "N/A", "unknown", "yes and no", "2", "-1", "not true", "yes, since 2020", "on"] {
        check_refused(kind, raw);
    }
    for (json, expect) in [
        (json!(true), Some("true")),
        (json!(0), Some("false")),
        (json!("No"), Some("false")),
        (json!([true, true]), Some("true")),
        (json!([true, false]), None),
        (json!([true, null]), None),
        (json!([]), None),
        (json!("N/A"), None),
        (json!(null), None),
        (json!(2), None),
        (json!({"value": true}), None),
    ] {
        assert_eq!(from_json(kind, json.clone()).as_deref(), expect, "{json}");
    }
    assert_eq!(kind.check(Value::text("no")), Some(Value::Boolean(false)));
    assert_eq!(SemanticType::Text.check(Value::Boolean(true)), Some(Value::text("true")));
}

#[test]
fn numbers_have_one_normal_form() {
    let kind = SemanticType::Number;
    for (raw, expect) in [
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1 234,5", "1234.5"),
        ("1'234.5", "1234.5"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("12,34,567.5", "1234567.5"),
        ("1.234", "1.234"),
        ("1.50", "1.5"),
        ("2,5", "2.5"),
        ("0,125", "0.125"),
        ("1234,567", "1234.567"),
        ("-0.75", "-0.75"),
        ("−3", "-3"),
        ("+4", "4"),
        ("-0.0", "0"),
        ("0", "0"),
        ("5.0", "5"),
        (".5", "0.5"),
        ("1.5e3", "1500"),
        ("1E-3", "0.001"),
        ("2.3 million", "2300000"),
        ("12.5k", "12500"),
        ("١٢٫٥", "12.5"),
        ("0.1000000000000000055", "0.1"),
        ("999999999999999", "999999999999999"),
        ("0.000000000001", "0.000000000001"),
    ] {
        check(kind, raw, expect);
    }
    for raw in [
        "",
        "N/A",
        "NaN",
        "inf",
        "-inf",
        "infinity",
        "1,234",
        "1,234k",
        "12,345",
        "007",
        "00.5",
        "1,23,4",
        "1.2.3",
        "1,234.5.6",
        "5.",
        "-",
        "--5",
        "1-2",
        "1 2",
        "12%",
        "$5",
        "5 €",
        "5 apples",
        "about 5",
        "(5)",
        "1e400",
        "1e15",
        "1000000000000000",
        "1e-13",
        "0x10",
        "e5",
        "1e",
        "five",
        "2021-05-03",
        &"1".repeat(65),
    ] {
        check_refused(kind, raw);
    }
    for (json, expect) in [
        (json!(1234.5), Some("1234.5")),
        (json!(-3), Some("-3")),
        (json!(5.0), Some("5")),
        (json!(0.1 + 0.2), Some("0.3")),
        (json!(1e-7), Some("0.0000001")),
        (json!(1e300), None),
        (json!(u64::MAX), None),
        (json!("1,234.5"), Some("1234.5")),
        (json!("1,234"), None),
        (json!([1.5, 1.5]), Some("1.5")),
        (json!([1.5, 2.5]), None),
        (json!(true), None),
        (json!("unknown"), None),
    ] {
        assert_eq!(from_json(kind, json.clone()).as_deref(), expect, "{json}");
    }
    assert_eq!(kind.check(Value::Integer(5)), kind.read("5").ok());
    assert_eq!(SemanticType::Integer.check(kind.read("5").unwrap()), Some(Value::Integer(5)));
    assert_eq!(SemanticType::Integer.check(kind.read("5.5").unwrap()), None);
}

#[test]
fn dates_keep_their_precision() {
    let kind = SemanticType::Date;
    for (raw, expect) in [
        ("2021", "2021"),
        ("2021-05", "2021-05"),
        ("2021-5", "2021-05"),
        ("05/2021", "2021-05"),
        ("2021-05-03", "2021-05-03"),
        ("2021/5/3", "2021-05-03"),
        ("2021.05.03", "2021-05-03"),
        ("2021-05-03T10:00:00Z", "2021-05-03"),
        ("2021-05-03T23:30:00.123-08:00", "2021-05-03"),
        ("2021-05-03 10:00:00 +0200", "2021-05-03"),
        ("2021-05-03 10:00", "2021-05-03"),
        ("2021-05-03 10:00:00 UTC", "2021-05-03"),
        ("May 3, 2021", "2021-05-03"),
        ("3 May 2021", "2021-05-03"),
        ("3rd of May 2021", "2021-05-03"),
        ("Monday, May 3rd, 2021", "2021-05-03"),
        ("Sept. 1, 2020", "2020-09-01"),
        ("3-Jan-2021", "2021-01-03"),
        ("May 2021", "2021-05"),
        ("2021 May 3", "2021-05-03"),
        ("13/04/2021", "2021-04-13"),
        ("04/13/2021", "2021-04-13"),
        ("04.04.2021", "2021-04-04"),
        ("29 February 2024", "2024-02-29"),
        ("2000-02-29", "2000-02-29"),
        ("1650", "1650"),
    ] {
        check(kind, raw, expect);
    }
    for raw in [
        "",
        "N/A",
        "03/04/2021",
        "03.04.2021",
        "3/4/21",
        "May 21",
        "2021-02-29",
        "1900-02-29",
        "2021-13-01",
        "2021-00-01",
        "2021-04-31",
        "April 31, 2021",
        "0999",
        "3000",
        "20210503",
        "1620000000",
        "2021.05",
        "2021-22",
        "Q1 2021",
        "FY 2021",
        "2021-05-03T99:00:00Z",
        "2021-05-03 to 2021-06-01",
        "2021-05-03T",
        "in 2021",
        "circa 2021",
        "May",
        "May May 2021",
        "2021-05-03-04",
        "+2021",
        "2021-",
        "today",
    ] {
        check_refused(kind, raw);
    }
    for (json, expect) in [
        (json!(2021), Some("2021")),
        (json!(2021.5), None),
        (json!("2021-05-03T10:00:00Z"), Some("2021-05-03")),
        (json!({"year": 2021, "month": 5, "day": 3}), Some("2021-05-03")),
        (json!({"year": 2021, "month": 5, "day": null}), Some("2021-05")),
        (json!({"year": 2021}), Some("2021")),
        (json!({"year": 2021, "day": 3}), None),
        (json!({"year": 2021, "month": "May"}), None),
        (json!({"year": 2021, "month": 2, "day": 30}), None),
        (json!({"year": null}), None),
        (json!(["2021", "2022"]), None),
        (json!("present"), None),
    ] {
        assert_eq!(from_json(kind, json.clone()).as_deref(), expect, "{json}");
    }
}

#[test]
fn json_becomes_compact_text() {
    let kind = SemanticType::Json;
    for (raw, expect) in [
        (r#" { "b" : 1, "a" : [ 1.50, null, "x y" ] } "#, r#"{"a":[1.5,null,"x y"],"b":1}"#),
        ("[]", ""),
        ("[1, 2]", "[1,2]"),
        ("true", "true"),
        ("5", "5"),
        (r#""text""#, r#""text""#),
        ("{\"a\":\"x\\u001b[31my\\u200bz\"}", r#"{"a":"xyz"}"#),
        (r#"["n/a","x"]"#, r#"["n/a","x"]"#),
        (r#"{"a":{}}"#, r#"{"a":{}}"#),
        ("0.1000000000000000055", "0.1"),
    ] {
        match expect {
            "" => check_refused(kind, raw),
            expect => check(kind, raw, expect),
        }
    }
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let long = format!("[\"{}\"]", "x".repeat(CELL_CHARACTERS));
    for raw in
        ["", "N/A", "null", "{}", "\"\"", "\"N/A\"", "text", "{\"a\":", "{\"a\":1} x", "[1,]", &deep, &long]
    {
        check_refused(kind, raw);
    }
    for (json, expect) in [
        (json!({"b": 1, "a": [true, null]}), Some(r#"{"a":[true,null],"b":1}"#)),
        (json!("{\"a\": 1}"), Some(r#"{"a":1}"#)),
        (json!("plain"), Some(r#""plain""#)),
        (json!("N/A"), None),
        (json!(null), None),
        (json!([]), None),
        (json!({}), None),
        (json!(false), Some("false")),
    ] {
        assert_eq!(from_json(kind, json.clone()).as_deref(), expect, "{json}");
    }
    assert_eq!(kind.check(Value::text(r#"["none", 1]"#)).unwrap().to_string(), r#"["none",1]"#);
    assert_eq!(serde_json::to_string(&kind.read(r#"{"a": 1}"#).unwrap()).unwrap(), r#"{"a":1}"#);
    assert!(!kind.says_nothing(r#"{"a":"unknown"}"#) && kind.says_nothing("[]") && kind.says_nothing("N/A"));
}

proptest! {
    #[test]
    fn declared_types_are_stable(raw in "[0-9,.' ()+x/-]{1,24}|-?[0-9]{1,17}([.,][0-9]{1,18})?(e-?[0-9]{1,3})?|(19|20)[0-9]{2}-[0-9]{1,2}(-[0-9]{1,2})?(T[0-9:Z.+]{0,9})?|[0-9]{1,2}[./ -]([0-9]{1,2}|may|June)[./ -][0-9]{4}|(\\+|00)?[0-9 ()-]{6,18}(x[0-9]{1,3})?|[A-Za-z]{2,3}|(linkedin\\.com/)?(company|school|sales)/[a-zA-Z%é0-9&-]{1,12}|[\\[{\"a:,0-9.e}\\]\u{9b}\u{200b}-]{0,14}|\\{\"[a-z\u{9b}\u{85}]\":[0-9]{1,18}\\.[0-9]{1,17}(e-?[0-9]{1,3})?\\}") {
        for kind in DECLARED {
            if let Ok(once) = kind.read(&raw) {
                prop_assert_eq!(kind.check(once.clone()), Some(once.clone()), "{} checks {:?}", kind, raw);
                prop_assert_eq!(Ok(once.clone()), kind.read(&once.to_string()), "{} of {:?}", kind, raw);
                prop_assert!(once.to_string().chars().count() <= CELL_CHARACTERS);
            }
            kind.says_nothing(&raw);
        }
    }

    #[test]
    fn json_of_any_number_is_stable(number in any::<f64>()) {
        for kind in [SemanticType::Number, SemanticType::Json] {
            if let Some(once) = kind.read_json(&json!(number)) {
                prop_assert_eq!(Ok(once.clone()), kind.read(&once.to_string()));
            }
        }
    }
}
