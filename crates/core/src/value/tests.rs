//! Value in, value out.

use proptest::prelude::*;
use serde_json::json;

use super::*;

#[track_caller]
fn reads(kind: SemanticType, raw: &str, expect: &str) {
    let value = kind.read(raw).unwrap_or_else(|why| panic!("{raw:?} was refused: {why}"));
    assert_eq!(value.to_string(), expect, "{raw:?} as {kind}");
}

#[track_caller]
fn refuses(kind: SemanticType, raw: &str) {
    assert!(kind.read(raw).is_err(), "{raw:?} as {kind} gave {:?}", kind.read(raw));
}

#[test]
fn domains() {
    let kind = SemanticType::Domain;
    for raw in [
        "acme.com",
        "https://www.Acme.com/about",
        "HTTP://acme.com:8080/x?y#z",
        "//acme.com",
        "acme.com.",
        " www.acme.com ",
        "acme.com/a b".split(' ').next().unwrap(),
        "www.www.acme.com",
        "acme.com?utm=https://b.com",
    ] {
        reads(kind, raw, "acme.com");
    }
    reads(kind, "bücher.de", "xn--bcher-kva.de");
    reads(kind, "BÜCHER.de", "xn--bcher-kva.de");
    reads(kind, "www.com", "www.com");
    reads(kind, "shop.acme.co.uk", "shop.acme.co.uk");
    for raw in [
        "Acme Inc",
        "acme",
        "localhost",
        "10.0.0.1",
        "http://127.0.0.1/",
        "[::1]",
        "jane@acme.com",
        "ftp://acme.com",
        "https://",
        "acme..com",
        "-acme.com",
        "acme.c",
        "a_b.com",
        "printer.local",
        "N/A",
        "0x7f.1",
        "https:///acme.com",
        "https://user:pw@acme.com",
        "acme.com, acme.de",
        "javascript:alert(1)",
    ] {
        refuses(kind, raw);
    }
}

#[test]
fn linkedin_urls() {
    let kind = SemanticType::LinkedinUrl;
    for raw in [
        "https://www.linkedin.com/in/jane-doe",
        "linkedin.com/in/Jane-Doe/",
        "http://de.linkedin.com/in/jane-doe?trk=x",
        "https://www.linkedin.com/in/jane-doe/en",
        "www.linkedin.com/mwlite/in/jane-doe",
        "HTTPS://LinkedIn.com/in/jane-doe#top",
    ] {
        reads(kind, raw, "https://www.linkedin.com/in/jane-doe");
    }
    reads(kind, "linkedin.com/in/ACoAAAbCdEf", "https://www.linkedin.com/in/ACoAAAbCdEf");
    reads(kind, "linkedin.com/in/jos%c3%a9-x", "https://www.linkedin.com/in/jos%C3%A9-x");
    reads(kind, "linkedin.com/in/José-x", "https://www.linkedin.com/in/jos%C3%A9-x");
    for raw in [
        "https://www.linkedin.com/company/acme",
        "https://www.linkedin.com/in/",
        "https://linkedin.com.evil.org/in/jane",
        "https://evil-linkedin.com/in/jane",
        "jane-doe",
        "https://x@linkedin.com/in/jane",
        "https://twitter.com/in/jane",
    ] {
        refuses(kind, raw);
    }
}

#[test]
fn urls_and_emails() {
    reads(SemanticType::Url, "Acme.com/Path?q=1#top", "https://acme.com/Path?q=1");
    reads(SemanticType::Url, "http://acme.com", "http://acme.com/");
    for raw in [
        "http://127.0.0.1/x",
        "https://[::1]/",
        "file:///etc/passwd",
        "https://a:b@acme.com",
        "http://2130706433/",
    ] {
        refuses(SemanticType::Url, raw);
    }
    reads(SemanticType::Email, "Jane.Doe@Acme.com", "jane.doe@acme.com");
    reads(SemanticType::Email, "mailto:jane@bücher.de", "jane@xn--bcher-kva.de");
    for raw in [
        "jane",
        "@acme.com",
        "jane@",
        "jane@acme",
        "ja ne@acme.com",
        "a@b@acme.com",
        "jane@acme.com/x",
        ".j@acme.com",
    ] {
        refuses(SemanticType::Email, raw);
    }
}

