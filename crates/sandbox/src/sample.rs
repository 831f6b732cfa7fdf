//! The sample companies, read once from the embedded file.
//!
//! The companies are real and dated, and a sample rather than the truth. data/README.md describes their
//! origin and licences. This module must not invent anything; the tools do.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// A company of the sample.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Company {
    /// The name of the company.
    #[serde(rename = "company_name")]
    pub name: String,
    /// The domain, in lower case and without `www.`.
    #[serde(rename = "company_domain")]
    pub domain: String,
    /// The CEO at the time of the record.
    #[serde(rename = "ceo_name")]
    pub ceo: Option<String>,
    /// The number of employees in `employee_count_year`.
    pub employee_count: Option<u64>,
    /// The year of the employee count.
    pub employee_count_year: Option<u16>,
    /// The industry.
    pub industry: String,
    /// The country, or sometimes a city and state.
    pub country: Option<String>,
    /// The place of the head office.
    pub headquarters: Option<String>,
    /// The year of foundation.
    pub founded: Option<u16>,
}

impl Company {
    /// The address of the CEO's invented profile.
    pub fn ceo_linkedin_url(&self) -> Option<String> {
        let slug = ceo_slug(self.ceo.as_deref()?);
        Some(format!("https://www.linkedin.com/in/{slug}"))
    }
}

/// The note in every answer with facts of the sample, because they are dated and come from Wikipedia.
pub(crate) const NOTE: &str = "sample data of marl's sandbox, dated and partly invented; company facts from \
                               Wikipedia (CC BY-SA 4.0) by way of pytickersymbols (MIT)";

/// All sample companies, in the order of the file.
pub fn companies() -> &'static [Company] {
    &sample().companies
}

/// The sample company with this domain.
pub fn company(domain: &str) -> Option<&'static Company> {
    let sample = sample();
    sample.by_domain.get(domain).map(|at| &sample.companies[*at])
}

/// The sample company with this name or domain, in any case.
pub(crate) fn named(text: &str) -> Option<&'static Company> {
    let lower = text.to_lowercase();
    company(&lower).or_else(|| companies().iter().find(|company| company.name.to_lowercase() == lower))
}

/// The sample company whose CEO has this invented slug. A person who leads several companies gives the first.
pub(crate) fn led_by(slug: &str) -> Option<&'static Company> {
    let sample = sample();
    sample.by_ceo_slug.get(slug).map(|at| &sample.companies[*at])
}

/// The slug of a CEO's invented profile: `sandbox-` and the name in ASCII letters.
pub fn ceo_slug(name: &str) -> String {
    let mut slug = String::from("sandbox");
    let mut in_word = false;
    for character in name.chars().filter(|c| !matches!(c, '.' | '\'' | '’' | '‘' | '"')) {
        let plain = plain_letter(character);
        if plain.is_empty() {
            in_word = false;
            continue;
        }
        if !in_word {
            slug.push('-');
        }
        in_word = true;
        slug.push_str(plain);
    }
    slug
}

struct Sample {
    companies: Vec<Company>,
    by_domain: HashMap<String, usize>,
    by_ceo_slug: HashMap<String, usize>,
}

/// Reads the file at the first use. Unreadable records are skipped; a test counts the records.
fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let text = include_str!("../data/companies.csv");
        let records = csv::Reader::from_reader(text.as_bytes()).into_deserialize();
        let mut companies: Vec<Company> = records.filter_map(Result::ok).collect();
        for company in &mut companies {
            // One record has 0 employees, which is a gap in the source.
            company.employee_count = company.employee_count.filter(|count| *count > 0);
        }
        let (mut by_domain, mut by_ceo_slug) = (HashMap::new(), HashMap::new());
        for (at, company) in companies.iter().enumerate() {
            by_domain.insert(company.domain.clone(), at);
            if let Some(name) = &company.ceo {
                by_ceo_slug.entry(ceo_slug(name)).or_insert(at);
            }
        }
        Sample { companies, by_domain, by_ceo_slug }
    })
}

/// A letter or digit in the ASCII form of LinkedIn's slugs; empty for any other character.
fn plain_letter(character: char) -> &'static str {
    const PLAIN: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
    let lower = character.to_lowercase().next().unwrap_or(character);
    if let Some(at) = PLAIN.find(lower) {
        return &PLAIN[at..=at];
    }
    match lower {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì'..='ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'œ' => "oe",
        'ř' => "r",
        'ś' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ț' | 'ţ' => "t",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_is_read() {
        assert_eq!(companies().len(), 1_509);
        assert_eq!(companies().iter().filter(|company| company.ceo.is_some()).count(), 1_155);
        let counted = |company: &&Company| company.ceo.is_some() && company.employee_count.is_some();
        assert_eq!(companies().iter().filter(counted).count(), 1_085);
    }

    #[test]
    fn a_company_is_found_by_its_domain() {
        let found = company("1und1.ag").unwrap();
        assert_eq!((found.name.as_str(), found.employee_count), ("1&1", Some(3_167)));
        assert_eq!(company("no-such-company.com"), None);
    }

    #[test]
    fn slugs_are_plain() {
        assert_eq!(ceo_slug("Ralph Dommermuth"), "sandbox-ralph-dommermuth");
        assert_eq!(ceo_slug("Ronald P. O’Hanley"), "sandbox-ronald-p-ohanley");
        assert_eq!(ceo_slug("Dr. Niels Pörksen"), "sandbox-dr-niels-porksen");
        assert_eq!(ceo_slug("Grégoire Poux-Guillaume"), "sandbox-gregoire-poux-guillaume");
    }

    #[test]
    fn every_ceo_is_found_by_the_slug() {
        for company in companies() {
            let Some(name) = &company.ceo else { continue };
            let slug = ceo_slug(name);
            let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            assert!(slug.bytes().all(legal) && !slug.ends_with('-'), "{slug}");
            assert_eq!(led_by(&slug).unwrap().ceo.as_ref(), Some(name));
        }
    }
}
