//! One call from its arrival to its answer: key, faults, billing, latency.
//!
//! The order is what the statistics mean: refusals cost nothing, a call is billed when the
//! work begins, and what breaks afterwards was paid for. This module must not know what a
//! tool answers.

use std::time::Duration;

use hyper::header::{HeaderValue, LOCATION, RETRY_AFTER};
use hyper::{Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::hash::{Dice, Fnv};
use crate::reply::{self, Cut, Payload, Reply};
use crate::stats::Counters;
use crate::tools::{self, Answer, Asked};
use crate::{FaultKind, Options, fault};

/// What all requests share.
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) counters: Counters,
}

impl State {
    pub(crate) fn new(options: Options) -> Self {
        Self { options, counters: Counters::new() }
    }
}

/// Answers one request to execute a tool.
pub(crate) async fn execute(state: &State, key: Option<&HeaderValue>, body: &[u8]) -> Reply {
    if !let_in(state.options.key.as_deref(), key) {
        state.counters.refuse();
        return Ok(unauthorized());
    }
    match parse(body) {
        Ok(call) => work(state, &call).await,
        Err(refusal) => {
            state.counters.refuse();
            Ok(match refusal {
                Refusal::Request(status, message) => reply::error(status, &message),
                Refusal::Tool(name) => inner_error(&tools::not_found(&name)),
            })
        }
    }
}

/// A request that can be worked on.
struct Call {
    asked: Asked,
    parameters: Map<String, Value>,
    /// What makes two requests the same call: the tool's name as given and the parameters.
    hash: u64,
}

/// Why a request cannot be worked on.
enum Refusal {
    /// The request itself is wrong.
    Request(StatusCode, String),
    /// There is no tool of this name.
    Tool(String),
}

/// Works on a call, or does what its fault says instead.
async fn work(state: &State, call: &Call) -> Reply {
    let State { options, counters } = state;
    let attempt = counters.arrive(call.hash);
    let fault = fault::draw(&options.faults, options.seed, call.hash, attempt)
        .or_else(|| call.asked.magic_fault(&call.parameters, attempt));
    if let Some(kind) = fault {
        counters.fault(kind);
        if kind.refuses() {
            counters.refuse();
        }
        if !kind.bills() {
            return instead(kind, options.retry_after);
        }
    }
    let dice = Dice::of_arrival(options.seed, call.hash, 0);
    let answer = call.asked.run(&call.parameters, options.seed, dice);
    if answer.is_billed() {
        counters.bill(call.hash);
    }
    pause(options.latency).await;
    if fault == Some(FaultKind::Slow) {
        pause(options.slow_for).await;
    }
    finish(fault, &envelope(answer))
}

fn let_in(wanted: Option<&str>, key: Option<&HeaderValue>) -> bool {
    let given = key.map(HeaderValue::as_bytes).unwrap_or_default().trim_ascii();
    match wanted {
        Some(wanted) => given == wanted.as_bytes(),
        None => !given.is_empty(),
    }
}

fn parse(body: &[u8]) -> Result<Call, Refusal> {
    let wrong = |message: &str| Refusal::Request(StatusCode::UNPROCESSABLE_ENTITY, message.to_owned());
    let body = serde_json::from_slice(body)
        .map_err(|_| Refusal::Request(StatusCode::BAD_REQUEST, "the request is not valid JSON".to_owned()))?;
    let Value::Object(mut body) = body else { return Err(wrong("the request is not a JSON object")) };
    let Some(Value::String(name)) = body.remove("tool_alias_name") else {
        return Err(wrong("`tool_alias_name` must be a string"));
    };
    let parameters = match body.remove("parameters") {
        Some(Value::Object(parameters)) => parameters,
        None => Map::new(),
        Some(_) => return Err(wrong("`parameters` must be an object")),
    };
    let Some(asked) = Asked::find(&name) else { return Err(Refusal::Tool(name)) };
    if let Some(complaint) = asked.complaint(&parameters) {
        return Err(wrong(&complaint));
    }
    let hash = call_hash(&name, &parameters);
    Ok(Call { asked, parameters, hash })
}

