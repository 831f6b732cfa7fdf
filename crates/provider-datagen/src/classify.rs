//! Classifies a status and a body. This module is pure; it must not retry or wait.
//!
//! The status alone is not enough: a failed tool is a 200 with an inner `success: false`, a 403 may concern
//! one tool, and a third of the refusals for missing credit are false.
//!
//! A tool that fails inside an otherwise valid answer has settled its row, and DataGen is healthy: another
//! attempt would cost calls, and a run of such rows must not look like an outage. Only a text or a status
//! that says so counts as an outage. When the answer of a service behind DataGen was lost, the service may
//! have done and billed its work, so the call is in doubt, no matter which server reports the loss.
//!
//! | status or text | the row | retried, counts as an outage |
//! | --- | --- | --- |
//! | nothing of that name; a profile that is private or gone; also with a 404 or 410 | no data | no |
//! | wrong parameters; 400, 422 | `invalid_input` | no |
//! | a timeout, a connection broken behind DataGen; 499, 502, 504, 520, 524, 598, 599 | in doubt | only by choice |
//! | a rate limit, overload, a connection never made, "try again"; 408, 429, other 5xx | its kind | yes |
//! | no credit | `quota_exhausted` | yes; the second in a row stops the provider |
//! | no such tool, no such server, a 403 in plain words | its kind | no; stops the operation |
//! | a 403 with a web page: a proxy before DataGen challenged this one request | `upstream` | yes |
//! | any other failure of the tool; any other 404 | `upstream` | no; a later run asks again |
//! | any other failure of the envelope, which is DataGen's own | `upstream` | yes |

use marl_core::{
    Error, ErrorKind, Reply,
    provider::{AttemptEnd, Failure, Reach},
};
use serde_json::{Value as Json, value::RawValue};

use crate::{
    envelope::{Envelope, Inner, error_in, unwrap},
    prose::Prose,
    repair,
};

/// Classifies a complete answer.
pub(crate) fn answer(operation: &str, status: u16, body: String) -> AttemptEnd {
    let failure = match status {
        200..=299 => failure_inside(operation, &body),
        404 | 410 if is_miss(operation, &body) => None,
        _ => Some(refusal(operation, status, &body)),
    };
    failure.map_or(AttemptEnd::Answered(body), AttemptEnd::Failed)
}

/// The failure inside an answer with a success status; `None` when the answer is worth storing.
fn failure_inside(operation: &str, body: &str) -> Option<Failure> {
    let unusable = || Some(Failure::unusable(not_an_envelope(body)).with_body(body.to_owned()));
    let mut repaired = String::new();
    let Ok(envelope) = repair::parse::<Envelope<&RawValue>>(body, &mut repaired) else { return unusable() };
    match envelope {
        Envelope { success: false, error, .. } => {
            let text = error_text(error.as_ref());
            let temporary = |failure: Failure| Failure { retryable: true, ..failure };
            let failure = || match tool_failure(operation, &text) {
                // The text shows only that DataGen itself failed.
                failure if failure.error.kind() == ErrorKind::Upstream => temporary(failure),
                failure => failure,
            };
            (!is_miss(operation, &text)).then(failure)
        }
        Envelope { data: Some(inner), .. } if inner.is_without_result() => unusable(),
        Envelope { data: Some(inner), .. } => failure_text(&inner)
            .filter(|text| !is_miss(operation, text))
            .map(|text| tool_failure(operation, &text)),
        Envelope { data: None, .. } => unusable(),
    }
}

/// Reads a stored answer with a success status that was classified as unusable when it came.
pub(crate) fn read_unusable(operation: &str, body: &str) -> Result<Reply, Error> {
    match failure_inside(operation, body) {
        None => read(operation, body),
        Some(failure) => Err(failure.error),
    }
}

/// Reads a stored answer that was classified as worth storing.
pub(crate) fn read(operation: &str, body: &str) -> Result<Reply, Error> {
    let mut repaired = String::new();
    let envelope: Envelope<Json> = match repair::parse(body, &mut repaired) {
        Ok(envelope) => envelope,
        // The body of a 404 has no envelope.
        Err(_) if is_miss(operation, body) => return Ok(Reply::NoData),
        Err(_) => return Err(not_an_envelope(body)),
    };
    if !envelope.success && is_miss(operation, &error_text(envelope.error.as_ref())) {
        return Ok(Reply::NoData);
    }
    match envelope.data {
        // An earlier version stored such an error as an answer.
        Some(inner)
            if inner.success && inner.result.as_ref().is_some_and(|result| error_in(result).is_some()) =>
        {
            let text = inner.result.as_ref().and_then(error_in).unwrap_or_default();
            if is_miss(operation, &text) {
                Ok(Reply::NoData)
            } else {
                Err(tool_failure(operation, &text).error)
            }
        }
        Some(inner) if inner.success => match inner.result.map(unwrap) {
            Some(Json::Null) => Ok(Reply::NoData),
            Some(result) => Ok(Reply::found(result)),
            None => Err(not_an_envelope(body)),
        },
        Some(inner) if is_miss(operation, &error_text(inner.error.as_ref())) => Ok(Reply::NoData),
        _ => Err(Error::bad_reply(format!("the stored answer to {operation} is not a result"))),
    }
}

fn not_an_envelope(body: &str) -> Error {
    Error::bad_reply("the answer is not DataGen's JSON").with_detail(body)
}

