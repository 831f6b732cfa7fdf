//! Addresses with everything that people paste around them.

use super::*;

/// Invisible characters.
const HIDDEN: [char; 18] = [
    '\u{ad}',
    '\u{34f}',
    '\u{61c}',
    '\u{115f}',
    '\u{17b4}',
    '\u{180e}',
    '\u{200b}',
    '\u{200d}',
    '\u{200e}',
    '\u{202e}',
    '\u{2060}',
    '\u{2066}',
    '\u{2800}',
    '\u{3164}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{ffa0}',
    '\u{e0061}',
];

#[test]
fn invisible_characters_do_not_change_a_value() {
    for (kind, raw) in [
        (SemanticType::Domain, "acme.com"),
        (SemanticType::Domain, "bücher.de"),
        (SemanticType::Domain, "jane@acme.com"),
        (SemanticType::LinkedinUrl, PROFILE),
        (SemanticType::LinkedinUrl, "linkedin.com/in/josé-x"),
        (SemanticType::Url, "https://acme.com/a?b=c"),
        (SemanticType::Email, "jane@acme.com"),
        (SemanticType::Text, "Jane Doe"),
        (SemanticType::Integer, "1,200"),
        (SemanticType::List, "Rust, Go"),
    ] {
        let expect = kind.read(raw).unwrap();
        for hidden in HIDDEN {
            for (at, _) in raw.char_indices().chain([(raw.len(), ' ')]) {
                let mut with = raw.to_owned();
                with.insert(at, hidden);
                assert_eq!(kind.read(&with).as_ref(), Ok(&expect), "{with:?} as {kind}");
            }
        }
    }
}

#[test]
fn encoded_invisible_characters_do_not_change_an_address() {
    for hidden in HIDDEN {
        let mut bytes = [0; 4];
        let encoded: String =
            hidden.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02x}")).collect();
        check(SemanticType::LinkedinUrl, &format!("{PROFILE}{encoded}"), PROFILE);
        check(
            SemanticType::LinkedinUrl,
            &PROFILE.replace("jane", &format!("{encoded}ja{encoded}ne")),
            PROFILE,
        );
        check(SemanticType::LinkedinUrl, &format!("{PROFILE}{encoded}/?trk=x"), PROFILE);
        check(SemanticType::Domain, &format!("acme{encoded}.com{encoded}"), "acme.com");
        check(SemanticType::Url, &format!("acme.com/{encoded}x"), "https://acme.com/x");
        check(SemanticType::Email, &format!("jane@acme.com{encoded}"), "jane@acme.com");
    }
}

#[test]
fn text_around_an_address_is_removed() {
    for (kind, address, expect) in [
        (SemanticType::Domain, "https://www.acme.com/about", "acme.com"),
        (SemanticType::LinkedinUrl, PROFILE, PROFILE),
        (SemanticType::Url, "https://acme.com/x", "https://acme.com/x"),
    ] {
        for (before, behind) in [
            ("<", ">"),
            ("\"", "\""),
            ("'", "'"),
            ("“", "”"),
            ("„", "“"),
            ("«", "»"),
            ("‘", "’"),
            ("`", "`"),
            ("(", ")"),
            ("[", "]"),
            ("['", "']"),
            ("**", "**"),
            ("\\\"", "\\\""),
            ("", ","),
            ("", "."),
            ("", ";"),
            ("", "),"),
            ("", "..."),
            ("", "%20"),
            ("\u{a0}", "\u{a0}"),
            ("\u{3000}", "\r\n"),
            ("- ", ""),
            ("• ", ""),
            ("[Jane](", ")"),
            ("[Jane](", " \"Home\")"),
            ("![](", ")"),
            ("See [it](<", ">)."),
            ("<a href=\"", "\">Acme</a>"),
            ("<", "|Acme>"),
            ("Website: ", ""),
            ("Website:", ""),
            ("{\"url\": \"", "\"}"),
            ("Jane Doe - ", ""),
            ("Jane Doe (", ")"),
            ("Jane Doe <", ">"),
            ("=HYPERLINK(\"", "\",\"Jane\")"),
            ("=hyperlink(\"", "\";\"Jane\")"),
            ("=HYPERLINK( \"", "\" )"),
            ("'=HYPERLINK(\"", "\", \"A \"\"B\"\"\")"),
            ("=HYPERLINK(\"\"", "\"\",\"\"Jane\"\")"),
            ("=HIPERVÍNCULO(\"", "\";\"x\")"),
            ("=LIEN_HYPERTEXTE(\"", "\";\"x\")"),
            ("=\"", "\""),
            ("=IFERROR(HYPERLINK(\"", "\",\"x\"),\"\")"),
        ] {
            check(kind, &format!("{before}{address}{behind}"), expect);
        }
    }
}

