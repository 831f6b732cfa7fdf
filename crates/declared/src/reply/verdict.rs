//! The meaning of an answer: the rules first, then the defaults.
//!
//! | word | the gateway learns |
//! | --- | --- |
//! | `found`, `no_data` | answered: the text is stored |
//! | `pending` | the vendor answers later |
//! | `invalid_input`, `blocked`, `refused` | refused: final for this call, not billed |
//! | `auth`, `forbidden` | refused for every call of the provider, or of the operation |
//! | `out_of_credit` | temporary; the second in a row stops the provider |
//! | `slow_down`, `try_again` | temporary, not billed |
//! | `undelivered` | the request did not reach the vendor, and may be repeated |
//! | `in_doubt` | the call may be billed; it is repeated only by choice |
//! | `unusable` | paid for, and stored as such |

use marl_core::{
    Error, ErrorKind,
    provider::{Failure, Reach},
};
use serde_json::Value as Json;
use std::time::Duration;

use super::Document;
use crate::form::{Condition, Exchange, PollRoute, Rule, Test, Vendor, Word, in_text};

/// The length limit of a vendor's explanation, in bytes, before it is shortened for a message.
const LONGEST_SAID: usize = 2_000;

/// Applies the rules for answers of one operation.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'v> {
    pub(crate) vendor: &'v Vendor,
    pub(crate) exchange: &'v Exchange,
    pub(crate) stage: Stage,
}

/// Which answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The answer to the call's request.
    First,
    /// The answer to a poll.
    Poll,
    /// A stored answer, or a call's part of an answer to several calls.
    Part,
}

/// The meaning of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) word: Word,
    /// The vendor's explanation.
    pub(crate) said: Option<String>,
    /// Whether a rule of the file decided.
    pub(crate) is_ruled: bool,
}