/// The text of a failure that the tool reported; `None` when it succeeded.
fn failure_text(inner: &Inner<&RawValue>) -> Option<String> {
    if inner.success {
        result_error_text(inner.result?.get())
    } else {
        Some(error_text(inner.error.as_ref()))
    }
}

/// The text of an MCP result that is marked as an error.
fn result_error_text(result: &str) -> Option<String> {
    // A fast check: nearly every result is not an error and need not be parsed a second time.
    if !result.contains("isError") {
        return None;
    }
    error_in(&repair::parse::<Json>(result, &mut String::new()).ok()?)
}

fn error_text(error: Option<&Json>) -> String {
    match error {
        Some(Json::String(text)) if !text.trim().is_empty() => text.clone(),
        Some(Json::Null) | None | Some(Json::String(_)) => "the tool reported a failure".to_owned(),
        Some(other) => other.to_string(),
    }
}

/// Whether a text says that nothing exists for this call, without blaming the account or the tool.
fn is_miss(operation: &str, text: &str) -> bool {
    let prose = Prose::new(text);
    let reaches_further =
        prose.misses_tool(operation).is_some() || prose.lacks_credit() || prose.lacks_server();
    let is_temporary = prose.asks_to_slow_down() || prose.loses_an_answer() || prose.is_temporary();
    prose.finds_nothing() && !reaches_further && !is_temporary
}

/// Whether a body is a web page. Such a page comes from a proxy in front of DataGen.
fn is_page(body: &str) -> bool {
    body.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}

/// Classifies a status that is not a success. The proxy in front of DataGen (Cloudflare) answers 520 to 526
/// on its own.
fn refusal(operation: &str, status: u16, body: &str) -> Failure {
    let error = |kind, message: &str| {
        Error::new(kind, format!("DataGen answered HTTP {status}: {message}")).with_detail(body)
    };
    match status {
        300..=399 => Failure::refused(error(ErrorKind::Upstream, "a redirect, which is not followed")),
        401 => Failure::refused(error(ErrorKind::Auth, "the key is refused")).reaching(Reach::Provider),
        402 => credit(error(ErrorKind::QuotaExhausted, "the account is out of credit")),
        403 if is_page(body) => {
            Failure::transient(error(ErrorKind::Upstream, "a proxy in front of it refused this request"))
        }
        403 => Failure::refused(error(
            ErrorKind::Auth,
            &format!("the key may not use {operation}, or its server is not connected in the dashboard"),
        ))
        .reaching(Reach::Operation),
        // A 404 may concern one profile or the whole tool: only a text that names the tool decides.
        404 | 410 => match Prose::new(body).misses_tool(operation) {
            Some(reach) => Failure::refused(error(ErrorKind::ToolNotFound, "no such tool")).reaching(reach),
            None => Failure::refused(error(ErrorKind::Upstream, "nothing is found for this call")),
        },
        408 => Failure::transient(error(ErrorKind::Timeout, "the request did not arrive in time")),
        429 => Failure::transient(error(ErrorKind::RateLimited, "too many requests")),
        400..=498 => Failure::refused(error(ErrorKind::InvalidInput, "the parameters are refused")),
        499 | 502 | 504 | 520 | 524 | 598 | 599 => {
            Failure::in_doubt(error(ErrorKind::Timeout, "no answer from behind the gateway"))
        }
        500..=599 if Prose::new(body).loses_an_answer() => {
            Failure::in_doubt(error(ErrorKind::Timeout, "no answer from behind DataGen"))
        }
        521..=523 | 525 | 526 => {
            Failure::undelivered(error(ErrorKind::Network, "the gateway could not connect"))
        }
        _ => Failure::transient(error(ErrorKind::Upstream, "an internal error")),
    }
}

/// Classifies the failure of a tool by its text.
fn tool_failure(operation: &str, text: &str) -> Failure {
    let prose = Prose::new(text);
    let error = |kind, message: String| Error::new(kind, message).with_detail(text);
    if let Some(reach) = prose.misses_tool(operation) {
        let message = format!("DataGen knows no tool `{operation}`");
        return Failure::refused(error(ErrorKind::ToolNotFound, message)).reaching(reach);
    }
    if prose.lacks_credit() {
        return credit(error(ErrorKind::QuotaExhausted, format!("{operation}: refused for credit")));
    }
    if prose.asks_to_slow_down() {
        return Failure::transient(error(ErrorKind::RateLimited, format!("{operation}: too many requests")));
    }
    // The service behind DataGen may have finished and billed the call.
    if prose.loses_an_answer() && !prose.is_about_a_parameter() {
        let message = format!("{operation}: no answer came from behind DataGen");
        return Failure::in_doubt(error(ErrorKind::Timeout, message));
    }
    if prose.lacks_server() {
        let message = format!("{operation}: its server is not connected in DataGen's dashboard");
        return Failure::refused(error(ErrorKind::Auth, message)).reaching(Reach::Operation);
    }
    if prose.calls_parameters_wrong() {
        return Failure::refused(error(ErrorKind::InvalidInput, format!("{operation}: parameters refused")));
    }
    let failed = error(ErrorKind::Upstream, format!("{operation} failed"));
    if prose.is_temporary() { Failure::transient(failed) } else { Failure::refused(failed) }
}

fn credit(error: Error) -> Failure {
    Failure::transient(error).reaching(Reach::ProviderIfRepeated)
}

#[cfg(test)]
mod tests;
