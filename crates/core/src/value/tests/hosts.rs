//! Which hosts identify a company, and which do not.

use super::*;

#[test]
fn only_a_public_host_is_a_domain() {
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
        check_refused(SemanticType::Domain, raw);
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
        check(SemanticType::Domain, raw, "acme.com");
        if !raw.starts_with('@') && !raw.contains("www.") {
            let mail = SemanticType::Email.read(raw).unwrap().to_string();
            assert!(mail.starts_with("jane") && mail.ends_with("@acme.com"), "{raw}: {mail}");
        }
    }
    for raw in ["jane@", "@", "ja ne@acme.com", "jane@acme", "a@b@acme.com", "jane@acme.com joe@other.com"] {
        check_refused(SemanticType::Domain, raw);
        check_refused(SemanticType::Email, raw);
    }
}

#[test]
fn a_mail_service_is_refused_as_a_domain() {
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
    check(SemanticType::Email, "jane@gmail.com", "jane@gmail.com");
    for raw in
        ["mygmail.com", "gmail.acme.com", "liveperson.com", "post.ch", "web.dev", "aolcc.com", "mac.eu"]
    {
        check(SemanticType::Domain, raw, raw);
    }
}

#[test]
fn a_service_for_the_content_of_others_is_refused_as_a_domain() {
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
        check(SemanticType::Domain, raw, raw);
    }
}

#[test]
fn a_redirect_is_read_as_its_target() {
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
        check(SemanticType::Domain, &to("https%3A%2F%2Fwww.acme.com%2Fx"), "acme.com");
        check(
            SemanticType::LinkedinUrl,
            &to("https%3A%2F%2Fde.linkedin.com%2Fin%2FJane-Doe-7b%3Ftrk%3Dx"),
            PROFILE,
        );
        check_refused(SemanticType::Domain, &to("http%3A%2F%2F127.0.0.1%2F"));
        check_refused(SemanticType::Url, &to("file%3A%2F%2F%2Fetc%2Fhosts"));
    }
    check(SemanticType::Domain, "https://urldefense.com/v3/__https://acme.com/x__;!!abc$", "acme.com");
    check(
        SemanticType::Domain,
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__www.acme.com_x&d=a",
        "acme.com",
    );
    check(SemanticType::Domain, "https://acme.com/url?q=https://other.com", "acme.com");
    let deep = (0..9).fold("https://acme.com".to_owned(), |inner, _| {
        let inner = inner.replace('%', "%25").replace(':', "%3A").replace('/', "%2F").replace('?', "%3F");
        format!("https://www.google.com/url?q={}", inner.replace('=', "%3D"))
    });
    check_refused(SemanticType::Domain, &deep);
}