impl Reader<'_> {
    /// The meaning of an answer.
    pub(crate) fn verdict(&self, document: &Document<'_>) -> Verdict {
        let rule = self.rules().find(|rule| self.may_decide(rule, document) && holds(&rule.when, document));
        let word = match rule {
            Some(rule) if rule.is == Word::Found && document.json().is_none() => Word::Unusable,
            Some(rule) => rule.is,
            None => self.default_word(document),
        };
        let own = rule.map(|rule| rule.say.as_slice()).unwrap_or_default();
        let places = own.iter().chain(&self.vendor.say);
        let said = places.filter_map(|place| explanation(place.get(document.json()?)?)).next();
        Verdict { word, said: said.filter(|_| !word.is_answer()), is_ruled: rule.is_some() }
    }

    fn rules(&self) -> impl Iterator<Item = &Rule> {
        let poll = self.exchange.poll.as_ref().filter(|_| self.stage != Stage::First);
        let poll = poll.into_iter().flat_map(|poll| &poll.rules);
        poll.chain(&self.exchange.rules).chain(&self.vendor.rules)
    }

    /// Whether a rule may decide about this answer.
    ///
    /// An error body lacks everything, so a rule without a status finds something or nothing only in an answer
    /// with a success status. Where calls share an answer, only a call's own part finds something or nothing; and
    /// an answer that announces another one has found nothing yet.
    fn may_decide(&self, rule: &Rule, document: &Document<'_>) -> bool {
        if !rule.is.is_answer() {
            return true;
        }
        let names_status = !rule.when.status.is_empty();
        let is_early = self.stage != Stage::Part && (self.exchange.bulk.is_some() || self.comes_later());
        match is_early {
            true => names_status && self.exchange.bulk.is_none(),
            false => names_status || document.is_success(),
        }
    }

    /// Whether an answer of this stage announces another one.
    pub(crate) fn comes_later(&self) -> bool {
        let route = self.exchange.poll.as_ref().map(|poll| &poll.route);
        self.stage == Stage::First && matches!(route, Some(PollRoute::Handle { .. }))
    }

    fn default_word(&self, document: &Document<'_>) -> Word {
        match document.status {
            200..=299 if self.comes_later() => Word::Pending,
            200..=299 => match document.json() {
                Some(Json::Null) => Word::NoData,
                Some(_) => Word::Found,
                None => Word::Unusable,
            },
            400 | 413..=415 | 422 => Word::InvalidInput,
            401 => Word::Auth,
            402 => Word::OutOfCredit,
            // A proxy in front of the vendor challenged this one request.
            403 if document.is_page() => Word::TryAgain,
            403 => Word::Forbidden,
            408 => Word::TryAgain,
            429 => Word::SlowDown,
            // The vendor may have done and billed the work.
            499 | 502 | 504 | 520 | 524 | 598 | 599 => Word::InDoubt,
            521..=523 | 525 | 526 => Word::Undelivered,
            500..=599 => Word::TryAgain,
            _ => Word::Refused,
        }
    }

    /// The handle that an answer states, if it has one.
    pub(crate) fn handle(&self, document: &Document<'_>) -> Option<String> {
        let Some(PollRoute::Handle { handle, .. }) = self.exchange.poll.as_ref().map(|poll| &poll.route)
        else {
            return None;
        };
        let text = handle.text(document.json()?)?;
        Some(text).filter(|text| !text.is_empty() && text.len() <= 200)
    }

    /// The failure that a word means. `wait` is how long a vendor that asks to slow down wants to wait.
    pub(crate) fn failure(
        &self,
        verdict: &Verdict,
        document: &Document<'_>,
        wait: Option<Duration>,
    ) -> Failure {
        let error = |kind, what: &str| {
            let message = format!("{} answered HTTP {}: {what}", self.vendor.info.name, document.status);
            let said = verdict.said.as_deref().unwrap_or(document.text);
            Error::new(kind, message).with_detail(said)
        };
        match verdict.word {
            Word::InvalidInput => {
                Failure::refused(error(ErrorKind::InvalidInput, "the parameters are refused"))
            }
            Word::Blocked => {
                Failure::refused(error(ErrorKind::Upstream, "it may not answer about this person or company"))
            }
            Word::Refused => Failure::refused(error(ErrorKind::Upstream, "the request is refused")),
            Word::Auth => {
                Failure::refused(error(ErrorKind::Auth, "the key is refused")).reaching(Reach::Provider)
            }
            Word::Forbidden => Failure::refused(error(ErrorKind::Auth, "the key may not use this operation"))
                .reaching(Reach::Operation),
            Word::OutOfCredit => {
                Failure::transient(error(ErrorKind::QuotaExhausted, "the account is out of credit"))
                    .reaching(Reach::ProviderIfRepeated)
            }
            Word::SlowDown => {
                let failure = Failure::transient(error(ErrorKind::RateLimited, "too many requests"));
                Failure { retry_after: wait, ..failure }
            }
            Word::TryAgain => Failure::transient(error(ErrorKind::Upstream, "a temporary error")),
            Word::Undelivered => {
                Failure::undelivered(error(ErrorKind::Network, "the request was not delivered"))
            }
            Word::InDoubt => Failure::in_doubt(error(ErrorKind::Timeout, "the answer was lost")),
            Word::Found | Word::NoData | Word::Pending | Word::Unusable => {
                Failure::unusable(error(ErrorKind::BadReply, "the answer cannot be used"))
            }
        }
    }
}

/// Whether an answer fits a condition.
fn holds(condition: &Condition, document: &Document<'_>) -> bool {
    let in_range = condition.status.iter().any(|range| (range.0..=range.1).contains(&document.status));
    (condition.status.is_empty() || in_range) && condition.tests.iter().all(|test| passes(test, document))
}

fn passes(test: &Test, document: &Document<'_>) -> bool {
    match test {
        Test::Empty(at) => document.json().is_some_and(|json| at.get(json).is_none_or(is_empty)),
        Test::Equals(at, values) => {
            let value = document.json().and_then(|json| at.get(json));
            value.is_some_and(|value| values.iter().any(|known| is_equal(known, value)))
        }
        Test::Contains(None, text) => document.text.to_lowercase().contains(text),
        Test::Contains(Some(at), text) => {
            let value = document.json().and_then(|json| at.get(json));
            value.is_some_and(|value| in_text(value).to_lowercase().contains(text))
        }
    }
}

fn is_empty(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// Whether two values are equal; `1` and `1.0` are.
fn is_equal(one: &Json, other: &Json) -> bool {
    one == other || (one.is_number() && other.is_number() && one.as_f64() == other.as_f64())
}

/// A vendor's explanation: a text, or the first text in a list.
fn explanation(json: &Json) -> Option<String> {
    match json {
        Json::String(text) if !text.trim().is_empty() => {
            Some(text[..text.floor_char_boundary(LONGEST_SAID)].to_owned())
        }
        Json::Number(number) => Some(number.to_string()),
        Json::Array(items) => items.iter().filter(|item| !item.is_array()).find_map(explanation),
        _ => None,
    }
}
