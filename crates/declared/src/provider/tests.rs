//! The provider against small servers.

use std::{
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use marl_core::Secret;
use serde_json::{Value as Json, json};
use wire::testing::{answer, answered, answering, failed, head, serve, take_request};

use super::{requests::ID, *};
use crate::testing::{KINDS, kinds};

const KEY: &str = "test-key-1234/567890";

fn provider(base_url: &str, key: Option<&str>) -> DeclaredProvider {
    let connection = Connection { base_url: base_url.to_owned(), key: key.map(Secret::new), contact: None };
    DeclaredProvider::new(kinds().vendor, connection)
}

fn call(operation: &str, parameters: Json) -> Call {
    Call { provider: "acme".into(), operation: operation.into(), parameters }
}

/// A server that gives these answers in turn, and the requests that it saw.
fn answering_in_turn(answers: Vec<String>) -> (String, Arc<Mutex<Vec<String>>>) {
    let (seen, answers) = (Arc::new(Mutex::new(Vec::new())), Mutex::new(answers.into_iter()));
    let recorded = Arc::clone(&seen);
    let base = serve(move |mut stream| {
        while let Some(request) = take_request(&stream) {
            recorded.lock().unwrap().push(request);
            let answer =
                answers.lock().unwrap().next().unwrap_or_else(|| wire::testing::answer(500, "no more"));
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (base, seen)
}

fn with_headers(status: u16, headers: &str, body: &str) -> String {
    format!("{}{headers}\r\n{body}", head(status, body.len()))
}

fn alone() -> Call {
    call(
        "alone",
        json!({"method": "POST", "path": "/people/1.json", "query": {"full": "true"}, "body": {"id": "1"}}),
    )
}

#[tokio::test]
async fn a_call_is_sent_as_it_is_written_with_key_headers_and_idempotency_key() {
    let (base, seen) = answering_in_turn(vec![answer(200, r#"{"person": {"name": "x"}, "cost": 2}"#)]);
    let provider = provider(&base, Some(KEY));
    provider.ready().unwrap();
    let call = alone();
    let outgoing = Outgoing { call: &call, key: "abc", idempotency_key: Some("once-7") };
    let attempt = provider.send(&outgoing).await;
    assert_eq!(attempt.cost, Some(2.0));
    let stored = answered(attempt);
    assert_eq!(
        provider.read(&call, &stored).unwrap(),
        Reply::found(json!({"person": {"name": "x"}, "cost": 2}))
    );
    let seen = seen.lock().unwrap();
    assert!(seen[0].starts_with("POST /people/1.json?full=true HTTP/1.1\r\n"), "{}", seen[0]);
    let request = seen[0].to_lowercase();
    for header in ["x-api-key: test-key-1234/567890", "accept: application/json", "idempotency-key: once-7"] {
        assert!(request.contains(&format!("{header}\r\n")), "{header}: {request}");
    }
    assert!(request.contains("content-type: application/json\r\n") && request.ends_with(r#"{"id":"1"}"#));
    assert_eq!(request.matches("567890").count(), 1);
}

#[tokio::test]
async fn an_answer_is_read_again_without_the_vendor() {
    let provider = provider("http://127.0.0.1:1", Some(KEY));
    let read = |body: &str| provider.read(&alone(), body);
    assert_eq!(read("HTTP 404\nno").unwrap(), Reply::NoData);
    assert_eq!(read(r#"{"person": null}"#).unwrap(), Reply::NoData);
    for body in ["HTTP 500\nno", "no", "HTTP 404", "", r#"{"person": 1, "state": "broke"}"#] {
        assert_eq!(read(body).unwrap_err().kind(), ErrorKind::BadReply, "{body}");
    }
    let echoed = format!(r#"{{"person": "{KEY}"}}"#);
    assert_eq!(read(&echoed).unwrap(), Reply::found(json!({"person": "[key]"})));
    let part = |body: &str| provider.read(&call("together", json!({})), body).unwrap();
    assert_eq!(part(r#"{"status": 404}"#), Reply::NoData);
    assert_eq!(part(r#"{"status": 200, "name": "x"}"#), Reply::found(json!({"status": 200, "name": "x"})));
    assert_eq!(part("null"), Reply::NoData);
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_sent() {
    let unreachable = provider("http://127.0.0.1:1", Some(KEY));
    for (call, kind) in [
        (call("nonsense", json!({})), ErrorKind::ToolNotFound),
        (call("alone", json!({"path": "/a"})), ErrorKind::InvalidInput),
        (call("alone", json!({"method": "GET", "path": "@evil.host/"})), ErrorKind::InvalidInput),
        (call("together", json!([])), ErrorKind::InvalidInput),
        (call("alone", json!({})), ErrorKind::InvalidInput),
    ] {
        let failure = failed(unreachable.send(&Outgoing::unrecorded(&call)).await);
        assert_eq!((failure.error.kind(), failure.sent, failure.retryable), (kind, false, false), "{call:?}");
        let many = unreachable.send_many(&[Outgoing::unrecorded(&call), Outgoing::unrecorded(&call)]).await;
        assert_eq!(many.len(), 2);
    }
    for key in [None, Some(""), Some("test\n12345678")] {
        let provider = provider("http://127.0.0.1:1", key);
        assert_eq!(provider.ready().unwrap_err().kind(), ErrorKind::Auth);
        let failure = failed(provider.send(&Outgoing::unrecorded(&alone())).await);
        assert_eq!((failure.error.kind(), failure.sent, failure.retryable), (ErrorKind::Auth, false, false));
    }
}

#[tokio::test]
async fn the_test_of_the_connection_needs_no_parameters() {
    let (base, seen) = answering_in_turn(vec![answer(200, "{}")]);
    answered(provider(&base, Some(KEY)).send(&Outgoing::unrecorded(&call("ping", json!({})))).await);
    assert!(seen.lock().unwrap()[0].starts_with("GET /ping HTTP"));
}

#[tokio::test]
async fn a_keyless_vendor_is_always_ready() {
    let text = KINDS.replace("key = { header = \"X-Api-Key\", env = \"ACME_API_KEY\" }", "");
    let vendor = crate::read("acme.toml", &text).unwrap().vendor;
    let (base, seen) = answering_in_turn(vec![answer(200, "{}")]);
    let provider = DeclaredProvider::new(vendor, Connection { base_url: base, key: None, contact: None });
    provider.ready().unwrap();
    answered(provider.send(&Outgoing::unrecorded(&call("ping", json!({})))).await);
    assert!(!seen.lock().unwrap()[0].to_lowercase().contains("x-api-key"));
}

#[tokio::test]
async fn a_vendor_says_how_long_to_wait_in_a_header_of_its_own() {
    for (headers, expect) in [
        ("", 20_000),
        ("X-Reset-After: 250\r\n", 250),
        ("X-Reset-After: soon\r\n", 20_000),
        ("X-Reset-After: -1\r\n", 20_000),
        ("X-Reset-After: 250\r\nRetry-After: 3\r\n", 3_000),
        ("X-Reset-After: 1e300\r\n", 86_400_000),
    ] {
        let base = answering(with_headers(429, headers, "no"));
        let failure = failed(provider(&base, Some(KEY)).send(&Outgoing::unrecorded(&alone())).await);
        assert_eq!(failure.retry_after, Some(Duration::from_millis(expect)), "{headers}");
    }
    let base = answering(with_headers(503, "X-Reset-After: 250\r\n", "no"));
    let failure = failed(provider(&base, Some(KEY)).send(&Outgoing::unrecorded(&alone())).await);
    assert_eq!(failure.retry_after, None);
}

/// Calls of one operation, with their keys.
fn several(operation: &str) -> [(Call, String); 3] {
    ["a", "b", "c"].map(|id| (call(operation, json!({ "id": id })), id.repeat(64)))
}

fn outgoing(calls: &[(Call, String)]) -> Vec<Outgoing<'_>> {
    calls.iter().map(|(call, key)| Outgoing { call, key, idempotency_key: None }).collect()
}

/// The ends of attempts, in short.
fn ends(attempts: &[Attempt]) -> Vec<String> {
    let end = |attempt: &Attempt| match &attempt.end {
        AttemptEnd::Answered(text) => text.clone(),
        AttemptEnd::Pending { handle } => format!("pending {handle}"),
        AttemptEnd::GivenUp(error) => format!("given up {}", error.kind()),
        AttemptEnd::Failed(failure) => {
            let retry = if failure.retryable { "retryable" } else { "final" };
            format!("{} {:?} {retry}", failure.error.kind(), failure.bought)
        }
    };
    attempts.iter().map(end).collect()
}

#[tokio::test]
async fn calls_share_a_request_and_each_has_its_own_part() {
    let id = |letter: &str| letter.repeat(ID);
    let found = format!(r#"{{"meta": {{"call": "{}"}}, "status": 200, "name": "B"}}"#, id("b"));
    let nothing = format!(r#"{{"meta": {{"call": "{}"}}, "status": 404}}"#, id("a"));
    let refused = format!(r#"{{"meta": {{"call": "{}"}}, "status": 400, "message": "bad"}}"#, id("c"));
    let body = format!(r#"{{"out": {{"list": [{found}, {refused}, {nothing}]}}}}"#);
    let (base, seen) =
        answering_in_turn(vec![with_headers(200, "X-Spent: 2\r\nX-Request-Id: r1\r\n", &body)]);
    let provider = provider(&base, Some(KEY));
    let calls = several("together");
    let attempts = provider.send_many(&outgoing(&calls)).await;
    assert_eq!(ends(&attempts), [nothing, found, "invalid_input No final".to_owned()]);
    assert_eq!(
        attempts.iter().map(|attempt| attempt.cost).collect::<Vec<_>>(),
        [Some(0.0), Some(2.0), Some(0.0)]
    );
    assert!(attempts.iter().all(|attempt| attempt.request_id.as_deref() == Some("r1")));
    let request = seen.lock().unwrap()[0].clone();
    let sent: Json = serde_json::from_str(request.rsplit("\r\n").next().unwrap()).unwrap();
    assert_eq!(sent["data"][1], json!({"id": "b", "meta": {"call": id("b")}}));
}

#[tokio::test]
async fn an_answer_that_leaves_a_part_unclear_is_bought_and_useless_for_all() {
    let id = |letter: &str| letter.repeat(ID);
    let item = |id: &str| format!(r#"{{"meta": {{"call": "{id}"}}, "status": 200, "name": "x"}}"#);
    for items in [
        vec![item(&id("a")), item(&id("a"))],
        vec![item(&id("a")), item("stranger")],
        vec![r#"{"status": 200}"#.to_owned()],
    ] {
        let body = format!(r#"{{"out": {{"list": [{}]}}}}"#, items.join(","));
        let base = answering(answer(200, &body));
        let calls = several("together");
        let attempts = provider(&base, Some(KEY)).send_many(&outgoing(&calls)).await;
        assert_eq!(ends(&attempts), ["bad_reply Yes final"; 3], "{body}");
        let AttemptEnd::Failed(failure) = &attempts[0].end else { panic!() };
        assert_eq!(failure.body.as_deref(), Some(&*body));
    }
    // An item that is missing concerns its call alone.
    let base = answering(answer(200, &format!(r#"{{"out": {{"list": [{}]}}}}"#, item(&id("b")))));
    let calls = several("together");
    let attempts = provider(&base, Some(KEY)).send_many(&outgoing(&calls)).await;
    assert_eq!(ends(&attempts), ["bad_reply Yes final", &item(&id("b")), "bad_reply Yes final"]);
}

#[tokio::test]
async fn a_failed_request_is_the_end_of_each_call_in_it() {
    for (base, expect) in [
        (answering(answer(402, "no")), "quota_exhausted No retryable"),
        (answering(answer(504, "no")), "timeout Maybe retryable"),
        (answering(answer(200, "<html>")), "bad_reply Yes final"),
        ("http://127.0.0.1:1".to_owned(), "network No retryable"),
    ] {
        let calls = several("together");
        let attempts = provider(&base, Some(KEY)).send_many(&outgoing(&calls)).await;
        assert_eq!(ends(&attempts), [expect; 3]);
    }
    let base = serve(|mut stream| {
        take_request(&stream);
        let _ = stream.write_all((head(200, 1_000) + "\r\n{").as_bytes());
    });
    let calls = several("together");
    let attempts = provider(&base, Some(KEY)).send_many(&outgoing(&calls)).await;
    assert_eq!(ends(&attempts), ["network Maybe retryable"; 3]);
}

#[tokio::test]
async fn a_handle_is_polled_until_the_answer_is_there() {
    let later = call("later", json!({"method": "POST", "path": "/later", "body": {"id": "1"}}));
    let (base, seen) = answering_in_turn(vec![
        answer(200, r#"{"job": 17}"#),
        answer(400, "wait"),
        answer(504, "lost"),
        answer(200, "<html>"),
        answer(200, r#"{"name": "x"}"#),
        answer(200, r#"{"state": "gone"}"#),
        answer(404, "unknown job"),
    ]);
    let provider = provider(&base, Some(KEY));
    let outgoing = [Outgoing::unrecorded(&later)];
    assert_eq!(ends(&[provider.send(&outgoing[0]).await]), ["pending 17"]);
    let mut polled = Vec::new();
    for _ in 0..6 {
        polled.extend(ends(&provider.poll(&outgoing, "17").await));
    }
    assert_eq!(
        polled,
        [
            "pending 17",
            "timeout No retryable",
            "upstream No retryable",
            r#"{"name": "x"}"#,
            "given up upstream",
            // A status without a rule may be about the request alone.
            "upstream No retryable",
        ]
    );
    let seen = seen.lock().unwrap().clone();
    assert!(seen[1].starts_with("GET /later/17 HTTP") && seen[1].contains("accept: application/json"));
    let without = answering(answer(200, r#"{"other": 1}"#));
    let attempt = self::provider(&without, Some(KEY)).send(&Outgoing::unrecorded(&later)).await;
    assert_eq!(ends(&[attempt]), ["bad_reply Yes final"]);
}

#[tokio::test]
async fn a_poll_that_breaks_leaves_the_call_pending() {
    let base = serve(|mut stream| {
        take_request(&stream);
        let _ = stream.write_all((head(200, 1_000) + "\r\n{").as_bytes());
    });
    let later = call("later", json!({"method": "POST", "path": "/later"}));
    let attempts = provider(&base, Some(KEY)).poll(&[Outgoing::unrecorded(&later)], "17").await;
    assert_eq!(ends(&attempts), ["network No retryable"]);
    assert!(!failed(attempts.into_iter().next().unwrap()).error.may_be_billed());
}

#[tokio::test]
async fn the_same_request_asks_again() {
    let again = call("again", json!({"method": "GET", "path": "/again", "query": {"id": "1"}}));
    let (base, seen) = answering_in_turn(vec![answer(202, ""), answer(202, ""), answer(200, "{}")]);
    let provider = provider(&base, Some(KEY));
    let outgoing = [Outgoing { call: &again, key: &"f".repeat(64), idempotency_key: None }];
    let pending = format!("pending {}", "f".repeat(ID));
    assert_eq!(ends(&[provider.send(&outgoing[0]).await]), [pending.as_str()]);
    assert_eq!(ends(&provider.poll(&outgoing, &"f".repeat(ID)).await), [pending.as_str()]);
    assert_eq!(ends(&provider.poll(&outgoing, &"f".repeat(ID)).await), ["{}"]);
    assert!(seen.lock().unwrap().iter().all(|request| request.starts_with("GET /again?id=1 HTTP")));
}

#[tokio::test]
async fn calls_of_one_job_are_told_apart_by_a_poll() {
    let id = |letter: &str| letter.repeat(ID);
    let (a, b) =
        (format!(r#"{{"call": "{}", "name": "A"}}"#, id("a")), format!(r#"{{"call": "{}"}}"#, id("b")));
    let done = format!(r#"{{"cost": 3, "list": [{b}, {a}]}}"#);
    let (base, _) = answering_in_turn(vec![
        answer(200, r#"{"job": "j"}"#),
        answer(200, r#"{"state": "running"}"#),
        answer(200, &done),
    ]);
    let provider = provider(&base, Some(KEY));
    let calls = several("both");
    let outgoing = outgoing(&calls);
    assert_eq!(ends(&provider.send_many(&outgoing).await), ["pending j"; 3]);
    assert_eq!(ends(&provider.poll(&outgoing, "j").await), ["pending j"; 3]);
    let attempts = provider.poll(&outgoing, "j").await;
    assert_eq!(ends(&attempts), [&*a, &*b, "null"]);
    assert_eq!(
        attempts.iter().map(|attempt| attempt.cost).collect::<Vec<_>>(),
        [Some(3.0), Some(0.0), Some(0.0)]
    );
    // Each part is read by itself.
    assert_eq!(provider.read(&calls[0].0, &a).unwrap().data().unwrap()["name"], "A");
    assert_eq!(provider.read(&calls[1].0, &b).unwrap(), Reply::NoData);
}

#[tokio::test]
async fn a_call_without_a_key_in_the_ledger_is_told_apart_by_its_parameters() {
    let one = call("together", json!({"id": "x", "b": {"d": 1, "c": 2}}));
    let same = call("together", json!({"b": {"c": 2, "d": 1}, "id": "x"}));
    let other = call("together", json!({"id": "y"}));
    let id = |call| requests::id(&Outgoing::unrecorded(call));
    assert_eq!((id(&one).len(), id(&one)), (ID, id(&same)));
    assert_ne!(id(&one), id(&other));
}
