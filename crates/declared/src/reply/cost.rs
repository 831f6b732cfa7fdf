//! What an answer says that it cost.

use super::Document;
use crate::form::{CostPlace, Exchange, Word};

/// The cost that an answer states; `None` if it states none.
pub(crate) fn stated(
    exchange: &Exchange,
    document: &Document<'_>,
    header: impl Fn(&str) -> Option<String>,
) -> Option<f64> {
    let number =
        |text: String| text.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    match exchange.cost.as_ref()? {
        CostPlace::Header(name) => number(header(name)?),
        CostPlace::Body(at) => number(at.text(document.json()?)?),
        CostPlace::Counts(counts) => {
            let json = document.json()?;
            counts.iter().map(|(at, each)| Some(number(at.text(json)?)? * each)).sum()
        }
    }
}

/// The share of each call in the cost of a request, by what its part of the answer means. The calls that are
/// billed share the cost equally, also with those calls of the same job that were not asked about (`others`).
pub(crate) fn shared(
    exchange: &Exchange,
    cost: Option<f64>,
    words: &[Word],
    others: &[Word],
) -> Vec<Option<f64>> {
    let is_billed = |word: &Word| match exchange.bills_only_found {
        true => *word == Word::Found,
        false => word.is_answer() || *word == Word::Unusable,
    };
    let all = || words.iter().chain(others);
    let billed = all().filter(|word| is_billed(word)).count();
    let share = |word: &Word| {
        let cost = cost?;
        Some(match billed {
            // Somebody has to pay what the vendor says.
            0 => cost / all().count() as f64,
            _ if is_billed(word) => cost / billed as f64,
            _ => 0.0,
        })
    };
    words.iter().map(share).collect()
}