#[test]
fn integers_as_people_write_them() {
    let kind = SemanticType::Integer;
    for (raw, expect) in [
        ("1200", "1200"),
        ("1,200", "1200"),
        ("1.200", "1200"),
        ("1 200", "1200"),
        ("about 1,200", "1200"),
        ("~1,200", "1200"),
        ("23,299 (2024)", "23299"),
        ("23,299 employees as of 2024", "23299"),
        ("1k-5k", "1000"),
        ("1,000-5,000", "1000"),
        ("1-5k", "1000"),
        ("10,000+", "10000"),
        ("12.5k", "12500"),
        ("1.2 million", "1200000"),
        ("3M", "3000000"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("-5", "-5"),
        ("0", "0"),
        ("12.7k", "12700"),
        ("1200.0", "1200"),
        ("between 200 and 500", "200"),
        ("11 to 50 employees", "11"),
        ("1,200 [3]", "1200"),
        ("over 10,000 people", "10000"),
        ("201–500", "201"),
        ("1'200", "1200"),
    ] {
        reads(kind, raw, expect);
    }
    for raw in [
        "",
        "many",
        "1.5",
        "fewer than 50",
        "<50",
        "3 offices and 200 people, 7 dogs",
        "B2B",
        "1,2,3",
        "9e99",
        "5G network",
    ] {
        refuses(kind, raw);
    }
}

#[test]
fn lists_and_text() {
    reads(SemanticType::List, "Rust, Go, rust", "Rust; Go");
    reads(SemanticType::List, "Rust; Go, the language", "Rust; Go, the language");
    reads(SemanticType::List, "- Rust\n- Go", "Rust; Go");
    reads(SemanticType::List, "AWS (S3, EC2), Rust", "AWS (S3, EC2); Rust");
    refuses(SemanticType::List, ", ; N/A");
    reads(SemanticType::Text, " a \n\t b\u{1b}[31m ", "a b[31m");
    refuses(SemanticType::Text, "\u{200b}");
}

#[test]
fn json_from_outside() {
    let read = |kind: SemanticType, json| kind.read_json(&json).map(|value| value.to_string());
    assert_eq!(read(SemanticType::Integer, json!(1200.0)), Some("1200".into()));
    assert_eq!(read(SemanticType::Integer, json!(1.5)), None);
    assert_eq!(read(SemanticType::Integer, json!("about 1,200")), Some("1200".into()));
    assert_eq!(read(SemanticType::Text, json!("N/A")), None);
    assert_eq!(read(SemanticType::Text, json!("Unknown.")), None);
    assert_eq!(read(SemanticType::Text, json!(["", "Jane Doe"])), Some("Jane Doe".into()));
    assert_eq!(
        read(SemanticType::List, json!(["Rust", null, "unknown", {"name": "Go"}])),
        Some("Rust; Go".into())
    );
    assert_eq!(read(SemanticType::LinkedinUrl, json!("see LinkedIn")), None);
    assert_eq!(read(SemanticType::Domain, json!({"domain": "acme.com"})), None);
}

proptest! {
    #[test]
    fn normalisers_are_idempotent(raw in "\\PC{0,40}|[a-zA-Z0-9:/.@%?#-]{0,40}|(https?://)?(www\\.)?[a-z0-9üé-]{1,8}\\.(com|de)(/[a-z]{0,5})?|linkedin\\.com/in/[a-zA-Z%é0-9-]{1,12}|[0-9,. k]{1,10}(-[0-9]{1,3}k?)?") {
        for kind in SemanticType::ALL {
            if let Ok(once) = kind.read(&raw) {
                let twice = kind.read(&once.to_string());
                prop_assert_eq!(Ok(once), twice, "{} of {:?}", kind, raw);
            }
        }
    }

    #[test]
    fn no_json_makes_a_reader_panic(text in "\\PC{0,60}", number in any::<f64>()) {
        for kind in SemanticType::ALL {
            kind.read_json(&json!([text.clone(), number]));
            kind.read_json(&json!(number));
            kind.read_json(&json!(text.clone()));
        }
    }
}
