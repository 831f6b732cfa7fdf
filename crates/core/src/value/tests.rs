//! Cells and the values that are read from them.

use proptest::prelude::*;
use serde_json::json;

use super::*;

mod addresses;
mod contacts;
mod declared;
mod hosts;
mod integers;
mod placeholders;
mod profiles;

/// The normal form of a profile that several tests spell differently.
const PROFILE: &str = "https://www.linkedin.com/in/jane-doe-7b";

#[track_caller]
fn check(kind: SemanticType, raw: &str, expect: &str) {
    let value = kind.read(raw).unwrap_or_else(|why| panic!("{raw:?} was refused: {why}"));
    assert_eq!(value.to_string(), expect, "{raw:?} as {kind}");
}

#[track_caller]
fn check_refused(kind: SemanticType, raw: &str) {
    assert!(kind.read(raw).is_err(), "{raw:?} as {kind} gave {:?}", kind.read(raw));
}

#[test]
fn domains_have_one_normal_form() {
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
        check(kind, raw, "acme.com");
    }
    check(kind, "bücher.de", "xn--bcher-kva.de");
    check(kind, "BÜCHER.de", "xn--bcher-kva.de");
    check(kind, "www.com", "www.com");
    check(kind, "acme.com/@team", "acme.com");
    check(kind, "https://acme.com?mail=jane@acme.com", "acme.com");
    check(kind, "shop.acme.co.uk", "shop.acme.co.uk");
    for raw in [
        "Acme Inc",
        "acme",
        "localhost",
        "10.0.0.1",
        "http://127.0.0.1/",
        "[::1]",
        "ftp://acme.com",
        "https://",
        "acme..com",
        "-acme.com",
        "acme.c",
        "a_b.com",
        "printer.local",
        "N/A",
        "0x7f.1",
        "https://user:pw@acme.com",
        "acme.com, acme.de",
        "javascript:alert(1)",
        "https://@acme.com/",
    ] {
        check_refused(kind, raw);
    }
}

#[test]
fn a_page_on_a_shared_site_is_refused_as_a_domain() {
    let kind = SemanticType::Domain;
    for raw in [
        "facebook.com/acme",
        "https://m.facebook.com/?id=7",
        "linkedin.com/company/acme",
        "https://de.linkedin.com/company/acme/",
        "instagram.com/acme",
        "twitter.com/acme",
        "https://x.com/acme",
        "youtube.com/@acme",
        "tiktok.com/@acme",
        "sites.google.com/view/acme",
        "google.com/search?q=acme",
        "https://www.google.de/maps/place/acme",
        "bit.ly/3xYz",
        "web.archive.org/web/2020/http://acme.com",
        "en.wikipedia.org/wiki/Acme",
        "crunchbase.com/organization/acme",
        "yelp.com/biz/acme",
        "amazon.com/shops/acme",
        "www.amazon.co.uk/acme",
        "etsy.com/shop/acme",
        "medium.com/@acme",
        "github.com/acme",
        "linktr.ee/acme",
        "t.me/acme",
        "wa.me/49123",
        "maps.app.goo.gl/x1",
        "apps.apple.com/app/id1",
        "play.google.com/store/apps/details?id=x",
        "acme.notion.site/About-123",
    ] {
        check_refused(kind, raw);
    }
    for (raw, expect) in [
        ("https://www.facebook.com/", "facebook.com"),
        ("x.com", "x.com"),
        ("fedex.com/acme", "fedex.com"),
        ("netflix.com/about", "netflix.com"),
        ("apple.com/de", "apple.com"),
        ("amazonia.com/x", "amazonia.com"),
        ("acme.wordpress.com/about", "acme.wordpress.com"),
    ] {
        check(kind, raw, expect);
    }
}

