//! What a status and a body mean. Pure.
//!
//! The status alone does not tell: a failed tool is a 200 with an inner `success: false`, a
//! 403 may concern one tool, and a third of the refusals for credit are false.

use marl_core::{
    Error, ErrorKind, Reply,
    provider::{AttemptEnd, Failure, Reach},
};
use serde_json::Value as Json;

use crate::envelope::{Envelope, Inner};

/// The meaning of a whole answer.
pub(crate) fn answer(operation: &str, status: u16, body: String) -> AttemptEnd {
    if !(200..300).contains(&status) {
        return AttemptEnd::Failed(refusal(operation, status, &body));
    }
    let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(&body) else {
        return AttemptEnd::Failed(Failure::unusable(not_an_envelope(&body)));
    };
    let failure = match envelope {
        Envelope { success: false, error, .. } => tool_failure(operation, &said(error.as_ref())),
        Envelope { data: Some(inner), .. } => match said_no(&inner) {
            None => return AttemptEnd::Answered(body),
            Some(said) if is_miss(&said) => return AttemptEnd::Answered(body),
            Some(said) => tool_failure(operation, &said),
        },
        Envelope { data: None, .. } => Failure::unusable(not_an_envelope(&body)),
    };
    AttemptEnd::Failed(failure)
}

/// Reads a stored answer that was worth keeping.
pub(crate) fn read(operation: &str, body: &str) -> Result<Reply, Error> {
    let envelope: Envelope<'_> = serde_json::from_str(body).map_err(|_| not_an_envelope(body))?;
    match envelope.data {
        Some(inner) if inner.success => match inner.result() {
            Ok(Json::Null) => Ok(Reply::NoData),
            Ok(result) => Ok(Reply::found(result)),
            Err(_) => Err(not_an_envelope(body)),
        },
        Some(inner) if is_miss(&said(inner.error.as_ref())) => Ok(Reply::NoData),
        _ => Err(Error::bad_reply(format!("the stored answer to {operation} is not a result"))),
    }
}

fn not_an_envelope(body: &str) -> Error {
    Error::bad_reply("the answer is not DataGen's JSON").with_detail(body)
}

/// What a failed tool said; `None` when it did not fail.
fn said_no(inner: &Inner<'_>) -> Option<String> {
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
        404 => Failure::refused(error(ErrorKind::ToolNotFound, "no such tool or address"))
            .reaching(Reach::Operation),
        408 => Failure::passing(error(ErrorKind::Timeout, "the request did not arrive in time")),
        429 => Failure::passing(error(ErrorKind::RateLimited, "too many requests")),
        400..=499 => Failure::refused(error(ErrorKind::InvalidInput, "the parameters are refused")),
        504 | 520 | 524 => Failure::in_doubt(error(ErrorKind::Timeout, "no answer from behind the gateway")),
        521..=523 | 525 | 526 => {
            Failure::not_sent(error(ErrorKind::Network, "the gateway could not connect"))
        }
        _ => Failure::passing(error(ErrorKind::Upstream, "an internal error")),
    }
}

/// The tool failed and said why in prose, often another vendor's, relayed as it came.
fn tool_failure(operation: &str, said: &str) -> Failure {
    let lower = said.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let error = |kind, message: String| Error::new(kind, message).with_detail(said);
    if lower.contains("tool") && has(&["not found", "unknown tool", "does not exist"]) {
        let message = format!("DataGen knows no tool `{operation}`");
        return Failure::refused(error(ErrorKind::ToolNotFound, message)).reaching(Reach::Operation);
    }
    if has(&["credit", "quota exceeded", "insufficient balance"]) {
        return credit(error(ErrorKind::QuotaExhausted, format!("{operation}: refused for credit")));
    }
    if has(&["rate limit", "too many requests", "status code 429"]) {
        return Failure::passing(error(ErrorKind::RateLimited, format!("{operation}: too many requests")));
    }
    if has(&["timed out", "timeout"]) {
        return Failure::passing(error(ErrorKind::Timeout, format!("{operation}: timed out behind DataGen")));
    }
    if has(&["not connected", "not authenticated", "unauthorized"]) {
        let message = format!("{operation}: its server is not connected in DataGen's dashboard");
        return Failure::refused(error(ErrorKind::Auth, message)).reaching(Reach::Operation);
    }
    if has(&["invalid parameter", "invalid argument", "missing required", "validation error"]) {
        return Failure::refused(error(ErrorKind::InvalidInput, format!("{operation}: parameters refused")));
    }
    Failure::passing(error(ErrorKind::Upstream, format!("{operation} failed")))
}

