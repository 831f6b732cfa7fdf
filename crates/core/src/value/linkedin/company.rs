//! The type `company_linkedin_url`: the LinkedIn page of a company, a school or a showcase. This module must
//! not open a page.

use url::Url;

use super::{encoded, in_one_form, is_legal, is_linkedin, is_placeholder, is_short_link, wholly_decoded};
use crate::value::{Invalid, domain, paste};

const LINKEDIN: &str = "https://www.linkedin.com/";

const NO_PAGE: Invalid = Invalid("it is not a company's page (`/company/...`)");

/// Normalises every spelling of a page to `https://www.linkedin.com/company/{name}`. Schools and showcases
/// keep their own paths, because the same name may be another page there.
pub(in crate::value) fn normalise(raw: &str) -> Result<String, Invalid> {
    paste::address(raw, page)
}

fn page(raw: &str) -> Result<String, Invalid> {
    // The host of the address may be missing: `company/acme`.
    let path = raw.trim_start_matches('/');
    let has_no_host = path.split_once('/').is_some_and(|(start, _)| kind(start).is_some());
    let url = match has_no_host {
        true => domain::web_url(&format!("{LINKEDIN}{path}"))?,
        false => domain::landing(domain::web_url(raw)?, 0)?,
    };
    if is_short_link(&url) {
        return Err(Invalid("it is a short link; open it and give the page's own address"));
    }
    if !is_linkedin(&url) {
        return Err(Invalid("it is not on linkedin.com"));
    }
    let (kind, name) = kind_and_name(&url)?;
    Ok(format!("{LINKEDIN}{kind}/{}", canonical_name(&name)?))
}

/// The kind of page that a segment of a path names.
fn kind(segment: &str) -> Option<&'static str> {
    ["company", "school", "showcase"].into_iter().find(|kind| kind.eq_ignore_ascii_case(segment))
}

/// The kind of the page and the name after it. The mobile site, links in mails, Sales Navigator and a
/// language may precede the kind.
fn kind_and_name(url: &Url) -> Result<(&'static str, String), Invalid> {
    const BEFORE: [&str; 5] = ["mwlite", "comm", "m", "mobile", "sales"];
    let mut segments = url.path_segments().into_iter().flatten().filter(|segment| !segment.is_empty());
    loop {
        let segment = segments.next().ok_or(NO_PAGE)?;
        if let Some(kind) = kind(segment) {
            let name = segments.next().ok_or(Invalid("no name follows the kind of the page"))?;
            return Ok((kind, name.to_owned()));
        }
        match &*segment.to_ascii_lowercase() {
            "in" | "pub" => {
                return Err(Invalid("it is a person's profile, not a company's page (`/company/...`)"));
            }
            before if BEFORE.contains(&before) || before.len() == 2 => {}
            _ => return Err(NO_PAGE),
        }
    }
}

/// The canonical form of a name. A name may be short or only a number.
fn canonical_name(name: &str) -> Result<String, Invalid> {
    let decoded = wholly_decoded(name)?;
    if decoded.trim().contains(char::is_control) {
        return Err(Invalid("its name has a character that LinkedIn does not allow"));
    }
    let name = in_one_form(&decoded).to_lowercase();
    // Company names on LinkedIn may contain an encoded `&`, after which the name would be another one.
    if !name.chars().all(is_legal) || decoded.contains('&') {
        return Err(Invalid("its name has a character that LinkedIn does not allow"));
    }
    if name.chars().count() > 150 || !name.contains(char::is_alphanumeric) {
        return Err(Invalid("what follows the kind of the page is not a name"));
    }
    if is_placeholder_name(&name) {
        return Err(Invalid("its name is a placeholder"));
    }
    Ok(encoded(&name))
}

/// Whether a name is a placeholder that templates, models and LinkedIn itself write.
fn is_placeholder_name(name: &str) -> bool {
    const WORDS: [&str; 6] = ["companyname", "companyslug", "yourcompany", "company", "nocompany", "login"];
    is_placeholder(name, &WORDS)
}
