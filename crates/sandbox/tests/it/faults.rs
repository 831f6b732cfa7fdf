//! Each kind of fault as a client sees it, and its cost.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::Response;
use sandbox::{Fault, FaultKind, Options};
use serde_json::Value;

use crate::{Caller, json_of, profile};

/// Makes one call that meets the fault. The caller is returned for its statistics.
async fn call_with(kind: FaultKind) -> (Caller, reqwest::Result<Response>) {
    let caller = Caller::with_fault(kind).await;
    let result = caller.send("get_linkedin_person_data", profile("sandbox-somebody")).await;
    (caller, result)
}

async fn check(kind: FaultKind, status: u16, body: &str) {
    let (_caller, result) = call_with(kind).await;
    let response = result.unwrap();
    assert_eq!(response.status(), status, "{kind}");
    let text = response.text().await.unwrap();
    assert!(text.contains(body), "{kind}: {text}");
}

#[tokio::test]
async fn every_fault_is_counted_and_billed_as_documented() {
    for kind in FaultKind::ALL {
        let (caller, _result) = call_with(kind).await;
        let stats = caller.sandbox.stats();
        assert_eq!(stats.billed, u64::from(kind.bills()), "{kind}");
        assert_eq!(stats.faults, BTreeMap::from([(kind.to_string(), 1)]));
        let refused = matches!(kind.name(), "429" | "401" | "403" | "credit");
        assert_eq!(stats.refused, u64::from(refused), "{kind}");
    }
}

#[tokio::test]
async fn faults_have_their_statuses_and_bodies() {
    check(FaultKind::TooManyRequests, 429, "Too many requests").await;
    check(FaultKind::InternalError, 500, r#"{"error":"Internal server error"}"#).await;
    check(FaultKind::Unavailable, 503, "error").await;
    check(FaultKind::GatewayTimeout, 504, "error").await;
    check(FaultKind::TlsHandshake, 525, "525").await;
    check(FaultKind::Unauthorized, 401, "Unauthorized").await;
    check(FaultKind::Forbidden, 403, "Forbidden").await;
    check(FaultKind::NotJson, 200, "<html>").await;
    check(FaultKind::Redirect, 307, "").await;
}

#[tokio::test]
async fn some_faults_are_errors_inside_a_200() {
    check(FaultKind::Credit, 200, r#""error":"Insufficient credits""#).await;
    check(FaultKind::ToolError, 200, "request failed: MCP tool call timed out after 25 seconds").await;
    let (_caller, result) = call_with(FaultKind::OuterFalse).await;
    let body = json_of(result.unwrap()).await;
    assert_eq!(body["success"], false);
    assert!(body["error"].is_string() && body.get("data").is_none());
}

#[tokio::test]
async fn a_429_and_a_307_have_their_headers() {
    let (_caller, result) = call_with(FaultKind::TooManyRequests).await;
    assert_eq!(result.unwrap().headers()["retry-after"], "0");
    let (caller, result) = call_with(FaultKind::Redirect).await;
    let location = result.unwrap().headers()["location"].to_str().unwrap().to_owned();
    assert_ne!(location, "/api/tools/execute");
    let elsewhere = caller.client.post(caller.sandbox.url() + &location).send().await.unwrap();
    assert_eq!(elsewhere.status(), 404);
    let retry_after = Duration::from_secs(3);
    let faults = vec!["429=1".parse().unwrap()];
    let caller = Caller::with(Options { retry_after, faults, ..Options::default() }).await;
    let response = caller.send("listTools", Value::Object(Default::default())).await.unwrap();
    assert_eq!(response.headers()["retry-after"], "3");
}

#[tokio::test]
async fn cut_connections_end_without_an_answer() {
    for kind in [FaultKind::CutBefore, FaultKind::CutAfter] {
        let (_caller, result) = call_with(kind).await;
        let error = result.unwrap_err();
        assert!(error.is_request() && !error.is_timeout(), "{kind}: {error:?}");
    }
}

#[tokio::test]
async fn a_truncated_answer_starts_like_the_complete_one() {
    let (_caller, result) = call_with(FaultKind::Truncate).await;
    let mut response = result.unwrap();
    assert_eq!(response.status(), 200);
    let promised = response.content_length().unwrap();
    let mut got = Vec::new();
    let error = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => got.extend_from_slice(&chunk),
            Ok(None) => panic!("the answer came complete"),
            Err(error) => break error,
        }
    };
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    assert_eq!(got.len() as u64, promised / 2);
    assert!(got.starts_with(br#"{""#));
}

#[tokio::test]
async fn a_slow_answer_is_complete() {
    let started = Instant::now();
    let (_caller, result) = call_with(FaultKind::Slow).await;
    assert_eq!(json_of(result.unwrap()).await["data"]["success"], true);
    assert!(started.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn the_special_profile_slow_is_slow() {
    let caller = Caller::with(Options { slow_for: Duration::from_millis(60), ..Options::default() }).await;
    let started = Instant::now();
    assert_eq!(caller.profile("slow").await["success"], true);
    assert!(started.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn huge_answers_are_valid_and_have_no_content_length() {
    let (_caller, result) = call_with(FaultKind::Huge).await;
    let mut response = result.unwrap();
    assert_eq!(response.content_length(), None);
    let (mut size, mut end) = (0, Vec::new());
    while let Some(chunk) = response.chunk().await.unwrap() {
        size += chunk.len();
        end = chunk.to_vec();
    }
    assert_eq!(size, 32 * 1024 * 1024);
    assert!(end.ends_with(br#""}}}"#));
}

/// The statuses of 60 calls, made twice each in this order.
async fn statuses(order: impl Iterator<Item = u32> + Clone) -> BTreeMap<(u32, u32), u16> {
    let faults = vec![
        Fault { kind: FaultKind::TooManyRequests, rate: 0.3 },
        Fault { kind: FaultKind::InternalError, rate: 0.2 },
    ];
    let caller = Caller::with(Options { seed: 4, faults, ..Options::default() }).await;
    let mut statuses = BTreeMap::new();
    for attempt in 0..2 {
        for at in order.clone() {
            let call = profile(&format!("sandbox-somebody-{at}"));
            let response = caller.send("get_linkedin_person_data", call).await.unwrap();
            statuses.insert((at, attempt), response.status().as_u16());
        }
    }
    statuses
}

#[tokio::test]
async fn faults_do_not_depend_on_the_order_of_arrival() {
    let forwards = statuses(0..60).await;
    assert_eq!(forwards, statuses((0..60).rev()).await);
    let count = |status| forwards.values().filter(|met| **met == status).count();
    assert!(count(429) > 15 && count(500) > 8 && count(200) > 35, "{forwards:?}");
    assert!((0..60).any(|at| forwards[&(at, 0)] != forwards[&(at, 1)]));
}
