//! The server's answers: their size is bounded, and the rest is kept for a while under a handle.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use rmcp::model::{CallToolResult, ContentBlock, JsonObject};
use serde::Serialize;
use serde_json::{Value as Json, json};

use runner::failure::{Failure, invocation::Invocation};

/// The length limit of an answer; clients truncate at 25,000 characters.
const LONGEST: usize = 20_000;

/// How many long answers are kept.
const KEPT: usize = 20;

/// The long answers of this session.
#[derive(Default)]
pub(super) struct Answers {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    made: u64,
    answers: VecDeque<(String, String)>,
}

impl Answers {
    /// A command's document as an answer; a long document is cut, with a handle for the rest.
    pub(super) fn document(&self, document: Json, is_error: bool) -> CallToolResult {
        let text = document.to_string();
        let document = if text.len() <= LONGEST { document } else { self.cut(text) };
        let mut answer = CallToolResult::structured(document);
        answer.is_error = Some(is_error);
        answer
    }

    /// The next part of a long answer.
    pub(super) fn more(&self, arguments: &JsonObject) -> CallToolResult {
        let handle = arguments.get("handle").and_then(Json::as_str).unwrap_or_default();
        let offset = arguments.get("offset").and_then(Json::as_u64).unwrap_or_default();
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.answers.iter().find(|(known, _)| known == handle) {
            Some((_, text)) => CallToolResult::structured(part(handle, text, offset)),
            None => refused("no answer is kept under this handle; call the first tool again"),
        }
    }

    fn cut(&self, text: String) -> Json {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.made += 1;
        let handle = format!("answer-{}", kept.made);
        let first = part(&handle, &text, 0);
        kept.answers.push_back((handle, text));
        if kept.answers.len() > KEPT {
            kept.answers.pop_front();
        }
        first
    }
}

/// A part of an answer's text. All parts together are one JSON document.
#[derive(Serialize)]
struct Part<'a> {
    handle: &'a str,
    part: &'a str,
    offset: usize,
    next_offset: Option<usize>,
    total_bytes: usize,
    hint: Option<&'static str>,
}

fn part(handle: &str, text: &str, offset: u64) -> Json {
    let start = text.floor_char_boundary(usize::try_from(offset).unwrap_or(usize::MAX).min(text.len()));
    let end = text.floor_char_boundary((start + LONGEST).min(text.len()));
    let next = (end < text.len()).then_some(end);
    json!(Part {
        handle,
        part: &text[start..end],
        offset: start,
        next_offset: next,
        total_bytes: text.len(),
        hint: next.map(|_| "`more` with this handle and next_offset gives the next part"),
    })
}

/// An answer that explains why nothing was done.
pub(super) fn refused(why: &str) -> CallToolResult {
    let mut answer = CallToolResult::error(vec![ContentBlock::text(why.to_owned())]);
    let failure = Failure::usage(why).hint("the tool's schema lists what it takes");
    answer.structured_content = serde_json::from_str(&failure.json(&Invocation::default())).ok();
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_comes_in_parts_that_are_one_document() {
        let answers = Answers::default();
        let rows: Vec<String> = (0..9_000).map(|row| format!("Zeile {row} ä")).collect();
        let document = json!({ "rows": rows });
        let first = answers.document(document.clone(), false).structured_content.unwrap();
        let handle = first["handle"].as_str().unwrap().to_owned();
        let mut text = first["part"].as_str().unwrap().to_owned();
        let mut next = first["next_offset"].as_u64();
        while let Some(offset) = next {
            let asked = json!({ "handle": handle, "offset": offset });
            let more = answers.more(asked.as_object().unwrap()).structured_content.unwrap();
            assert!(more.to_string().len() < 25_000);
            text.push_str(more["part"].as_str().unwrap());
            next = more["next_offset"].as_u64();
        }
        assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), document);
        assert_eq!(answers.more(&JsonObject::new()).is_error, Some(true));
        assert_eq!(answers.document(json!({"a": 1}), true).structured_content, Some(json!({"a": 1})));
    }
}
