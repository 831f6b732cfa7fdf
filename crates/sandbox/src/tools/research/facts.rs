//! The facts about a company, by key.
//!
//! Facts that are not in the sample are invented and recognisable as such. This module must not know how an
//! answer is written.

use crate::hash::Dice;
use crate::sample::Company;

/// The value of a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fact {
    Text(String),
    /// A person's name, which models sometimes write as a list.
    Name(String),
    Number(u64),
    /// The number of employees, with the year of the count.
    People(u64, Option<u16>),
    List(Vec<&'static str>),
    Absent,
}

/// The value of `key` for a company.
pub(super) fn of(company: &Company, key: &str, dice: Dice) -> Fact {
    match key {
        "company_name" | "name" => Fact::Text(company.name.clone()),
        "company_domain" | "domain" => Fact::Text(company.domain.clone()),
        "company_description" | "description" => Fact::Text(description(company)),
        "tech_stack" | "technologies" => Fact::List(tech_stack(dice)),
        "employee_count" | "employees" | "headcount" => company
            .employee_count
            .map_or(Fact::Absent, |count| Fact::People(count, company.employee_count_year)),
        "employee_count_year" => number(company.employee_count_year),
        "founded" | "founded_year" => number(company.founded),
        "industry" => Fact::Text(company.industry.clone()),
        "country" => text(company.country.as_deref()),
        "headquarters" => text(company.headquarters.as_deref()),
        "ceo_name" => company.ceo.clone().map_or(Fact::Absent, Fact::Name),
        "ceo_linkedin_url" => text(company.ceo_linkedin_url().as_deref()),
        "website" => Fact::Text(format!("https://{}/", company.domain)),
        _ if key.ends_with("source_url") => Fact::Text(format!("https://{}/", company.domain)),
        // Anything that looks like an e-mail address must be undeliverable.
        _ if key.ends_with("email") => Fact::Text(format!("sample@{}.example", company.domain)),
        _ => Fact::Text(format!("Sample {} of {}", key.replace('_', " "), company.name)),
    }
}

/// One sentence about a company.
pub(super) fn description(company: &Company) -> String {
    let industry = plain_industry(&company.industry);
    let article = if industry.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" };
    let mut sentence = format!("{} is {article} {industry} company", company.name);
    if let Some(place) = company.headquarters.as_ref().or(company.country.as_ref()) {
        sentence.push_str(&format!(" based in {place}"));
    }
    match company.founded {
        Some(year) => sentence.push_str(&format!(", founded in {year}.")),
        None if sentence.ends_with('.') => {}
        None => sentence.push('.'),
    }
    sentence
}

/// The first item of an industry, in lower case except for abbreviations.
fn plain_industry(industry: &str) -> String {
    let first = industry.split([',', ';', ':', '(']).next().unwrap_or_default().trim();
    let words = first.split(' ').map(|word| {
        let abbreviation = word.chars().skip(1).any(char::is_uppercase);
        if abbreviation { word.to_owned() } else { word.to_lowercase() }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// An invented list, because the sample has no technologies.
fn tech_stack(dice: Dice) -> Vec<&'static str> {
    const KNOWN: [&str; 14] = [
        "Python",
        "Java",
        "React",
        "AWS",
        "Azure",
        "Kubernetes",
        "PostgreSQL",
        "Salesforce",
        "SAP",
        "Snowflake",
        "Kafka",
        "Terraform",
        "TypeScript",
        "Adobe Experience Manager",
    ];
    let first = dice.roll("first technology", KNOWN.len() as u64) as usize;
    let count = 2 + dice.roll("technologies", 4) as usize;
    // A step that is coprime to the length never repeats an item.
    (0..count).map(|at| KNOWN[(first + at * 3) % KNOWN.len()]).collect()
}

fn number(number: Option<u16>) -> Fact {
    number.map_or(Fact::Absent, |number| Fact::Number(number.into()))
}

fn text(text: Option<&str>) -> Fact {
    text.map_or(Fact::Absent, |text| Fact::Text(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_description_is_a_sentence() {
        let check = |domain: &str, wanted: &str| {
            assert_eq!(description(sample::company(domain).unwrap()), wanted);
        };
        check(
            "1und1.ag",
            "1&1 is a telecommunications company based in Montabaur, Germany, founded in 1988.",
        );
        for company in sample::companies() {
            let sentence = description(company);
            assert!(sentence.ends_with('.') && !sentence.ends_with(".."), "{sentence}");
        }
    }

    #[test]
    fn a_missing_fact_is_absent() {
        let without = sample::companies().iter().find(|company| company.ceo.is_none()).unwrap();
        let dice = Dice::of_text(0, "");
        assert_eq!(of(without, "ceo_name", dice), Fact::Absent);
        assert_eq!(of(without, "ceo_linkedin_url", dice), Fact::Absent);
    }

    #[test]
    fn technologies_are_distinct() {
        for seed in 0..100 {
            let mut stack = tech_stack(Dice::of_text(seed, "x"));
            stack.sort_unstable();
            let count = stack.len();
            stack.dedup();
            assert!((2..=5).contains(&count) && stack.len() == count);
        }
    }
}
