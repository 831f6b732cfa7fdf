//! Addresses as people paste them.

use super::*;

const PROFILE: &str = "https://www.linkedin.com/in/jane-doe-7b";

/// Characters that nobody sees.
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
fn invisible_characters_never_make_a_second_question() {
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
fn encoded_invisible_characters_do_not_either() {
    for hidden in HIDDEN {
        let mut bytes = [0; 4];
        let encoded: String =
            hidden.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02x}")).collect();
        reads(SemanticType::LinkedinUrl, &format!("{PROFILE}{encoded}"), PROFILE);
        reads(
            SemanticType::LinkedinUrl,
            &PROFILE.replace("jane", &format!("{encoded}ja{encoded}ne")),
            PROFILE,
        );
        reads(SemanticType::LinkedinUrl, &format!("{PROFILE}{encoded}/?trk=x"), PROFILE);
        reads(SemanticType::Domain, &format!("acme{encoded}.com{encoded}"), "acme.com");
        reads(SemanticType::Url, &format!("acme.com/{encoded}x"), "https://acme.com/x");
        reads(SemanticType::Email, &format!("jane@acme.com{encoded}"), "jane@acme.com");
    }
}

#[test]
fn wrappings_come_off() {
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
            reads(kind, &format!("{before}{address}{behind}"), expect);
        }
    }
}

#[test]
fn a_scheme_may_be_mistyped_doubled_or_left_out() {
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
        reads(SemanticType::Domain, &format!("{scheme}acme.com"), "acme.com");
        reads(SemanticType::Domain, &format!("{scheme}www.Acme.com:8080/x?y=https://b.com"), "acme.com");
        reads(SemanticType::LinkedinUrl, &format!("{scheme}linkedin.com/in/jane-doe-7b"), PROFILE);
    }
    reads(SemanticType::Url, "http//acme.com/x", "http://acme.com/x");
    reads(SemanticType::Url, "https://http://acme.com", "http://acme.com/");
    for raw in
        ["ftp://acme.com", "file:///etc/hosts", "ws://acme.com", "javascript:alert(1)", "git://acme.com"]
    {
        refuses(SemanticType::Domain, raw);
        refuses(SemanticType::Url, raw);
    }
    for raw in ["http.cat", "https.com", "httpbin.org", "http.dev/https://x.com"] {
        let host = raw.split('/').next().unwrap();
        reads(SemanticType::Domain, raw, host);
    }
}

#[test]
fn only_what_can_be_a_public_host_is_a_domain() {
    for raw in [
        "www.https",
        "https://www.http",
        "acme.local",
        "printer.lan",
        "nas.home",
        "srv.corp",
        "x.internal",
        "a.home.arpa",
        "report.pdf",
        "logo.png",
        "index.html",
        "data.csv",
        "acme.con",
        "acme.comm",
        "Acme Inc.",
        "e.g",
        "10.in-addr.arpa",
        "acme.invalid",
        "x.onion",
        "1.2.3.4",
        "0x7f000001",
        "127.1",
        "http://[::1]/",
        "https://a.b.c.d1",
        "v1.2.3",
        "12.5k",
        "acme.123",
        "user:pw@acme.com",
        "https://user@acme.com",
        "acme .com",
        "https://acme.com https://other.com",
        "acme.com, other.com",
        "acme.com/other.com other.com",
    ] {
        refuses(SemanticType::Domain, raw);
    }
    for raw in [
        "acme.museum",
        "acme.zip",
        "acme.рф",
        "acme.xn--p1ai",
        "acme.example",
        "acme.test",
        "acme.io",
        "acme.co.uk",
        "acme.technology",
        "xn--bcher-kva.de",
        "acme.みんな",
    ] {
        assert!(SemanticType::Domain.read(raw).is_ok(), "{raw}");
    }
}

#[test]
fn an_email_address_gives_its_domain() {
    for raw in [
        "jane@acme.com",
        "Jane.Doe+x@ACME.com",
        "mailto:jane@acme.com",
        "MAILTO:jane@acme.com?subject=Hi",
        "Jane Doe <jane@acme.com>",
        "\"Doe, Jane\" <jane@acme.com>",
        "Jane Doe (jane@acme.com)",
        "E-mail: jane@acme.com",
        "<jane@acme.com>,",
        "[jane@acme.com](mailto:jane@acme.com)",
        "=HYPERLINK(\"mailto:jane@acme.com\";\"Mail\")",
        "jane%40acme.com",
        "jane[at]acme[dot]com",
        "jane@www.acme.com",
        "@acme.com",
    ] {
        reads(SemanticType::Domain, raw, "acme.com");
        if !raw.starts_with('@') && !raw.contains("www.") {
            let mail = SemanticType::Email.read(raw).unwrap().to_string();
            assert!(mail.starts_with("jane") && mail.ends_with("@acme.com"), "{raw}: {mail}");
        }
    }
    for raw in ["jane@", "@", "ja ne@acme.com", "jane@acme", "a@b@acme.com", "jane@acme.com joe@other.com"] {
        refuses(SemanticType::Domain, raw);
        refuses(SemanticType::Email, raw);
    }
}

