//! The life of a call from its arrival to its answer: key, faults, billing, latency.
//!
//! The order of these steps defines the statistics: a refusal costs nothing, a call is billed when its work
//! begins, and a failure after that was paid for. This module must not know what a tool answers or how a
//! vendor writes it.

use std::time::Duration;

use hyper::header::{HeaderValue, LOCATION, RETRY_AFTER};
use hyper::{HeaderMap, Response, StatusCode};
use serde_json::Value;

use crate::hash::Dice;
use crate::reply::{self, Cut, Payload, Reply};
use crate::stats::Counters;
use crate::vendor::{self, Vendor, Work};
use crate::{FaultKind, Options, fault};

/// The state that all requests share.
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) counters: Counters,
}

impl State {
    pub(crate) fn new(options: Options) -> Self {
        Self { options, counters: Counters::new() }
    }
}

/// Answers one request to a vendor.
pub(crate) async fn execute(state: &State, vendor: &dyn Vendor, headers: &HeaderMap, body: &[u8]) -> Reply {
    if !accepts_key(state.options.key.as_deref(), vendor.key(headers)) {
        state.counters.refuse();
        return Ok(unauthorized(vendor));
    }
    match vendor.read(body) {
        Ok(work) => run(state, vendor, &work).await,
        Err(refusal) => {
            state.counters.refuse();
            Ok(*refusal)
        }
    }
}

/// Runs a call, or produces its fault instead.
async fn run(state: &State, vendor: &dyn Vendor, work: &Work) -> Reply {
    let State { options, counters } = state;
    let attempt = counters.arrive(work.hash);
    let fault = fault::draw(&options.faults, options.seed, work.hash, attempt)
        .filter(|kind| vendor::has_fault(vendor, *kind))
        .or_else(|| work.job.special_fault(attempt));
    if let Some(kind) = fault {
        counters.fault(kind);
        if kind.refuses() {
            counters.refuse();
        }
        if !kind.bills() {
            return early_fault(vendor, kind, options.retry_after);
        }
    }
    let dice = Dice::of_arrival(options.seed, work.hash, 0);
    let answer = work.job.run(options.seed, dice);
    if answer.is_billed() {
        counters.bill(work.hash);
    }
    pause(options.latency).await;
    if fault == Some(FaultKind::Slow) {
        pause(options.slow_for).await;
    }
    finish(vendor, fault, &vendor.answer(answer))
}

fn accepts_key(wanted: Option<&str>, given: &[u8]) -> bool {
    match wanted {
        Some(wanted) => given == wanted.as_bytes(),
        None => !given.is_empty(),
    }
}

async fn pause(duration: Duration) {
    // A zero sleep would still wait for the timer's next millisecond.
    if !duration.is_zero() {
        tokio::time::sleep(duration).await;
    }
}

/// The answer of a fault that occurs before any work.
fn early_fault(vendor: &dyn Vendor, kind: FaultKind, retry_after: Duration) -> Reply {
    Ok(match kind {
        FaultKind::TooManyRequests => {
            let mut response = vendor.error(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after.as_secs()));
            response
        }
        FaultKind::InternalError => vendor.error(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error"),
        FaultKind::Unavailable => vendor.error(StatusCode::SERVICE_UNAVAILABLE, "Service unavailable"),
        // 525 belongs to Cloudflare and to no standard, but it is a valid status.
        FaultKind::TlsHandshake => vendor.error(
            StatusCode::from_u16(525).unwrap_or(StatusCode::BAD_GATEWAY),
            "error code: 525: SSL handshake failed",
        ),
        FaultKind::Unauthorized => unauthorized(vendor),
        FaultKind::Forbidden => vendor.error(StatusCode::FORBIDDEN, "Forbidden"),
        FaultKind::Redirect => {
            let mut response = reply::text(StatusCode::TEMPORARY_REDIRECT, "Moved");
            let elsewhere =
                HeaderValue::from_str(&format!("/{}/elsewhere", vendor.name())).map_err(|_| Cut)?;
            response.headers_mut().insert(LOCATION, elsewhere);
            response
        }
        FaultKind::Credit | FaultKind::ToolError | FaultKind::OuterFalse => {
            return vendor.own_fault(kind).ok_or(Cut);
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

/// The answer after the work was done, with the fault applied.
fn finish(vendor: &dyn Vendor, fault: Option<FaultKind>, answer: &Value) -> Reply {
    Ok(match fault {
        Some(FaultKind::GatewayTimeout) => vendor.error(StatusCode::GATEWAY_TIMEOUT, "Gateway timeout"),
        Some(FaultKind::CutAfter) => return Err(Cut),
        Some(FaultKind::Truncate) => reply::truncated(answer),
        Some(FaultKind::NotJson) => reply::html(),
        Some(FaultKind::Huge) => reply::huge(vendor.long_answer_frame()),
        _ => reply::json(StatusCode::OK, answer),
    })
}

fn unauthorized(vendor: &dyn Vendor) -> Response<Payload> {
    vendor.error(StatusCode::UNAUTHORIZED, "Unauthorized")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_configured_key_is_accepted() {
        assert!(accepts_key(None, b"anything"));
        assert!(!accepts_key(None, b""));
        assert!(accepts_key(Some("right"), b"right"));
        assert!(!accepts_key(Some("right"), b"wrong"));
    }
}
