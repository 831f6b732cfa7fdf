//! Where a company is and how it is reached: telephones, countries, pages of companies.

use super::{declared::from_json, *};

#[test]
fn telephones_with_the_prefix_of_a_country_have_one_normal_form() {
    let kind = SemanticType::Phone;
    for raw in [
        "+14155550100",
        "+1 (415) 555-0100",
        "+1.415.555.0100",
        "001 415 555 0100",
        "tel:+1-415-555-0100",
        "(+1) 415 555 0100",
        "+1 415 555 0100 x123",
        "+1 415 555 0100, ext. 12",
        "+1 415 555 0100 (ext 12)",
        "tel:+1-415-555-0100;ext=12",
        "＋1 415 555 0100",
        "+1\u{a0}415\u{2011}555\u{2011}0100",
    ] {
        check(kind, raw, "+14155550100");
    }
    check(kind, "+44 (0)20 7946 0000", "+442079460000");
    check(kind, "0044 20 7946 0000", "+442079460000");
    check(kind, "+49 30/1234567", "+49301234567");
    // The country is unknown, and the digits are what the source says.
    check(kind, "(415) 555-0100", "4155550100");
    check(kind, "030 1234567 #12", "0301234567");
    for raw in [
        "",
        "N/A",
        "+",
        "12345",
        "+12",
        "+0 415 555 0100",
        "+1 415 555 010",
        "+1 415 555 01000",
        "+1-800-FLOWERS",
        "011 44 20 7946 0000",
        "0000000",
        "+1 415 555 0100 / +1 415 555 0101",
        "415 555 0100, 415 555 0101",
        "4.9301E+11",
        "4155550100.0",
        "1234567890123456",
        "+1+4155550100",
        "call us",
        "+1 415 555 0100 x",
        "+1 415 555 0100 x12345678",
    ] {
        check_refused(kind, raw);
    }
    assert_eq!(from_json(kind, json!(14_155_550_100_i64)).as_deref(), Some("14155550100"));
    assert_eq!(from_json(kind, json!("not available")), None);
}

#[test]
fn countries_become_codes() {
    let kind = SemanticType::Country;
    for (raw, expect) in [
        ("DE", "DE"),
        ("de", "DE"),
        ("DEU", "DE"),
        ("Germany", "DE"),
        ("Deutschland", "DE"),
        ("UK", "GB"),
        ("U.K.", "GB"),
        ("Scotland", "GB"),
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("the United States of America", "US"),
        ("South Korea", "KR"),
        ("Korea, Republic of", "KR"),
        ("Czech Republic", "CZ"),
        ("Türkiye", "TR"),
        ("TURKEY", "TR"),
        ("Côte d’Ivoire", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("St. Lucia", "LC"),
        ("Bosnia & Herzegovina", "BA"),
        ("The Netherlands", "NL"),
        ("DR Congo", "CD"),
        ("Hong Kong SAR", "HK"),
        ("Georgia", "GE"),
        ("CA", "CA"),
        ("NO", "NO"),
        ("Norway", "NO"),
        ("st", "ST"),
        ("Namibia", "NA"),
    ] {
        check(kind, raw, expect);
    }
    for raw in [
        "",
        "N/A",
        "unknown",
        "Europe",
        "EU",
        "XX",
        "Korea",
        "Congo",
        "Virgin Islands",
        "America",
        "no",
        "No",
        "na",
        "n.a.",
        "Berlin",
        "California",
        "Germany, France",
        "Berlin, Germany",
        "Georgia, USA",
        "Kosovo",
        "English",
    ] {
        check_refused(kind, raw);
    }
    assert_eq!(from_json(kind, json!("Norway")).as_deref(), Some("NO"));
    assert_eq!(from_json(kind, json!("NO")).as_deref(), Some("NO"));
    assert_eq!(from_json(kind, json!("NAM")).as_deref(), Some("NA"));
    // `NA` mostly stands for "not available".
    assert_eq!(from_json(kind, json!("NA")), None);
    assert!(kind.says_nothing("NA") && !kind.says_nothing("NO") && !kind.says_nothing("Namibia"));
    assert_eq!(kind.check(kind.read("Namibia").unwrap()), Some(Value::text("NA")));
}

#[test]
fn pages_of_companies_have_one_normal_form() {
    let kind = SemanticType::CompanyLinkedinUrl;
    for raw in [
        "https://www.linkedin.com/company/acme-inc",
        "linkedin.com/company/Acme-Inc/",
        "https://de.linkedin.com/company/acme-inc?trk=x",
        "https://www.linkedin.com/company/acme-inc/about/",
        "https://www.linkedin.com/mwlite/company/acme-inc",
        "https://www.linkedin.com/de/company/acme-inc",
        "company/acme-inc",
        "Page: https://www.linkedin.com/company/acme-inc.",
        "https://www.linkedin.com/authwall?sessionRedirect=https%3A%2F%2Fde.linkedin.com%2Fcompany%2Facme-inc",
    ] {
        check(kind, raw, "https://www.linkedin.com/company/acme-inc");
    }
    for (raw, expect) in [
        ("linkedin.com/company/1035", "company/1035"),
        ("linkedin.com/sales/company/1035", "company/1035"),
        ("linkedin.com/company/hp", "company/hp"),
        ("linkedin.com/school/mit", "school/mit"),
        ("linkedin.com/showcase/acme-labs", "showcase/acme-labs"),
        ("linkedin.com/company/Café", "company/caf%C3%A9"),
        ("linkedin.com/company/caf%c3%a9", "company/caf%C3%A9"),
    ] {
        check(kind, raw, &format!("https://www.linkedin.com/{expect}"));
    }
    for raw in [
        "N/A",
        "https://www.linkedin.com/in/jane-doe",
        "https://www.linkedin.com/",
        "https://www.linkedin.com/company/",
        "https://www.linkedin.com/company/unavailable/",
        "https://www.linkedin.com/company/null",
        "https://www.linkedin.com/company/%7Bslug%7D",
        "https://www.linkedin.com/company/a%20b",
        "https://www.linkedin.com/company/-",
        "https://linkedin.com.evil.org/company/acme",
        "https://x@linkedin.com/company/acme",
        "https://twitter.com/company/acme",
        "https://lnkd.in/company/acme",
        "https://www.linkedin.com/jobs/view/1",
        "acme",
    ] {
        check_refused(kind, raw);
    }
    check_refused(SemanticType::LinkedinUrl, "https://www.linkedin.com/company/acme-inc");
    assert_eq!(
        from_json(kind, json!("linkedin.com/company/acme")).as_deref(),
        Some("https://www.linkedin.com/company/acme")
    );
}