#[test]
fn a_mail_service_is_no_company() {
    for raw in [
        "gmail.com",
        "Outlook.com",
        "https://www.gmail.com/",
        "jane@gmail.com",
        "googlemail.com",
        "hotmail.co.uk",
        "jane@hotmail.fr",
        "outlook.de",
        "live.com",
        "msn.com",
        "yahoo.com",
        "yahoo.co.in",
        "uk.yahoo.com",
        "ymail.com",
        "aol.com",
        "icloud.com",
        "me.com",
        "gmx.net",
        "gmx.at",
        "web.de",
        "proton.me",
        "protonmail.com",
        "mail.ru",
        "yandex.ru",
        "ya.ru",
        "qq.com",
        "163.com",
        "naver.com",
        "rediffmail.com",
        "t-online.de",
        "orange.fr",
        "Jane <jane@comcast.net>",
        "mail.google.com",
    ] {
        let why = SemanticType::Domain.read(raw).unwrap_err();
        assert!(why.0.contains("e-mail provider"), "{raw}: {why}");
    }
    reads(SemanticType::Email, "jane@gmail.com", "jane@gmail.com");
    for raw in
        ["mygmail.com", "gmail.acme.com", "liveperson.com", "post.ch", "web.dev", "aolcc.com", "mac.eu"]
    {
        reads(SemanticType::Domain, raw, raw);
    }
}

#[test]
fn a_service_that_carries_others_things_is_no_company() {
    for raw in [
        "bit.ly",
        "https://bit.ly/3x",
        "t.co",
        "forms.gle/x",
        "docs.google.com",
        "drive.google.com/file/x",
        "sites.google.com",
        "play.google.com",
        "apps.apple.com",
        "github.io",
        "wixsite.com",
        "s3.amazonaws.com/acme",
        "d111.cloudfront.net",
        "media.licdn.com",
        "lnkd.in/abc",
        "myshopify.com",
    ] {
        let why = SemanticType::Domain.read(raw).unwrap_err();
        assert!(why.0.contains("share"), "{raw}: {why}");
    }
    for raw in [
        "google.com",
        "linkedin.com",
        "github.com",
        "acme.github.io",
        "acme.wixsite.com",
        "acme.myshopify.com",
    ] {
        reads(SemanticType::Domain, raw, raw);
    }
}

#[test]
fn links_that_lead_through_another_site() {
    for link in [
        "https://www.google.com/url?q={}&sa=D",
        "https://www.google.co.uk/url?sa=t&url={}&usg=x",
        "https://eur01.safelinks.protection.outlook.com/?url={}&data=05",
        "https://l.facebook.com/l.php?u={}&h=x",
        "https://www.youtube.com/redirect?event=x&q={}",
        "https://www.linkedin.com/redir/redirect?url={}&urlhash=x",
        "https://duckduckgo.com/l/?uddg={}",
    ] {
        let to = |encoded| link.replace("{}", encoded);
        reads(SemanticType::Domain, &to("https%3A%2F%2Fwww.acme.com%2Fx"), "acme.com");
        reads(
            SemanticType::LinkedinUrl,
            &to("https%3A%2F%2Fde.linkedin.com%2Fin%2FJane-Doe-7b%3Ftrk%3Dx"),
            PROFILE,
        );
        refuses(SemanticType::Domain, &to("http%3A%2F%2F127.0.0.1%2F"));
        refuses(SemanticType::Url, &to("file%3A%2F%2F%2Fetc%2Fhosts"));
    }
    reads(SemanticType::Domain, "https://urldefense.com/v3/__https://acme.com/x__;!!abc$", "acme.com");
    reads(
        SemanticType::Domain,
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__www.acme.com_x&d=a",
        "acme.com",
    );
    reads(SemanticType::Domain, "https://acme.com/url?q=https://other.com", "acme.com");
    let deep = (0..9).fold("https://acme.com".to_owned(), |inner, _| {
        let inner = inner.replace('%', "%25").replace(':', "%3A").replace('/', "%2F").replace('?', "%3F");
        format!("https://www.google.com/url?q={}", inner.replace('=', "%3D"))
    });
    refuses(SemanticType::Domain, &deep);
}