fn credit(error: Error) -> Failure {
    Failure::passing(error).reaching(Reach::ProviderIfRepeated)
}

#[cfg(test)]
mod tests {
    use marl_core::provider::Bought;

    use super::*;

    /// kind, sent, bought, retryable, reach of a failed attempt.
    fn failed(status: u16, body: &str) -> (&'static str, bool, Bought, bool, Reach) {
        match answer("tool", status, body.to_owned()) {
            AttemptEnd::Failed(f) => (f.error.kind().name(), f.sent, f.bought, f.retryable, f.reach),
            AttemptEnd::Answered(body) => panic!("answered: {body}"),
        }
    }

    fn inner(error: &str) -> String {
        serde_json::json!({"success": true, "data": {"success": false, "error": error}}).to_string()
    }

    #[test]
    fn statuses() {
        use Bought::{Maybe, No};
        use Reach::{Call, Operation, Provider, ProviderIfRepeated};
        let table = [
            (400, ("invalid_input", true, No, false, Call)),
            (401, ("auth", true, No, false, Provider)),
            (402, ("quota_exhausted", true, No, true, ProviderIfRepeated)),
            (403, ("auth", true, No, false, Operation)),
            (404, ("tool_not_found", true, No, false, Operation)),
            (422, ("invalid_input", true, No, false, Call)),
            (429, ("rate_limited", true, No, true, Call)),
            (500, ("upstream", true, No, true, Call)),
            (503, ("upstream", true, No, true, Call)),
            (504, ("timeout", true, Maybe, true, Call)),
            (520, ("timeout", true, Maybe, true, Call)),
            (521, ("network", false, No, true, Call)),
            (523, ("network", false, No, true, Call)),
            (524, ("timeout", true, Maybe, true, Call)),
            (525, ("network", false, No, true, Call)),
            (526, ("network", false, No, true, Call)),
            (307, ("upstream", true, No, false, Call)),
        ];
        for (status, expect) in table {
            assert_eq!(failed(status, "Unauthorized"), expect, "{status}");
        }
    }

    #[test]
    fn failures_inside_of_a_success() {
        use Bought::{No, Yes};
        use Reach::{Call, Operation, ProviderIfRepeated};
        let table = [
            (inner("Tool 'x' not found"), ("tool_not_found", true, No, false, Operation)),
            (inner("Insufficient credits"), ("quota_exhausted", true, No, true, ProviderIfRepeated)),
            (
                inner("MCP tool call 'query-run' timed out after 25 seconds"),
                ("timeout", true, No, true, Call),
            ),
            (inner("column x does not exist"), ("upstream", true, No, true, Call)),
            ("{\"success\":false,\"error\":\"oops\"}".to_owned(), ("upstream", true, No, true, Call)),
            ("<html>".to_owned(), ("bad_reply", true, Yes, false, Call)),
            ("{\"success\":true}".to_owned(), ("bad_reply", true, Yes, false, Call)),
            (String::new(), ("bad_reply", true, Yes, false, Call)),
        ];
        for (body, expect) in table {
            assert_eq!(failed(200, &body), expect, "{body}");
        }
    }

    #[test]
    fn a_miss_is_stored_and_read_as_no_data() {
        let body = inner("Resource not found");
        assert!(matches!(answer("tool", 200, body.clone()), AttemptEnd::Answered(_)));
        assert_eq!(read("tool", &body).unwrap(), Reply::NoData);
    }

    #[test]
    fn a_stored_result_is_read_without_its_wrapping() {
        let body = r#"{"success":true,"data":{"success":true,"result":[{"answer":"x"}]}}"#;
        assert_eq!(read("tool", body).unwrap(), Reply::found(serde_json::json!({"answer": "x"})));
        assert_eq!(read("tool", "<html>").unwrap_err().kind(), ErrorKind::BadReply);
        let deep = format!(
            "{{\"success\":true,\"data\":{{\"success\":true,\"result\":{}{}}}}}",
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert_eq!(read("tool", &deep).unwrap_err().kind(), ErrorKind::BadReply);
    }
}
