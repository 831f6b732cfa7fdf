//! Reads how one request carries several calls.

use std::time::Duration;

use marl_core::provider::Bulk;

use super::{rule, section::Section, template};
use crate::form::{BulkForm, Word};

/// How long a call waits for others if the file does not say.
const WAIT: Duration = Duration::from_millis(300);

/// The table `bulk` of an operation.
pub(super) fn bulk(operation: &Section<'_, '_>) -> Option<(Bulk, BulkForm)> {
    let section = operation.section("bulk")?;
    section.need("most", "100");
    let most = section.count("most", 10_000);
    let wait = section.duration("wait").unwrap_or(WAIT);
    let item = section.need("item", "{ ..., id = \"{call}\" }");
    let span = item.map(|item| item.span());
    let item = item.and_then(|item| template::template(&section, "item", item, 0));
    section.need("replies", "\"/data\"");
    section.need("id", "\"/id\"");
    let (replies, id, status) =
        (section.pointer("replies"), section.pointer("id"), section.pointer("status"));
    let missing = section.word("missing", &rule::words()).unwrap_or(Word::Unusable);
    if matches!(missing, Word::Found | Word::Pending) {
        section.wrong_here(
            format!("{} cannot be that", section.key("missing")),
            "write `\"no_data\"` or an error",
        );
    }
    section.finish();
    let (item, span) = (item?, span?);
    let mut paths = item.paths_to("call");
    let places = item.places().iter().filter(|place| **place == "call").count();
    let id_path = paths.pop().filter(|path| paths.is_empty() && places == 1 && !path.is_empty());
    if id_path.is_none() {
        let hint = "give one key of the item the value `\"{call}\"`, which the reply repeats at `id`";
        section.source.wrong(&span, format!("{} does not name its call once", section.key("item")), hint);
    }
    let form = BulkForm { item, id_path: id_path?, replies: replies?, id: id?, status, missing };
    Some((Bulk { most: most? as usize, wait }, form))
}
