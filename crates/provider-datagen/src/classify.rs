//! What a status and a body mean. Pure.
//!
//! The status alone does not tell: a failed tool is a 200 with an inner `success: false`, a
//! 403 may concern one tool, and a third of the refusals for credit are false.
//!
//! A tool that fails in an answer that is sound otherwise has ended its row, and DataGen is well:
//! trying again would cost calls, and a run of such rows must not look like an outage. Only words
//! or a status that say so make it one. Where the answer of something behind DataGen was lost, its
//! work may be done and billed: that is a doubt, whoever reports it.
//!
//! | what is said | the row | tried again, counts as an outage |
//! | --- | --- | --- |
//! | nothing of that name; a profile that is private or gone; also with a 404 or 410 | no data | no |
//! | the parameters are wrong; 400, 422 | `invalid_input` | no |
//! | a timeout, a connection that broke behind DataGen; 499, 502, 504, 520, 524, 598, 599 | in doubt | only by choice |
//! | a rate limit, overload, a connection that was never made, "try again"; 408, 429, other 5xx | its kind | yes |
//! | no credit | `quota_exhausted` | yes; the second in a row stops the provider |
//! | no such tool, no such server, a 403 in plain words | its kind | no; stops the operation |
//! | a 403 with a web page: something before DataGen challenged this one request | `upstream` | yes |
//! | the tool failed in other words; 404 in other words | `upstream` | no; a later run asks anew |
//! | the envelope failed in other words: that is DataGen's failure and no tool's | `upstream` | yes |

use marl_core::{
    Error, ErrorKind, Reply,
    provider::{AttemptEnd, Failure, Reach},
};
use serde_json::{Value as Json, value::RawValue};

use crate::{
    envelope::{Envelope, Inner, error_in, unwrap},
    mend,
    prose::Prose,
};

/// The meaning of a whole answer.
pub(crate) fn answer(operation: &str, status: u16, body: String) -> AttemptEnd {
    let failure = match status {
        200..=299 => failure_inside(operation, &body),
        404 | 410 if is_miss(operation, &body) => None,
        _ => Some(refusal(operation, status, &body)),
    };
    failure.map_or(AttemptEnd::Answered(body), AttemptEnd::Failed)
}

/// What went wrong though the status is a success; `None` when the answer is worth keeping.
fn failure_inside(operation: &str, body: &str) -> Option<Failure> {
    let unusable = || Some(Failure::unusable(not_an_envelope(body)).with_body(body.to_owned()));
    let mut mended = String::new();
    let Ok(envelope) = mend::parse::<Envelope<&RawValue>>(body, &mut mended) else { return unusable() };
    match envelope {
        Envelope { success: false, error, .. } => {
            let said = said(error.as_ref());
            let passes = |failure: Failure| Failure { retryable: true, ..failure };
            let failure = || match tool_failure(operation, &said) {
                // It says no more than that DataGen failed.
                failure if failure.error.kind() == ErrorKind::Upstream => passes(failure),
                failure => failure,
            };
            (!is_miss(operation, &said)).then(failure)
        }
        Envelope { data: Some(inner), .. } if inner.is_without_result() => unusable(),
        Envelope { data: Some(inner), .. } => said_no(&inner)
            .filter(|said| !is_miss(operation, said))
            .map(|said| tool_failure(operation, &said)),
        Envelope { data: None, .. } => unusable(),
    }
}

/// Reads a stored answer with a success's status that was of no use, or not understood, when it came.
pub(crate) fn read_unusable(operation: &str, body: &str) -> Result<Reply, Error> {
    match failure_inside(operation, body) {
        None => read(operation, body),
        Some(failure) => Err(failure.error),
    }
}

