//! Finds the profile that a LinkedIn page belongs to, from the page's path. This module must not judge the
//! slug.

use url::Url;

use super::{super::Invalid, is_opaque};

/// Segments that may precede `/in/` in the path of the same profile, as on the mobile site and in links in
/// LinkedIn's mails. A language may precede it as well.
const BEFORE: [&str; 8] = ["mwlite", "comm", "m", "mobile", "public-profile", "profile", "wukong-web", "pub"];

/// The slug in the path, unmodified.
pub(super) fn slug(url: &Url) -> Result<String, Invalid> {
    let segments: Vec<&str> =
        url.path_segments().into_iter().flatten().filter(|segment| !segment.is_empty()).collect();
    let mut rest = segments.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let is_language = first.len() == 2 && !is(first, "in");
        let leads_on = after.first().is_some_and(|next| is(next, "in"));
        if !(leads_on && (is_language || BEFORE.iter().any(|word| is(first, word)))) && !is(first, "mwlite") {
            break;
        }
        rest = after;
    }
    let Some((kind, after)) = rest.split_first() else { return Err(NO_PROFILE) };
    match kind.to_ascii_lowercase().as_str() {
        "in" => after.first().map(|slug| (*slug).to_owned()).ok_or(Invalid("no profile name follows `/in/`")),
        "pub" => old_public(after),
        "sales" | "talent" | "recruiter" | "wukong-web" => member(after),
        "profile" => member_in_query(url).or_else(|| member(rest).ok()).ok_or(OTHER_NUMBER),
        "company" | "school" | "showcase" | "organization" => {
            Err(Invalid("it is a company's page, not a person's profile (`/in/...`)"))
        }
        "posts" | "pulse" | "feed" | "newsletters" => {
            Err(Invalid("it is a post, not a person's profile (`/in/...`)"))
        }
        "search" => Err(Invalid("it is a search, not a person's profile (`/in/...`)")),
        "authwall" | "login" | "uas" | "checkpoint" | "signup" => {
            Err(Invalid("it is LinkedIn's login page; open it and give the profile's own address"))
        }
        _ => Err(NO_PROFILE),
    }
}

const NO_PROFILE: Invalid = Invalid("it is not a person's profile (`/in/...`)");

const OTHER_NUMBER: Invalid =
    Invalid("only LinkedIn's own tools know its number; give the public profile (`/in/...`)");

fn is(segment: &str, word: &str) -> bool {
    segment.eq_ignore_ascii_case(word)
}

/// The slug for an address in the form used before 2014: `/pub/jane-doe/4c/5b3/2a1` is `/in/jane-doe-2a15b34c`.
fn old_public(segments: &[&str]) -> Result<String, Invalid> {
    let hex = |segment: &str| segment.bytes().all(|byte| byte.is_ascii_hexdigit()) && segment.len() <= 3;
    match segments {
        [kind, ..] if is(kind, "dir") => Err(Invalid("it is a list of profiles, not one (`/in/...`)")),
        [name, first, second, third, ..] if [first, second, third].iter().all(|part| hex(part)) => {
            Ok(format!("{name}-{third:0>3}{second:0>3}{first}"))
        }
        [name] => Ok((*name).to_owned()),
        _ => Err(NO_PROFILE),
    }
}

/// The member's id in a path of Sales Navigator or Recruiter: `/sales/lead/ACwAA...,NAME_SEARCH,x`.
fn member(segments: &[&str]) -> Result<String, Invalid> {
    let ids =
        segments.windows(2).filter(|pair| ["lead", "people", "profile"].iter().any(|word| is(pair[0], word)));
    let ids = ids.map(|pair| pair[1]);
    let mut found = None;
    for id in ids {
        // The separator after the id may be encoded.
        let end = id.find([',', '%']).unwrap_or(id.len());
        found = Some(&id[..end]);
    }
    match found {
        Some(id) if is_opaque(id) => Ok(id.to_owned()),
        Some(_) => Err(OTHER_NUMBER),
        None => Err(NO_PROFILE),
    }
}

/// The member's id in a query: `/profile/view?id=ACoAA...`.
fn member_in_query(url: &Url) -> Option<String> {
    let (_, id) = url.query_pairs().find(|(name, _)| name == "id")?;
    is_opaque(&id).then(|| id.into_owned())
}
