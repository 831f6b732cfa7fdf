//! Finds each call's part of an answer to several calls, by what the vendor returns with the part and never by
//! its place. An answer that leaves any part unclear is unusable as a whole: a guess would put one person's
//! data into another person's row.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value as Json, value::RawValue};

use crate::form::{BulkForm, Pointer};

/// The most items of an answer that are read.
const MOST: usize = 100_000;

/// The parts of an answer, as the vendor's own texts.
#[derive(Debug, PartialEq)]
pub(crate) struct AnswerParts<'t> {
    /// The part of each call; `None` if the answer has no part for the call.
    pub(crate) own: Vec<Option<&'t str>>,
    /// The parts of other calls of the same job. A request for the answers of a job may be about some of its
    /// calls alone.
    pub(crate) others: Vec<&'t str>,
}

/// Finds the part of each call. An item for a call that was not asked about is an error, unless the answer is
/// that of a job (`is_of_job`).
///
/// # Errors
/// Why the parts cannot be told.
pub(crate) fn matched<'t>(
    bulk: &BulkForm,
    text: &'t str,
    ids: &[String],
    is_of_job: bool,
) -> Result<AnswerParts<'t>, &'static str> {
    let items = items(text, &bulk.replies).ok_or("it does not list the items where the file says")?;
    if items.len() > MOST {
        return Err("it lists too many items");
    }
    let mut parts: HashMap<String, &str> = HashMap::new();
    for item in items {
        let json: Json = serde_json::from_str(item.get()).map_err(|_| "an item is not JSON")?;
        let id = bulk.id.text(&json).ok_or("an item does not say which call it answers")?;
        if !is_of_job && !ids.contains(&id) {
            return Err("an item answers a call that was not made");
        }
        if parts.insert(id, item.get()).is_some() {
            return Err("two items answer one call");
        }
    }
    let own = ids.iter().map(|id| parts.get(id).copied()).collect();
    let others = parts.iter().filter(|(id, _)| !ids.contains(id)).map(|(_, part)| *part).collect();
    Ok(AnswerParts { own, others })
}

/// The items of a list, each as its own text.
fn items<'t>(text: &'t str, at: &Pointer) -> Option<Vec<&'t RawValue>> {
    let mut place: &RawValue = serde_json::from_str(text).ok()?;
    for key in at.keys() {
        place = match serde_json::from_str::<BTreeMap<String, &RawValue>>(place.get()) {
            Ok(members) => members.get(&key).copied()?,
            Err(_) => {
                let index: usize = key.parse().ok()?;
                serde_json::from_str::<Vec<&RawValue>>(place.get()).ok()?.get(index).copied()?
            }
        };
    }
    serde_json::from_str(place.get()).ok()
}
