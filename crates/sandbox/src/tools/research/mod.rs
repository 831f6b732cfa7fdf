//! `chatgpt_webresearch`: answers questions in prose from the sample companies.
//!
//! `query` reads the question, `facts` answers it from the sample, and `shape` writes the answer the way that
//! models write. The answer stays true to the sample, however untidy its form is. This module must not
//! invent a fact about a real company unless the fact says that it is a sample.

mod facts;
mod query;
mod shape;

use serde_json::{Value, json};

use crate::hash::Dice;
use crate::sample::{self, Company};
use facts::Fact;

/// The result for a question.
pub(crate) fn answer(query: &str, seed: u64) -> Value {
    let domain = query::domain(query);
    let keys = query::keys(query);
    let company = domain.as_deref().and_then(sample::company);
    let text = if keys.is_empty() {
        company.map_or_else(|| "Nothing in the sample answers this.".to_owned(), facts::description)
    } else {
        let how = Dice::of_text(seed, query);
        let facts: Vec<(String, Fact)> = keys
            .into_iter()
            .map(|key| {
                let fact = fact(&key, domain.as_deref(), company, seed);
                (key, fact)
            })
            .collect();
        shape::write(&facts, company.map_or("this company", |company| &company.name), how)
    };
    json!({ "answer": text, "sources": sources(domain.as_deref(), company), "note": sample::NOTE })
}

fn fact(key: &str, domain: Option<&str>, company: Option<&'static Company>, seed: u64) -> Fact {
    match (domain, company) {
        (None, _) => Fact::Text(format!("Sample {}", key.replace('_', " "))),
        (Some(_), None) => Fact::Absent,
        (Some(domain), Some(company)) => {
            let dice = Dice::of_text(seed, domain);
            if is_gap(key, dice) { Fact::Absent } else { facts::of(company, key, dice) }
        }
    }
}

/// Whether a fact is missing. About 3 % of the companies have gaps; half of these have no facts at all.
fn is_gap(key: &str, dice: Dice) -> bool {
    match dice.roll("gaps", 66) {
        0 => true,
        1 => key.starts_with("ceo_") || key == "employee_count",
        _ => false,
    }
}

fn sources(domain: Option<&str>, company: Option<&Company>) -> Value {
    match (domain, company) {
        (Some(domain), Some(company)) => json!([{
            "url": format!("https://{domain}/"),
            "title": format!("{} (sandbox sample)", company.name),
        }]),
        _ => json!([]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASK: &str = r#"Research 3m.com. Answer with one JSON object with the keys "company_description",
        "tech_stack", `employee_count`, "ceo_name", "ceo_linkedin_url", "source_url" and "mood"."#;

    fn text(query: &str, seed: u64) -> String {
        answer(query, seed)["answer"].as_str().unwrap().to_owned()
    }

    #[test]
    fn every_answer_is_true_to_the_sample() {
        for seed in 0..200 {
            let text = text(ASK, seed);
            if !text.contains("could not find") && !is_gap("ceo_name", Dice::of_text(seed, "3m.com")) {
                assert!(text.contains("William M. Brown"), "{text}");
                assert!(text.contains("https://www.linkedin.com/in/sandbox-william-m-brown"), "{text}");
                assert!(text.contains("Sample mood of 3M"), "{text}");
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_answer() {
        assert_eq!(text(ASK, 1), text(ASK, 1));
        assert!((2..20).any(|seed| text(ASK, seed) != text(ASK, 1)));
    }

    #[test]
    fn an_unknown_company_gets_no_values() {
        let text = text(&ASK.replace("3m.com", "no-such-company.com"), 0);
        assert!(!text.contains("Brown") && !text.contains("Sample"), "{text}");
    }

    #[test]
    fn a_question_without_a_domain_gets_samples() {
        let texts = (0..20).map(|seed| text(r#"What is the "favourite_colour" of bees?"#, seed));
        assert!(texts.filter(|text| text.contains("Sample favourite colour")).count() > 15);
    }

    #[test]
    fn about_three_in_a_hundred_companies_have_gaps() {
        let gaps = |key| {
            let companies = sample::companies().iter();
            companies.filter(|company| is_gap(key, Dice::of_text(0, &company.domain))).count()
        };
        assert!((25..70).contains(&gaps("ceo_name")), "{}", gaps("ceo_name"));
        assert!(gaps("tech_stack") > 8 && gaps("tech_stack") < gaps("ceo_name"));
    }
}
