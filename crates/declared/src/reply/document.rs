//! An answer, or one part of an answer, that rules are applied to.

use std::cell::OnceCell;

use serde_json::Value as Json;

use crate::form::Exchange;

/// The status and the text of an answer. The text is parsed when a rule first asks for it.
pub(crate) struct Document<'t> {
    pub(crate) status: u16,
    pub(crate) text: &'t str,
    json: OnceCell<Option<Json>>,
}

impl<'t> Document<'t> {
    pub(crate) fn new(status: u16, text: &'t str) -> Self {
        Self { status, text, json: OnceCell::new() }
    }

    /// The text as JSON; `None` if the text is something else.
    pub(crate) fn json(&self) -> Option<&Json> {
        self.json.get_or_init(|| serde_json::from_str(self.text).ok()).as_ref()
    }

    /// The text as JSON, by value.
    pub(crate) fn into_json(self) -> Option<Json> {
        self.json();
        self.json.into_inner().flatten()
    }

    /// Whether the status is a success.
    pub(crate) fn is_success(&self) -> bool {
        (200..=299).contains(&self.status)
    }

    /// Whether the text is a web page. Such a page comes from a proxy in front of the vendor.
    pub(crate) fn is_page(&self) -> bool {
        self.text.trim_start_matches('\u{feff}').trim_start().starts_with('<')
    }
}

/// A call's part of an answer, with the status that the part states.
pub(crate) fn part<'t>(exchange: &Exchange, text: &'t str) -> Document<'t> {
    let document = Document::new(200, text);
    let place = exchange.bulk.as_ref().and_then(|bulk| bulk.status.as_ref());
    let status = place.and_then(|place| place.get(document.json()?)?.as_u64());
    let status = status.and_then(|status| u16::try_from(status).ok());
    match status.filter(|status| (100..=599).contains(status)) {
        Some(status) => Document { status, ..document },
        None => document,
    }
}