#[test]
fn linkedin_urls_have_one_normal_form() {
    let kind = SemanticType::LinkedinUrl;
    for raw in [
        "https://www.linkedin.com/in/jane-doe",
        "linkedin.com/in/Jane-Doe/",
        "http://de.linkedin.com/in/jane-doe?trk=x",
        "https://www.linkedin.com/in/jane-doe/en",
        "www.linkedin.com/mwlite/in/jane-doe",
        "HTTPS://LinkedIn.com/in/jane-doe#top",
    ] {
        check(kind, raw, "https://www.linkedin.com/in/jane-doe");
    }
    check(kind, "linkedin.com/in/ACoAAAbCdEf", "https://www.linkedin.com/in/ACoAAAbCdEf");
    check(kind, "linkedin.com/in/jos%c3%a9-x", "https://www.linkedin.com/in/jos%C3%A9-x");
    check(kind, "linkedin.com/in/José-x", "https://www.linkedin.com/in/jos%C3%A9-x");
    check(kind, "linkedin.com/in/JOS%C3%89-%78", "https://www.linkedin.com/in/jos%C3%A9-x");
    check(
        kind,
        "linkedin.com/in/%E6%9D%8E%E5%BD%A6%E5%AE%8F",
        "https://www.linkedin.com/in/%E6%9D%8E%E5%BD%A6%E5%AE%8F",
    );
    for slug in ["jane-notfound", "slow", "jane-doe-1b2", "123", &"x".repeat(150)] {
        check(kind, &format!("linkedin.com/in/{slug}"), &format!("https://www.linkedin.com/in/{slug}"));
    }
    for slug in ["not-found", "404", "profile-not-available", "no-profile-found", "nicht-gefunden"] {
        check_refused(kind, &format!("linkedin.com/in/{slug}"));
    }
    for raw in [
        "https://www.linkedin.com/company/acme",
        "https://www.linkedin.com/in/",
        "https://linkedin.com.evil.org/in/jane",
        "https://evil-linkedin.com/in/jane",
        "jane-doe",
        "https://x@linkedin.com/in/jane",
        "https://twitter.com/in/jane",
        "linkedin.com/in/...",
        "linkedin.com/in/-",
        "linkedin.com/in/___",
        "linkedin.com/in/~",
        "linkedin.com/in/%",
        "linkedin.com/in/%zz-jane",
        "linkedin.com/in/jane%4",
        "linkedin.com/in/jane%FF",
        "linkedin.com/in/null",
        "linkedin.com/in/Unknown",
        "linkedin.com/in/username",
        "linkedin.com/in/profile",
        "linkedin.com/in/n-a",
        "linkedin.com/in/undefined",
        "linkedin.com/in/your-name",
        "linkedin.com/in/firstname-lastname",
        "linkedin.com/in/{slug}",
        "linkedin.com/in/%7Bslug%7D",
        "linkedin.com/in/%3Cslug%3E",
        "linkedin.com/in/jane%00doe",
        "linkedin.com/in/jane%20doe",
        "linkedin.com/in/jane%2Fdoe",
        "linkedin.com/in/jo",
        &format!("linkedin.com/in/{}", "x".repeat(151)),
    ] {
        check_refused(kind, raw);
    }
}

#[test]
fn urls_and_emails_have_one_normal_form() {
    check(SemanticType::Url, "Acme.com/Path?q=1#top", "https://acme.com/Path?q=1");
    check(SemanticType::Url, "http://acme.com", "http://acme.com/");
    for raw in [
        "http://127.0.0.1/x",
        "https://[::1]/",
        "file:///etc/passwd",
        "https://a:b@acme.com",
        "http://2130706433/",
    ] {
        check_refused(SemanticType::Url, raw);
    }
    check(SemanticType::Email, "Jane.Doe@Acme.com", "jane.doe@acme.com");
    check(SemanticType::Email, "mailto:jane@bücher.de", "jane@xn--bcher-kva.de");
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
        check_refused(SemanticType::Email, raw);
    }
}

#[test]
fn lists_and_texts_are_read() {
    check(SemanticType::List, "Rust, Go, rust", "Rust; Go");
    check(SemanticType::List, "Rust; Go, the language", "Rust; Go, the language");
    check(SemanticType::List, "- Rust\n- Go", "Rust; Go");
    check(SemanticType::List, "AWS (S3, EC2), Rust", "AWS (S3, EC2); Rust");
    check(SemanticType::List, ";,Rust", "Rust");
    check(SemanticType::List, "Rust||;", "Rust");
    check(SemanticType::List, "\u{1b}]0;t\u{7}Rust, Go", "Rust; Go");
    check_refused(SemanticType::List, ", ; N/A");
    check(SemanticType::Text, " a \n\t b\u{1b}[31m ", "a b");
    check_refused(SemanticType::Text, "\u{200b}");
}

#[test]
fn escape_sequences_are_removed_completely() {
    for (raw, expect) in [
        ("a\u{1b}[31mred\u{1b}[0m", "ared"),
        ("a\u{1b}[38;5;196m b\u{9b}1m", "a b"),
        ("\u{1b}]0;owned\u{7}Jane", "Jane"),
        ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
        ("\u{1b}]unended", "unended"),
        ("Jane\u{1b}[3", "Jane"),
        ("\u{1b}[2J\u{1b}[1;1HJane \u{1b}Doe", "Jane Doe"),
        ("[31m stays", "[31m stays"),
    ] {
        check(SemanticType::Text, raw, expect);
    }
    check_refused(SemanticType::Text, "\u{1b}[31m\u{1b}[0m");
}

