//! The records of people and companies, with the field names of the vendor.
//!
//! Facts about sample companies are true to the sample. Every other fact is invented, and the summary of each
//! record says so. This module must not decide whether a record is found.

use serde_json::{Map, Value, json};

use super::params::Params;
use crate::hash::Dice;
use crate::sample::{self, Company};
use crate::slug::{name_of, slug};
use crate::subject::invented_email;

/// How the record is written.
pub(super) struct Style {
    /// Values keep their capitals. Without this option the vendor writes them in lower case.
    pub(super) titlecase: bool,
    /// The plan does not include contact data: `true` stands for a value that exists.
    pub(super) restricted: bool,
}

impl Style {
    fn case(&self, text: &str) -> Value {
        if self.titlecase { text.into() } else { text.to_lowercase().into() }
    }

    fn contact(&self, value: Option<String>) -> Value {
        if self.restricted { value.is_some().into() } else { value.into() }
    }
}

/// The record of a person.
pub(super) fn person(params: &Params, style: &Style, dice: Dice) -> Value {
    let profile = params.first("profile").and_then(slug);
    let led = profile.as_deref().and_then(sample::led_by);
    let company = led.or_else(|| employer(params));
    let name =
        led.and_then(|company| company.ceo.clone()).unwrap_or_else(|| name(params, profile.as_deref()));
    let slug = profile.unwrap_or_else(|| sample::ceo_slug(&name));
    let is_ceo = company.and_then(|company| company.ceo.as_ref()).is_some_and(|ceo| *ceo == name);
    let title =
        if is_ceo { "CEO" } else { dice.choose("title", ["Head of Growth", "CTO", "Product Manager"]) };
    let employer = company.map_or("Example Analytics", |company| &company.name);
    let domain = company.map_or("analytics.example", |company| &company.domain);
    let (first, last) = name.rsplit_once(' ').unwrap_or((&name, ""));
    let has = |what: &str| !dice.one_in(what, 3);
    let work_email = has("work email").then(|| invented_email(&slug, domain));
    let mobile = has("mobile").then(|| format!("+120255501{:02}", dice.roll("number", 100)));
    let summary = if is_ceo {
        "Invented sample record of marl's sandbox. Only the name and the post come from the sample data (dated)."
    } else {
        "Invented sample record of marl's sandbox. It describes no real person."
    };
    json!({
        "id": format!("sandbox{:012x}", dice.roll("id", 1 << 48)),
        "full_name": style.case(&name),
        "first_name": style.case(first),
        "last_name": style.case(last),
        "headline": format!("{title} at {employer}"),
        "summary": summary,
        "linkedin_url": format!("linkedin.com/in/{slug}"),
        "linkedin_username": slug,
        "linkedin_connections": 50 + dice.roll("connections", 450),
        "job_title": style.case(title),
        "job_title_levels": [if title.starts_with('C') { "cxo" } else { "manager" }],
        "job_company_name": style.case(employer),
        "job_company_website": domain,
        "job_company_size": company.and_then(|company| company.employee_count).map(size),
        "job_company_employee_count": company.and_then(|company| company.employee_count),
        "job_company_industry": company.map(|company| style.case(&company.industry)),
        "job_start_date": format!("{}-{:02}", 2012 + dice.roll("started", 12), 1 + dice.roll("month", 12)),
        "work_email": style.contact(work_email),
        "personal_emails": [],
        "mobile_phone": style.contact(mobile),
        "location_name": company.and_then(|company| company.headquarters.as_deref()).map(|text| style.case(text)),
        "location_country": company.and_then(|company| company.country.as_deref()).map(|text| style.case(text)),
        "skills": ["leadership", "strategy"],
        "experience": [{
            "company": { "name": style.case(employer), "website": domain },
            "title": { "name": style.case(title) },
            "end_date": null,
            "is_primary": true,
        }],
        "education": [],
        "note": sample::NOTE,
    })
}

