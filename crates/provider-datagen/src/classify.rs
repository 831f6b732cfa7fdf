//! What a status and a body mean. Pure.
//!
//! The status alone does not tell: a failed tool is a 200 with an inner `success: false`, a
//! 403 may concern one tool, and a third of the refusals for credit are false.

use marl_core::{
    Error, ErrorKind, Reply,
    provider::{AttemptEnd, Failure, Reach},
};
use serde_json::{Value as Json, value::RawValue};

use crate::{
    envelope::{Envelope, Inner, unwrap},
    mend,
    prose::Prose,
};

/// The meaning of a whole answer.
pub(crate) fn answer(operation: &str, status: u16, body: String) -> AttemptEnd {
    let failure = match status {
        200..=299 => failure_inside(operation, &body),
        _ => Some(refusal(operation, status, &body)),
    };
    failure.map_or(AttemptEnd::Answered(body), AttemptEnd::Failed)
}

/// What went wrong though the status is a success; `None` when the answer is worth keeping.
fn failure_inside(operation: &str, body: &str) -> Option<Failure> {
    let unusable = || Some(Failure::unusable(not_an_envelope(body)));
    let mut mended = String::new();
    let Ok(envelope) = mend::parse::<Envelope<&RawValue>>(body, &mut mended) else { return unusable() };
    match envelope {
        Envelope { success: false, error, .. } => Some(tool_failure(operation, &said(error.as_ref()))),
        Envelope { data: Some(inner), .. } if inner.is_without_result() => unusable(),
        Envelope { data: Some(inner), .. } => {
            said_no(&inner).filter(|said| !is_miss(said)).map(|said| tool_failure(operation, &said))
        }
        Envelope { data: None, .. } => unusable(),
    }
}

/// Reads a stored answer that was worth keeping.
pub(crate) fn read(operation: &str, body: &str) -> Result<Reply, Error> {
    let mut mended = String::new();
    let envelope: Envelope<Json> = mend::parse(body, &mut mended).map_err(|_| not_an_envelope(body))?;
    match envelope.data {
        Some(inner) if inner.success => match inner.result.map(unwrap) {
            Some(Json::Null) => Ok(Reply::NoData),
            Some(result) => Ok(Reply::found(result)),
            None => Err(not_an_envelope(body)),
        },
        Some(inner) if is_miss(&said(inner.error.as_ref())) => Ok(Reply::NoData),
        _ => Err(Error::bad_reply(format!("the stored answer to {operation} is not a result"))),
    }
}

fn not_an_envelope(body: &str) -> Error {
    Error::bad_reply("the answer is not DataGen's JSON").with_detail(body)
}

/// What a failed tool said; `None` when it did not fail.
fn said_no<R>(inner: &Inner<R>) -> Option<String> {
    (!inner.success).then(|| said(inner.error.as_ref()))
}

fn said(error: Option<&Json>) -> String {
    match error {
        Some(Json::String(text)) if !text.trim().is_empty() => text.clone(),
        Some(Json::Null) | None | Some(Json::String(_)) => "the tool reported a failure".to_owned(),
        Some(other) => other.to_string(),
    }
}

/// The one documented text for a profile or company that does not exist.
fn is_miss(said: &str) -> bool {
    said.trim().trim_end_matches('.').eq_ignore_ascii_case("resource not found")
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
        403 => Failure::refused(error(
            ErrorKind::Auth,
            &format!("the key may not use {operation}, or its server is not connected in the dashboard"),
        ))
        .reaching(Reach::Operation),
        // For one profile that is gone, or for all: only a text that names the tool tells.
        404 => match Prose::new(body).misses_tool(operation) {
            Some(reach) => Failure::refused(error(ErrorKind::ToolNotFound, "no such tool")).reaching(reach),
            None => Failure::refused(error(ErrorKind::Upstream, "nothing is found for this call")),
        },
        408 => Failure::passing(error(ErrorKind::Timeout, "the request did not arrive in time")),
        429 => Failure::passing(error(ErrorKind::RateLimited, "too many requests")),
        400..=499 => Failure::refused(error(ErrorKind::InvalidInput, "the parameters are refused")),
        504 | 520 | 524 => Failure::in_doubt(error(ErrorKind::Timeout, "no answer from behind the gateway")),
        521..=523 | 525 | 526 => {
            Failure::turned_back(error(ErrorKind::Network, "the gateway could not connect"))
        }
        _ => Failure::passing(error(ErrorKind::Upstream, "an internal error")),
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
        return Failure::passing(error(ErrorKind::RateLimited, format!("{operation}: too many requests")));
    }
    if prose.tells_of_a_timeout() {
        return Failure::passing(error(ErrorKind::Timeout, format!("{operation}: timed out behind DataGen")));
    }
    if prose.lacks_server() {
        let message = format!("{operation}: its server is not connected in DataGen's dashboard");
        return Failure::refused(error(ErrorKind::Auth, message)).reaching(Reach::Operation);
    }
    if prose.refuses_parameters() {
        return Failure::refused(error(ErrorKind::InvalidInput, format!("{operation}: parameters refused")));
    }
    Failure::passing(error(ErrorKind::Upstream, format!("{operation} failed")))
}

fn credit(error: Error) -> Failure {
    Failure::passing(error).reaching(Reach::ProviderIfRepeated)
}

#[cfg(test)]
mod tests;