#[test]
fn one_profile_is_one_question() {
    for raw in [
        "https://www.linkedin.com/in/Jane-Doe-7B",
        "linkedin.com/in/jane-doe-7b/",
        "https://uk.linkedin.com/in/jane-doe-7b/en-us?trk=people-guest",
        "https://www.linkedin.com/comm/in/jane-doe-7b?midToken=x",
        "https://www.linkedin.com/mwlite/profile/in/jane-doe-7b",
        "https://m.linkedin.com/in/jane-doe-7b",
        "https://www.linkedin.com/de/in/jane-doe-7b",
        "https://www.linkedin.com/public-profile/in/jane-doe-7b",
        "https://www.linkedin.com/in/jane-doe-7b/recent-activity/all/",
        "https://www.linkedin.com/in/jane-doe-7b/overlay/contact-info/",
        "https://www.linkedin.com//in//jane-doe-7b",
        "linkedin.com/IN/jane-doe-7b",
        "/in/jane-doe-7b",
        "in/jane-doe-7b/",
        "https://www.linkedin.com/in/jane\u{2011}doe\u{2010}7b",
        "https://www.linkedin.com/in/jane%E2%80%91doe-7b",
        "https://www.linkedin.com/in/jane–doe−7b",
        "https://www.linkedin.com/in/ｊａｎｅ-doe-7b",
        "https://www.linkedin.com/in/jane-doe-7b%22",
        "https://www.linkedin.com/in/jane-doe-7b%2F",
        "https://www.linkedin.com/in/jane-doe-7b%20",
        "https://www.linkedin.com/in/jane-doe-7b%3Ftrk%3Dx",
        "https://www.linkedin.com/in/jane-doe-7b&trk=x",
        "https://www.linkedin.com/in/jane-doe-7b,%20CEO",
        "https%3A%2F%2Fwww.linkedin.com%2Fin%2Fjane-doe-7b",
        "https://www.linkedin.com/pub/jane-doe-7b",
        "https://www.linkedin.com/authwall?trk=x&sessionRedirect=https%3A%2F%2Fde.linkedin.com%2Fin%2Fjane-doe-7b",
        "https://www.linkedin.com/login?session_redirect=%2Fin%2Fjane-doe-7b%2F",
        "https://www.linkedin.com/uas/login?session_redirect=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fjane-doe-7b",
        "https://www.linkedin.com/signup/cold-join?session_redirect=%2Fin%2Fjane-doe-7b",
    ] {
        reads(SemanticType::LinkedinUrl, raw, PROFILE);
    }
    let expect = "https://www.linkedin.com/in/jos%C3%A9-%C5%81";
    let expect = expect.replace("%C5%81", "%C5%82");
    for raw in [
        "linkedin.com/in/josé-ł",
        "linkedin.com/in/jose\u{301}-ł",
        "linkedin.com/in/JOSÉ-Ł",
        "linkedin.com/in/JOSE%CC%81-%C5%81",
        "linkedin.com/in/jos%c3%a9-%c5%82",
        "linkedin.com/in/jos%25C3%25A9-ł",
        "linkedin.com/in/josé-ł, ",
    ] {
        reads(SemanticType::LinkedinUrl, raw, &expect);
    }
}

#[test]
fn members_ids_of_linkedins_own_tools() {
    let id = "ACwAAAbCdEfGhIjKlMnOpQrStUv";
    for path in [
        "sales/lead/{},NAME_SEARCH,x1Yz",
        "sales/people/{},OUT_OF_NETWORK,x?_ntb=y",
        "sales/lead/{}%2CNAME_SEARCH%2Cx",
        "talent/profile/{}?trk=x",
        "talent/hire/12/manage/all/profile/{}",
        "sales/lead/{}",
        "in/{}/",
        "profile/view?id={}&x=y",
    ] {
        let raw = format!("https://www.linkedin.com/{}", path.replace("{}", id));
        reads(SemanticType::LinkedinUrl, &raw, &format!("https://www.linkedin.com/in/{id}"));
    }
    reads(
        SemanticType::LinkedinUrl,
        "http://www.linkedin.com/pub/jane-doe/4c/5b3/2a",
        "https://www.linkedin.com/in/jane-doe-02a5b34c",
    );
    for path in [
        "sales/lead/123456,NAME_SEARCH,x",
        "recruiter/profile/1234,abcd,CAP",
        "sales/company/123",
        "company/acme",
        "school/acme",
        "posts/jane-doe_title-activity-123",
        "pulse/title-jane-doe",
        "feed/update/urn:li:activity:1",
        "search/results/people/?keywords=jane",
        "pub/dir/Jane/Doe",
        "login",
        "authwall?trk=x",
        "jobs/view/1",
        "in",
        "in/me",
        "",
    ] {
        refuses(SemanticType::LinkedinUrl, &format!("https://www.linkedin.com/{path}"));
    }
}

#[test]
fn half_an_address_is_not_taken_for_a_whole_one() {
    for raw in [
        "https://www.linkedin.com/in/jane doe",
        "https://www.linkedin.com/in/jane doe-7b",
        "Jane https://www.linkedin.com/in/jane -doe",
        "https://www.linkedin.com/in/jane%20doe",
        "https://www.linkedin.com/in/jane-doe https://www.linkedin.com/in/joe-doe",
    ] {
        refuses(SemanticType::LinkedinUrl, raw);
    }
    for raw in ["https://acme.co m", "see https://acme .com", "https://acme.com /x https://other.com"] {
        refuses(SemanticType::Domain, raw);
    }
    reads(SemanticType::Domain, "https://acme.com, https://www.acme.com", "acme.com");
    reads(SemanticType::Domain, "https://acme.com\nBerlin", "acme.com");
    reads(SemanticType::Domain, "https://acme.com - Acme Inc.", "acme.com");
}

#[test]
fn hostile_cells_take_no_time() {
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
            refuses(kind, &raw);
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