#[test]
fn untrusted_json_is_read() {
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
    assert_eq!(read(SemanticType::List, json!("Not publicly disclosed, but likely AWS")), None);
    assert_eq!(read(SemanticType::List, json!(["Not publicly disclosed", "AWS"])), Some("AWS".into()));
    assert_eq!(read(SemanticType::Integer, json!("unknown, about 50")), None);
    assert_eq!(read(SemanticType::LinkedinUrl, json!("see LinkedIn")), None);
    assert_eq!(read(SemanticType::Domain, json!({"domain": "acme.com"})), None);
}

#[test]
fn html_entities_are_decoded_once() {
    let read = |kind: SemanticType, json| kind.read_json(&json).map(|value| value.to_string());
    let (list, text) = (SemanticType::List, SemanticType::Text);
    assert_eq!(
        read(list, json!(["C&#43;&#43;", "AT&amp;T &lt;cloud&gt;"])),
        Some("C++; AT&T <cloud>".into())
    );
    assert_eq!(read(list, json!("C&#43;&#43;, R&amp;D; Go")), Some("C++, R&D; Go".into()));
    assert_eq!(read(list, json!("C&#x2B;&#x2B;, Go")), Some("C++; Go".into()));
    assert_eq!(read(list, json!("AT&T, R&D")), Some("AT&T; R&D".into()));
    assert_eq!(
        read(text, json!("Smith &amp; Sons&nbsp;&#8217;s &quot;best&quot;")),
        Some("Smith & Sons ’s \"best\"".into())
    );
    assert_eq!(read(text, json!("&amp;amp;")), Some("&amp;".into()));
    assert_eq!(read(text, json!("a&#27;[31mb")), Some("a&#27;[31mb".into()));
    assert_eq!(read(text, json!("N&#47;A")), None);
    assert_eq!(
        read(SemanticType::Url, json!("https://acme.com/?a=1&amp;b=2")),
        Some("https://acme.com/?a=1&b=2".into())
    );
    // A cell of the user's table is not HTML and is not decoded.
    check(list, "C&#43;, Go", "C&#43; , Go");
}

#[test]
fn lists_in_other_shapes_are_read() {
    let read = |json| SemanticType::List.read_json(&json).map(|value| value.to_string());
    for (json, expect) in [
        (json!({"backend": ["Go", "Rust"], "frontend": ["React"]}), "Go; Rust; React"),
        (
            json!({"backend": {"language": "Go", "databases": ["PostgreSQL"]}, "cloud": "AWS, GCP"}),
            "Go; AWS; GCP",
        ),
        (json!({"React": true, "Vue": false, "Next.js": "14.1", "Go": null}), "Next.js; React"),
        (
            json!([{"technology": "Go", "category": "backend"}, {"tool": "Jira"}, {"name": "AWS"}]),
            "Go; Jira; AWS",
        ),
        (json!([{"category": "frontend", "items": ["React", "Vue"]}]), "React; Vue"),
        (json!([["Go", "Rust"], "AWS"]), "Go; Rust; AWS"),
        (json!({"items": ["Go"], "source": "https://acme.com"}), "Go"),
    ] {
        assert_eq!(read(json.clone()).as_deref(), Some(expect), "{json}");
    }
    assert_eq!(read(json!({"backend": [], "note": "unknown"})), None);
    assert_eq!(read(json!({"backend": "N/A", "frontend": "Unknown"})), None);
}

proptest! {
    #[test]
    fn normalisers_are_idempotent(raw in "\\PC{0,40}|[a-zA-Z0-9:/.@%?#-]{0,40}|(https?://)?(www\\.)?[a-z0-9üé-]{1,8}\\.(com|de)(/[a-z]{0,5})?|linkedin\\.com/in/[a-zA-Z%é0-9-]{1,12}|[0-9,. k]{1,10}(-[0-9]{1,3}k?)?|[\u{1b}\u{9b}\u{7}\\[\\]\\\\0-9;a-cm ]{0,20}") {
        for kind in SemanticType::ALL {
            if let Ok(once) = kind.read(&raw) {
                let twice = kind.read(&once.to_string());
                prop_assert_eq!(Ok(once), twice, "{} of {:?}", kind, raw);
            }
        }
    }

    #[test]
    fn no_json_causes_a_panic(text in "\\PC{0,60}", number in any::<f64>()) {
        for kind in SemanticType::ALL {
            kind.read_json(&json!([text.clone(), number]));
            kind.read_json(&json!(number));
            kind.read_json(&json!(text.clone()));
        }
    }
}