/// The fields of the record of a company.
pub(super) fn company(params: &Params, style: &Style) -> Map<String, Value> {
    let asked = params.values(&["website", "name", "ticker", "profile", "pdl_id"]).next().unwrap_or_default();
    let known = ["website", "name"].iter().filter_map(|name| params.first(name)).find_map(sample_company);
    let name = known.map_or_else(|| format!("Sample company for {asked}"), |company| company.name.clone());
    let summary = if known.is_some() {
        "Sample record of marl's sandbox, dated."
    } else {
        "Invented sample record of marl's sandbox. It describes no real company."
    };
    let place = known.and_then(|company| company.headquarters.as_deref());
    let country = known.and_then(|company| company.country.as_deref());
    let record = json!({
        "name": style.case(&name),
        "display_name": name,
        "website": known.map_or_else(|| params.first("website").map(host), |company| Some(company.domain.clone())),
        "linkedin_url": format!("linkedin.com/company/{}", sample::ceo_slug(&name)),
        "summary": summary,
        "industry": known.map(|company| style.case(&company.industry)),
        "size": known.and_then(|company| company.employee_count).map(size),
        "employee_count": known.and_then(|company| company.employee_count),
        "founded": known.and_then(|company| company.founded),
        "location": {
            "name": place.map(|text| style.case(text)),
            "locality": place.and_then(|text| text.split(',').next()).map(|text| style.case(text)),
            "country": country.map(|text| style.case(text)),
        },
        "type": null,
        "ticker": null,
        "tags": [],
        "note": sample::NOTE,
    });
    match record {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// The sample company that a person is said to work for.
fn employer(params: &Params) -> Option<&'static Company> {
    let of_email = params.first("email").and_then(|email| sample::company(email.split_once('@')?.1));
    params.first("company").and_then(sample_company).or(of_email)
}

/// The sample company with this website, domain or name.
fn sample_company(text: &str) -> Option<&'static Company> {
    sample::named(&host(text)).or_else(|| sample::named(text))
}

/// The host of a website without `www.`, or the text itself.
fn host(website: &str) -> String {
    let rest = website.split_once("://").map_or(website, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest).to_lowercase();
    host.strip_prefix("www.").map(str::to_owned).unwrap_or(host)
}

/// The name of a person, out of whatever identifies the person.
fn name(params: &Params, slug: Option<&str>) -> String {
    let parts = [params.first("first_name"), params.first("last_name")];
    let given = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if let Some(name) = params.first("name").map(str::to_owned).or((!given.is_empty()).then_some(given)) {
        return name;
    }
    let local_part = params.first("email").and_then(|email| email.split('@').next());
    slug.or(local_part).map_or_else(|| "Sample Person".to_owned(), name_of)
}

/// The vendor's classes of sizes.
fn size(employees: u64) -> &'static str {
    match employees {
        0..=10 => "1-10",
        11..=50 => "11-50",
        51..=200 => "51-200",
        201..=500 => "201-500",
        501..=1_000 => "501-1000",
        1_001..=5_000 => "1001-5000",
        5_001..=10_000 => "5001-10000",
        _ => "10001+",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style { titlecase: true, restricted: false };

    fn of(query: &str, style: &Style) -> Value {
        person(&Params::from_query(query), style, Dice::of_text(0, query))
    }

    #[test]
    fn a_ceo_of_the_sample_keeps_name_and_post() {
        for query in [
            "profile=https://www.linkedin.com/in/sandbox-william-m-brown",
            "name=William+M.+Brown&company=3m.com",
            "first_name=William+M.&last_name=Brown&company=3M",
        ] {
            let person = of(query, &PLAIN);
            assert_eq!(
                (&person["full_name"], &person["job_title"]),
                (&json!("William M. Brown"), &json!("CEO"))
            );
            assert_eq!(person["job_company_website"], "3m.com");
            assert!(person["summary"].as_str().unwrap().contains("Only the name and the post"));
        }
    }

    #[test]
    fn other_people_are_invented_and_unreachable() {
        for query in ["email=jane.doe@3m.com", "name=Jane+Doe&company=nowhere.example"] {
            let person = of(query, &PLAIN);
            assert_eq!(person["full_name"], "Jane Doe");
            assert!(person["summary"].as_str().unwrap().contains("no real person"), "{person}");
            let email = person["work_email"].as_str();
            assert!(email.is_none_or(|email| email.ends_with(".example")), "{email:?}");
        }
    }

    #[test]
    fn styles() {
        let query = "name=Jane+Doe&company=3M";
        assert_eq!(of(query, &Style { titlecase: false, ..PLAIN })["full_name"], "jane doe");
        assert!(of(query, &Style { restricted: true, ..PLAIN })["work_email"].is_boolean());
    }

    #[test]
    fn a_company_is_true_to_the_sample_or_says_that_it_is_invented() {
        let of = |query: &str| company(&Params::from_query(query), &PLAIN);
        for query in ["website=https://www.3m.com/about", "name=3m"] {
            let known = of(query);
            assert_eq!((&known["display_name"], &known["employee_count"]), (&json!("3M"), &json!(60_500)));
            assert_eq!(known["size"], "10001+");
        }
        let unknown = of("website=no-such-company.example");
        assert_eq!(unknown["website"], "no-such-company.example");
        assert!(unknown["summary"].as_str().unwrap().contains("no real company"));
        assert_eq!(unknown["employee_count"], Value::Null);
    }
}
