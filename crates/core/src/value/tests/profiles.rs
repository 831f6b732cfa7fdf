//! The spellings of LinkedIn profiles.

use super::*;

#[test]
fn every_spelling_of_a_profile_has_one_normal_form() {
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
        check(SemanticType::LinkedinUrl, raw, PROFILE);
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
        check(SemanticType::LinkedinUrl, raw, &expect);
    }
}

#[test]
fn addresses_of_linkedins_own_tools_give_the_profile_or_are_refused() {
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
        check(SemanticType::LinkedinUrl, &raw, &format!("https://www.linkedin.com/in/{id}"));
    }
    check(
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
        check_refused(SemanticType::LinkedinUrl, &format!("https://www.linkedin.com/{path}"));
    }
}
