//! One look-up: what names its subject, which call it is, and how it ends. This module must not know in
//! which form the request came, and must not bill.

use serde_json::{Map, Value, json};

use super::params::Params;
use super::record::{self, Style};
use crate::hash::Fnv;
use crate::subject::{Special, Subject};

/// What is looked up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Person,
    Company,
}

impl Kind {
    /// The parameters that name the subject.
    fn identifying(self) -> &'static [&'static str] {
        match self {
            Self::Person => &[
                "profile",
                "email",
                "phone",
                "lid",
                "pdl_id",
                "name",
                "first_name",
                "last_name",
                "company",
                "school",
                "location",
            ],
            Self::Company => &["website", "name", "ticker", "profile", "pdl_id"],
        }
    }

    /// The message for parameters that name nobody.
    pub(super) fn demand(self) -> &'static str {
        match self {
            Self::Person => {
                "give one of `profile`, `email`, `phone`, `lid` and `pdl_id`, or a name with one of `company`, \
                 `school` and `location`"
            }
            Self::Company => "give one of `website`, `name`, `ticker`, `profile` and `pdl_id`",
        }
    }
}

/// One look-up, alone or in a bulk request.
pub(super) struct LookUp {
    pub(super) kind: Kind,
    params: Params,
    pub(super) subject: Subject,
    /// The identity of the call.
    pub(super) call: u64,
}

/// What a look-up gives.
pub(super) enum Finding {
    Found(Map<String, Value>),
    Nothing,
    Invalid,
}

impl LookUp {
    pub(super) fn new(kind: Kind, params: Params) -> Self {
        let what = match kind {
            Kind::Person => "pdl person",
            Kind::Company => "pdl company",
        };
        let mut hash = Fnv::new();
        hash.write_text(what);
        params.write(&mut hash);
        let subject = Subject::of(what, params.values(kind.identifying()));
        Self { kind, params, subject, call: hash.finish() }
    }

    pub(super) fn is_valid(&self) -> bool {
        let has_one = |names: &[&str]| !self.params.present(names).is_empty();
        match self.kind {
            Kind::Company => has_one(self.kind.identifying()),
            Kind::Person => {
                let is_named =
                    has_one(&["name"]) || self.params.present(&["first_name", "last_name"]).len() == 2;
                has_one(&["profile", "email", "phone", "lid", "pdl_id"])
                    || (is_named && has_one(&["company", "school", "location"]))
            }
        }
    }

    pub(super) fn find(&self, seed: u64) -> Finding {
        if !self.is_valid() {
            return Finding::Invalid;
        }
        let dice = self.subject.dice(seed);
        let likelihood = if self.subject.is_certain() { 10 } else { 2 + dice.roll("likelihood", 9) };
        let wanted = self.params.first("min_likelihood").and_then(|text| text.parse().ok()).unwrap_or(2);
        if !self.subject.is_found(seed) || likelihood < wanted {
            return Finding::Nothing;
        }
        let style = Style {
            titlecase: self.params.first("titlecase") == Some("true"),
            restricted: self.subject.is(Special::Restricted),
        };
        let mut fields = match self.kind {
            Kind::Person => Map::from_iter([("data".to_owned(), record::person(&self.params, &style, dice))]),
            Kind::Company => record::company(&self.params, &style),
        };
        fields.insert("status".to_owned(), 200.into());
        fields.insert("likelihood".to_owned(), likelihood.into());
        fields.insert("matched".to_owned(), json!(self.params.present(self.kind.identifying())));
        Finding::Found(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_needs_more_than_a_name() {
        for (query, expect) in [
            ("email=a%40x.example", true),
            ("profile=linkedin.com%2Fin%2Fa", true),
            ("name=Jane+Doe", false),
            ("name=Jane+Doe&company=x.example", true),
            ("first_name=Jane&company=x.example", false),
            ("first_name=Jane&last_name=Doe&company=x.example", true),
            ("company=x.example", false),
            ("email=&min_likelihood=5", false),
        ] {
            assert_eq!(LookUp::new(Kind::Person, Params::from_query(query)).is_valid(), expect, "{query}");
        }
    }

    #[test]
    fn a_person_and_a_company_are_different_calls() {
        let call = |kind| LookUp::new(kind, Params::from_query("name=x")).call;
        assert_ne!(call(Kind::Person), call(Kind::Company));
    }

    #[test]
    fn a_higher_likelihood_finds_less() {
        let found = |wanted: u64| {
            let queries = (0..300).map(|at| format!("email=a{at}%40x.example&min_likelihood={wanted}"));
            let ends = queries.map(|query| LookUp::new(Kind::Person, Params::from_query(&query)).find(0));
            ends.filter(|end| matches!(end, Finding::Found(_))).count()
        };
        let counts = [found(1), found(2), found(6), found(10)];
        assert!(counts[0] == counts[1] && counts[1] > counts[2] && counts[2] > counts[3], "{counts:?}");
        assert!(counts[3] > 0);
    }
}
