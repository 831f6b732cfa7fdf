//! The location of a person, as a text and as the object that newer answers contain.
//!
//! A CEO is located at the company's head office, which is as invented as the rest of the profile. This
//! module must not know profiles.

use serde_json::{Value, json};

use crate::hash::Dice;
use crate::sample::Company;

/// A place: "City, State, Country", or fewer parts.
pub(super) struct Place(Option<String>);

impl Place {
    /// The head office of a company, or else its country.
    pub(super) fn of(company: &Company) -> Self {
        Self(company.headquarters.clone().or_else(|| company.country.clone()))
    }

    /// A place chosen at random.
    pub(super) fn invented(dice: Dice) -> Self {
        let places = [
            "Berlin, Germany",
            "Austin, Texas, United States",
            "London, United Kingdom",
            "Paris, France",
            "Osaka, Japan",
        ];
        Self(Some(dice.choose("place", places).to_owned()))
    }

    /// The place as one text; `null` when unknown.
    pub(super) fn text(&self) -> Value {
        json!(self.0)
    }

    /// The place as `{city, state, country, countryCode}`; `null` when unknown.
    pub(super) fn object(&self) -> Value {
        let Some(text) = &self.0 else { return Value::Null };
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        let last = parts.last().copied().unwrap_or_default();
        let country = country(last);
        let (name, code) = country.unwrap_or((last, ""));
        let city = if parts.len() > 1 { parts[0] } else { "" };
        let state = if parts.len() > 2 { parts[parts.len() - 2] } else { "" };
        json!({ "city": city, "state": state, "country": name, "countryCode": code })
    }
}

/// The name and the code of a country, in any common spelling.
fn country(text: &str) -> Option<(&'static str, &'static str)> {
    Some(match text.trim_end_matches('.') {
        "U.S" | "US" | "USA" | "United States" => ("United States", "US"),
        "UK" | "United Kingdom" | "England" | "Scotland" | "Wales" => ("United Kingdom", "GB"),
        "Germany" => ("Germany", "DE"),
        "France" => ("France", "FR"),
        "Japan" => ("Japan", "JP"),
        "Spain" => ("Spain", "ES"),
        "Netherlands" | "The Netherlands" => ("Netherlands", "NL"),
        "Finland" => ("Finland", "FI"),
        "Sweden" => ("Sweden", "SE"),
        "Switzerland" => ("Switzerland", "CH"),
        "Belgium" => ("Belgium", "BE"),
        "Ireland" => ("Ireland", "IE"),
        "Italy" => ("Italy", "IT"),
        "Luxembourg" => ("Luxembourg", "LU"),
        "Canada" => ("Canada", "CA"),
        "China" => ("China", "CN"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_an_object() {
        let object = |text: &str| Place(Some(text.to_owned())).object();
        let maplewood = json!({
            "city": "Maplewood", "state": "Minnesota", "country": "United States", "countryCode": "US"
        });
        assert_eq!(object("Maplewood, Minnesota, U.S."), maplewood);
        assert_eq!(object("Montabaur, Germany")["countryCode"], "DE");
        assert_eq!(
            object("Atlantis"),
            json!({ "city": "", "state": "", "country": "Atlantis", "countryCode": "" })
        );
        assert_eq!(Place(None).object(), Value::Null);
    }
}