fn call_hash(name: &str, parameters: &Map<String, Value>) -> u64 {
    let mut hash = Fnv::new();
    hash.write_text(name);
    hash.write_object(parameters);
    hash.finish()
}

async fn pause(duration: Duration) {
    // A sleep of nothing would still wait for the timer's next millisecond.
    if !duration.is_zero() {
        tokio::time::sleep(duration).await;
    }
}

/// The answer of a fault that happens before any work.
fn instead(kind: FaultKind, retry_after: Duration) -> Reply {
    Ok(match kind {
        FaultKind::TooManyRequests => {
            let mut response = reply::error(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after.as_secs()));
            response
        }
        FaultKind::InternalError => reply::error(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error"),
        FaultKind::Unavailable => reply::error(StatusCode::SERVICE_UNAVAILABLE, "Service unavailable"),
        // 525 is Cloudflare's own and in no standard; it is a valid status all the same.
        FaultKind::TlsHandshake => reply::text(
            StatusCode::from_u16(525).unwrap_or(StatusCode::BAD_GATEWAY),
            "error code: 525: SSL handshake failed",
        ),
        FaultKind::Unauthorized => unauthorized(),
        FaultKind::Forbidden => reply::text(StatusCode::FORBIDDEN, "Forbidden"),
        FaultKind::Credit => inner_error("Insufficient credits"),
        FaultKind::ToolError => inner_error(
            "API tool mcp_Sandbox_tool request failed: MCP tool call timed out after 25 seconds \
             waiting for server response",
        ),
        FaultKind::OuterFalse => {
            reply::json(StatusCode::OK, &json!({ "success": false, "error": "Unexpected failure" }))
        }
        FaultKind::Redirect => {
            let mut response = reply::text(StatusCode::TEMPORARY_REDIRECT, "Moved");
            response.headers_mut().insert(LOCATION, HeaderValue::from_static("/api/tools/elsewhere"));
            response
        }
        FaultKind::CutBefore
        | FaultKind::CutAfter
        | FaultKind::GatewayTimeout
        | FaultKind::Truncate
        | FaultKind::Slow
        | FaultKind::NotJson
        | FaultKind::Huge => return Err(Cut),
    })
}

/// What the client gets to see of the work that was done.
fn finish(fault: Option<FaultKind>, answer: &Value) -> Reply {
    Ok(match fault {
        Some(FaultKind::GatewayTimeout) => reply::error(StatusCode::GATEWAY_TIMEOUT, "Gateway timeout"),
        Some(FaultKind::CutAfter) => return Err(Cut),
        Some(FaultKind::Truncate) => reply::truncated(answer),
        Some(FaultKind::NotJson) => reply::html(),
        Some(FaultKind::Huge) => reply::huge(),
        _ => reply::json(StatusCode::OK, answer),
    })
}

fn unauthorized() -> Response<Payload> {
    reply::text(StatusCode::UNAUTHORIZED, "Unauthorized")
}

fn inner_error(message: &str) -> Response<Payload> {
    reply::json(StatusCode::OK, &envelope(Answer::Failed(message.to_owned())))
}

fn envelope(answer: Answer) -> Value {
    match answer {
        Answer::Found(result) | Answer::Free(result) => {
            json!({ "success": true, "data": { "success": true, "result": result } })
        }
        Answer::Failed(error) => {
            json!({ "success": true, "data": { "success": false, "error": error } })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_must_be_the_wanted_one() {
        let key = HeaderValue::from_static;
        assert!(let_in(None, Some(&key("anything"))));
        assert!(!let_in(None, Some(&key(" "))));
        assert!(!let_in(None, None));
        assert!(let_in(Some("right"), Some(&key("right"))));
        assert!(!let_in(Some("right"), Some(&key("wrong"))));
    }

    #[test]
    fn the_order_of_parameters_makes_no_other_call() {
        let hash = |text: &str| call_hash("tool", &serde_json::from_str(text).unwrap());
        assert_eq!(hash(r#"{"a":"1","b":"2"}"#), hash(r#"{"b":"2","a":"1"}"#));
        assert_ne!(hash(r#"{"a":"1"}"#), hash(r#"{"a":"2"}"#));
    }
}