#[test]
fn a_scheme_may_be_mistyped_repeated_or_missing() {
    for scheme in [
        "",
        "//",
        "http:/",
        "https:/",
        "http:",
        "https:",
        "http//",
        "https//",
        "https;//",
        "http;/",
        "htpps://",
        "htp://",
        "htttp://",
        "hhtps://",
        "ttps://",
        "ttp://",
        "https:///",
        "https:\\\\",
        "http.//",
        "hxxp://",
        "hxxps[:]//",
        "http://http://",
        "https://https//",
        "https://http:",
        "https://www.https://",
        "HTTPS://Http://",
        "https：／／",
        "http://https://http://",
        "https:://",
        "https://www.",
    ] {
        check(SemanticType::Domain, &format!("{scheme}acme.com"), "acme.com");
        check(SemanticType::Domain, &format!("{scheme}www.Acme.com:8080/x?y=https://b.com"), "acme.com");
        check(SemanticType::LinkedinUrl, &format!("{scheme}linkedin.com/in/jane-doe-7b"), PROFILE);
    }
    check(SemanticType::Url, "http//acme.com/x", "http://acme.com/x");
    check(SemanticType::Url, "https://http://acme.com", "http://acme.com/");
    for raw in
        ["ftp://acme.com", "file:///etc/hosts", "ws://acme.com", "javascript:alert(1)", "git://acme.com"]
    {
        check_refused(SemanticType::Domain, raw);
        check_refused(SemanticType::Url, raw);
    }
    for raw in ["http.cat", "https.com", "httpbin.org", "http.dev/https://x.com"] {
        let host = raw.split('/').next().unwrap();
        check(SemanticType::Domain, raw, host);
    }
}

#[test]
fn a_partial_address_is_refused() {
    for raw in [
        "https://www.linkedin.com/in/jane doe",
        "https://www.linkedin.com/in/jane doe-7b",
        "Jane https://www.linkedin.com/in/jane -doe",
        "https://www.linkedin.com/in/jane%20doe",
        "https://www.linkedin.com/in/jane-doe https://www.linkedin.com/in/joe-doe",
    ] {
        check_refused(SemanticType::LinkedinUrl, raw);
    }
    for raw in ["https://acme.co m", "see https://acme .com", "https://acme.com /x https://other.com"] {
        check_refused(SemanticType::Domain, raw);
    }
    check(SemanticType::Domain, "https://acme.com, https://www.acme.com", "acme.com");
    check(SemanticType::Domain, "https://acme.com\nBerlin", "acme.com");
    check(SemanticType::Domain, "https://acme.com - Acme Inc.", "acme.com");
}

#[test]
fn hostile_cells_are_read_in_bounded_time() {
    let long = 1_000_000;
    for unit in [
        "(",
        "[](",
        "http://",
        "www.",
        "%E2%80",
        "<a href=",
        "=HYPERLINK(\"",
        "a ",
        "@",
        "\u{200b}",
        "a.",
        "%25",
    ] {
        let raw = unit.repeat(long / unit.len());
        for kind in [SemanticType::Domain, SemanticType::LinkedinUrl, SemanticType::Url, SemanticType::Email]
        {
            check_refused(kind, &raw);
            let _ = kind.read(&raw[..raw.floor_char_boundary(8_000)]);
        }
    }
}

proptest! {
    #[test]
    fn pasted_addresses_have_one_normal_form(
        raw in "(<|\"|\\[x\\]\\(|Site: |- |=HYPERLINK\\(\"|\\*|_)?(https?[:;/]{0,3}|mailto:|www\\.){0,3}([a-z@é%\\.\u{200b}-]{1,9}|linkedin\\.com/(in|pub|comm/in)/[A-Za-zé%E2\u{2011}\u{301}ﬁ…&?.,-]{1,14})(\\.(com|de|example))?(/[a-z%?&=]{0,6})?[,.)>\"|;]{0,3}( [a-z(:]{1,4})?"
    ) {
        for kind in SemanticType::ALL {
            if let Ok(once) = kind.read(&raw) {
                prop_assert_eq!(kind.read(&once.to_string()), Ok(once), "{} of {:?}", kind, raw);
            }
        }
    }
}
