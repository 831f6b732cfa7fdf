//! The stored form of an answer. It is the vendor's own text; only where the text alone would be read
//! differently, the status stands on a line before it: `HTTP 404`.

use super::{Document, Reader};
use crate::form::Word;

/// What a line with a status begins with. No JSON document begins like this.
const STATUS: &str = "HTTP ";

/// The text that the ledger stores for an answer with this meaning.
pub(crate) fn to_stored(reader: Reader<'_>, document: &Document<'_>, word: Word) -> String {
    let alone = || reader.verdict(&Document::new(200, document.text)).word == word;
    let Document { status, text, .. } = document;
    let is_clear = !text.starts_with(STATUS) && (*status == 200 || alone());
    if is_clear { (*text).to_owned() } else { format!("{STATUS}{status}\n{text}") }
}

/// The status and the text of a stored answer.
pub(crate) fn from_stored(stored: &str) -> (u16, &str) {
    let line = stored.strip_prefix(STATUS).and_then(|rest| rest.split_once('\n'));
    let parsed = line.and_then(|(status, text)| Some((status.parse().ok()?, text)));
    parsed.filter(|(status, _)| (100..=599).contains(status)).unwrap_or((200, stored))
}