/// Reads a stored answer that was worth keeping.
pub(crate) fn read(operation: &str, body: &str) -> Result<Reply, Error> {
    let mut mended = String::new();
    let envelope: Envelope<Json> = match mend::parse(body, &mut mended) {
        Ok(envelope) => envelope,
        // The body of a 404 is no envelope.
        Err(_) if is_miss(operation, body) => return Ok(Reply::NoData),
        Err(_) => return Err(not_an_envelope(body)),
    };
    if !envelope.success && is_miss(operation, &said(envelope.error.as_ref())) {
        return Ok(Reply::NoData);
    }
    match envelope.data {
        // Stored by a version that took it for an answer.
        Some(inner)
            if inner.success && inner.result.as_ref().is_some_and(|result| error_in(result).is_some()) =>
        {
            let said = inner.result.as_ref().and_then(error_in).unwrap_or_default();
            if is_miss(operation, &said) {
                Ok(Reply::NoData)
            } else {
                Err(tool_failure(operation, &said).error)
            }
        }
        Some(inner) if inner.success => match inner.result.map(unwrap) {
            Some(Json::Null) => Ok(Reply::NoData),
            Some(result) => Ok(Reply::found(result)),
            None => Err(not_an_envelope(body)),
        },
        Some(inner) if is_miss(operation, &said(inner.error.as_ref())) => Ok(Reply::NoData),
        _ => Err(Error::bad_reply(format!("the stored answer to {operation} is not a result"))),
    }
}

fn not_an_envelope(body: &str) -> Error {
    Error::bad_reply("the answer is not DataGen's JSON").with_detail(body)
}

/// What a failed tool said; `None` when it did not fail.
fn said_no(inner: &Inner<&RawValue>) -> Option<String> {
    if inner.success { said_inside(inner.result?.get()) } else { Some(said(inner.error.as_ref())) }
}

/// What the result of a connected server says when it calls itself an error.
fn said_inside(result: &str) -> Option<String> {
    // Nearly every result is none, and is not parsed a second time.
    if !result.contains("isError") {
        return None;
    }
    error_in(&mend::parse::<Json>(result, &mut String::new()).ok()?)
}

fn said(error: Option<&Json>) -> String {
    match error {
        Some(Json::String(text)) if !text.trim().is_empty() => text.clone(),
        Some(Json::Null) | None | Some(Json::String(_)) => "the tool reported a failure".to_owned(),
        Some(other) => other.to_string(),
    }
}

/// Whether a text says that there is nothing for this call, and nothing of the account or the tool.
fn is_miss(operation: &str, said: &str) -> bool {
    let prose = Prose::new(said);
    let is_of_more = prose.misses_tool(operation).is_some() || prose.lacks_credit() || prose.lacks_server();
    let may_pass = prose.asks_to_slow_down() || prose.loses_an_answer() || prose.may_pass();
    prose.finds_nothing() && !is_of_more && !may_pass
}

/// Whether a body is a web page: no answer of DataGen's, but of something that stands before it.
fn is_page(body: &str) -> bool {
    body.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}

/// A status that is not a success. The numbers are the table of the gateway's rules: what
/// stands before DataGen (Cloudflare) answers 520 to 526 for it.
fn refusal(operation: &str, status: u16, body: &str) -> Failure {
    let error = |kind, message: &str| {
        Error::new(kind, format!("DataGen answered HTTP {status}: {message}")).with_detail(body)
    };
    match status {
        300..=399 => Failure::refused(error(ErrorKind::Upstream, "a redirect, which is not followed")),
        401 => Failure::refused(error(ErrorKind::Auth, "the key is refused")).reaching(Reach::Provider),
        402 => credit(error(ErrorKind::QuotaExhausted, "the account is out of credit")),
        403 if is_page(body) => {
            Failure::transient(error(ErrorKind::Upstream, "something before it refused this request"))
        }
        403 => Failure::refused(error(
            ErrorKind::Auth,
            &format!("the key may not use {operation}, or its server is not connected in the dashboard"),
        ))
        .reaching(Reach::Operation),
        // For one profile that is gone, or for all: only a text that names the tool tells.
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

/// The tool failed and said why in prose.
fn tool_failure(operation: &str, said: &str) -> Failure {
    let prose = Prose::new(said);
    let error = |kind, message: String| Error::new(kind, message).with_detail(said);
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
    // What ran behind DataGen may have run to its end, and be billed.
    if prose.loses_an_answer() && !prose.speaks_of_a_parameter() {
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
    if prose.may_pass() { Failure::transient(failed) } else { Failure::refused(failed) }
}

fn credit(error: Error) -> Failure {
    Failure::transient(error).reaching(Reach::ProviderIfRepeated)
}

#[cfg(test)]
mod tests;
