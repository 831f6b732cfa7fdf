//! The client against tiny servers that misbehave on the wire.

use std::{
    io::Write,
    net::TcpStream,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use marl_core::{
    Connection, Error, ErrorKind, Secret, SmolStr,
    provider::{Attempt, AttemptEnd, Bought, Failure, Limits, Operation, Operations, ProviderInfo},
};
use serde_json::json;

use crate::{
    Client, HeaderName, KeyPlace, Request,
    testing::{answered, answering, failed, head, serve, take_request},
};

const KEY: &str = "test-key-1234/567890";
const FOUND: &str = r#"{"answer":"x"}"#;

static INFO: ProviderInfo = ProviderInfo {
    name: SmolStr::new_static("vendor"),
    description: SmolStr::new_static("a vendor"),
    key_variable: Some(SmolStr::new_static("VENDOR_KEY")),
    base_variable: SmolStr::new_static("VENDOR_BASE"),
    default_base: SmolStr::new_static("https://vendor.example"),
    operations: Operations::constant(&[], Operation::paid(Duration::from_secs(60))),
    limits: Limits::NONE,
    check: None,
};

fn found(headers: &str) -> String {
    format!("{}{headers}\r\n{FOUND}", head(200, FOUND.len()))
}

fn connection(base_url: String, key: &str) -> Connection {
    Connection { base_url, key: Some(Secret::new(key)), contact: None }
}

fn client(base_url: String) -> Client {
    Client::new("Vendor", &INFO, connection(base_url, KEY))
}

fn read(status: u16, body: String) -> AttemptEnd {
    match status {
        200..=299 => AttemptEnd::Answered(body),
        _ => {
            AttemptEnd::Failed(Failure::refused(Error::new(ErrorKind::Upstream, format!("{status}: {body}"))))
        }
    }
}

#[test]
fn a_vendor_without_a_key_has_no_header_for_one() {
    let keyless = ProviderInfo { key_variable: None, ..INFO.clone() };
    let none = Connection { base_url: String::new(), key: None, contact: None };
    let error = Client::new("Vendor", &keyless, none.clone()).key_header("").unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Internal, "Vendor needs no key, and yet a key was asked for")
    );
    let error = Client::new("Vendor", &INFO, none).key_header("").unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Auth, "VENDOR_KEY is not set"));
}

async fn attempt(client: &Client) -> Attempt {
    client.attempt(Request::post_json("/x", &json!({"q": 1})), read).await
}

#[tokio::test]
async fn a_request_id_is_redacted_before_it_is_shortened() {
    for (name, before, expect) in
        [("X-Request-Id", "", "[key]".to_owned()), ("request-id", &*"x".repeat(95), "x".repeat(95) + "[key]")]
    {
        let base = answering(found(&format!("{name}: {before}{KEY}\r\n")));
        assert_eq!(attempt(&client(base)).await.request_id, Some(expect));
    }
}

#[tokio::test]
async fn an_answer_with_hundreds_of_headers_is_kept() {
    let more: String = (0..500).map(|at| format!("X-Edge-{at}: v\r\n")).collect();
    assert_eq!(answered(attempt(&client(answering(found(&more)))).await), FOUND);
}

#[tokio::test]
async fn a_refusal_is_recognised_although_its_body_hangs_drips_or_floods() {
    let hangs = |mut stream: TcpStream| {
        take_request(&stream);
        let _ = stream.write_all((head(401, 1000) + "\r\nUnauth").as_bytes());
        thread::sleep(Duration::from_secs(30));
    };
    let drips = |mut stream: TcpStream| {
        take_request(&stream);
        let _ = stream.write_all((head(401, 100_000) + "\r\n").as_bytes());
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(10));
        }
    };
    let floods = |mut stream: TcpStream| {
        take_request(&stream);
        let _ = stream.write_all((head(401, usize::MAX / 2) + "\r\n").as_bytes());
        while stream.write_all(&[b'x'; 10_000]).is_ok() {}
    };
    for base in [serve(hangs), serve(drips), serve(floods)] {
        let started = Instant::now();
        let failure = failed(attempt(&client(base)).await);
        assert!(failure.error.message().starts_with("401: "));
        assert!(failure.error.message().len() <= 64 * 1024 + 9);
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_cut_body_of_a_success_leaves_the_call_in_doubt() {
    let base = serve(|mut stream| {
        take_request(&stream);
        let _ = stream.write_all((head(200, 1000) + "\r\n" + FOUND).as_bytes());
    });
    let failure = failed(attempt(&client(base)).await);
    assert_eq!(failure.bought, Bought::Maybe);
    assert!(failure.error.message().contains("Vendor"), "{}", failure.error);
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_compressed_answer_is_bounded_while_it_is_inflated() {
    let compressed = |text: &[u8]| {
        let body = gzip(text);
        [(head(200, body.len()) + "Content-Encoding: gzip\r\n\r\n").into_bytes(), body].concat()
    };
    assert_eq!(answered(attempt(&client(answering(compressed(FOUND.as_bytes())))).await), FOUND);
    let bomb = compressed(&vec![b' '; 100 << 20]);
    assert!(bomb.len() < 200_000);
    let failure = failed(attempt(&client(answering(bomb))).await);
    assert_eq!((failure.bought, failure.error.kind()), (Bought::Yes, ErrorKind::BadReply));
    assert!(failure.error.message().contains("larger than 8 MiB"), "{}", failure.error);
}

#[tokio::test]
async fn advice_in_headers_reaches_the_failure() {
    let refusal = head(429, 2) + "Retry-After: 7\r\nX-Should-Retry: true\r\n\r\nno";
    let failure = failed(attempt(&client(answering(refusal))).await);
    assert_eq!((failure.retry_after, failure.retryable), (Some(Duration::from_secs(7)), true));
}

#[tokio::test]
async fn a_redirect_is_followed_only_on_request_and_only_to_the_same_host() {
    let elsewhere = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&elsewhere);
    let other = serve(move |mut stream| {
        *counted.lock().unwrap() += 1;
        take_request(&stream);
        let _ = stream.write_all(found("").as_bytes());
    });
    let base = serve(move |mut stream| {
        while let Some(request) = take_request(&stream) {
            let to = |place: &str| format!("{}Location: {place}\r\n\r\n", head(302, 0));
            let path = request.split(' ').nth(1).unwrap_or_default();
            let answer = match path {
                "/near" => to("/end"),
                "/far" => to(&format!("{other}/end")),
                "/round" => to("/round"),
                _ => found(""),
            };
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let get = async |client: &Client, path: &str| client.attempt(Request::get(path), read).await;
    let (stays, follows) = (client(base.clone()), client(base).following_same_host());
    assert!(failed(get(&stays, "/near").await).error.message().starts_with("302"));
    assert_eq!(answered(get(&follows, "/near").await), FOUND);
    for path in ["/far", "/round"] {
        assert!(failed(get(&follows, path).await).error.message().starts_with("302"), "{path}");
    }
    assert_eq!(*elsewhere.lock().unwrap(), 0);
}

#[tokio::test]
async fn a_vendor_sees_the_user_agent_and_the_key_in_its_header() {
    let seen = Arc::new(Mutex::new(String::new()));
    let recorded = Arc::clone(&seen);
    let base = serve(move |mut stream| {
        *recorded.lock().unwrap() = take_request(&stream).unwrap_or_default();
        let _ = stream.write_all(found("").as_bytes());
    });
    let contact = Some("ops@acme.example".to_owned());
    let client = Client::new("Vendor", &INFO, Connection { contact, ..connection(base, KEY) });
    let key = client.key_header("Bearer ").unwrap();
    assert!(!format!("{key:?}").contains(KEY));
    let request = Request::post_json("/x?y=1", &json!({"q": 1})).header("authorization", key);
    answered(client.attempt(request, read).await);
    let seen = seen.lock().unwrap().to_lowercase();
    assert!(seen.starts_with("post /x?y=1 http/1.1\r\n"), "{seen}");
    assert!(seen.contains("user-agent: marl/") && seen.contains("ops@acme.example)\r\n"), "{seen}");
    assert!(seen.contains(&format!("authorization: bearer {KEY}\r\n")), "{seen}");
    assert_eq!(seen.matches(KEY).count(), 1);
    assert!(seen.ends_with(r#"{"q":1}"#), "{seen}");
}

#[tokio::test]
async fn the_key_is_at_its_place_and_never_in_the_debug_form() {
    let header = |name| KeyPlace::Header { name: HeaderName::from_static(name), before: "Key ".to_owned() };
    let basic = |before: &str, behind: &str| KeyPlace::Basic { before: before.into(), behind: behind.into() };
    for (place, expect) in [
        (header("x-api-key"), format!("x-api-key: Key {KEY}\r\n")),
        (KeyPlace::Query("api key".to_owned()), "GET /x?y=1&api+key=test-key-1234%2F567890 HTTP".to_owned()),
        (basic("", ":"), "authorization: Basic dGVzdC1rZXktMTIzNC81Njc4OTA6\r\n".to_owned()),
        (basic("me:", ""), "authorization: Basic bWU6dGVzdC1rZXktMTIzNC81Njc4OTA=\r\n".to_owned()),
    ] {
        let seen = Arc::new(Mutex::new(String::new()));
        let recorded = Arc::clone(&seen);
        let base = serve(move |mut stream| {
            *recorded.lock().unwrap() = take_request(&stream).unwrap_or_default();
            let _ = stream.write_all(found("").as_bytes());
        });
        let request = Request::get("/x?y=1").key_at(place.clone());
        assert!(!format!("{request:?}").contains("567890"));
        answered(client(base).attempt(request.clone(), read).await);
        assert!(seen.lock().unwrap().contains(&expect), "{place:?}: {}", seen.lock().unwrap());
        let without = Client::new("Vendor", &INFO, connection("http://127.0.0.1:1".to_owned(), ""));
        let failure = failed(without.attempt(request, read).await);
        assert_eq!((failure.error.kind(), failure.sent, failure.retryable), (ErrorKind::Auth, false, false));
    }
}

#[tokio::test]
async fn an_answer_has_headers_and_makes_several_attempts() {
    let more = format!("X-Request-Id: r1\r\nX-Cost: 2\r\nX-Echo: {KEY}\r\nRetry-After: 7\r\n\r\n");
    let client = client(answering(format!("{}{more}{KEY}", head(429, KEY.len()))));
    let answer = client.answer(Request::get("/x")).await.ok().unwrap();
    assert_eq!((answer.status, &*answer.body), (429, "[key]"));
    let header = |name| answer.header(name);
    assert_eq!(header("x-cost").as_deref(), Some("2"));
    assert_eq!((header("x-echo").as_deref(), header("x-other")), (Some("[key]"), None));
    for _ in 0..2 {
        let attempt = answer.attempt(read(429, "no".to_owned()));
        assert_eq!(attempt.request_id.as_deref(), Some("r1"));
        assert_eq!(failed(attempt).retry_after, Some(Duration::from_secs(7)));
    }
}

/// The server closes each connection after an answer, without announcing it. A request that was just written
/// to such a connection may have been processed, so the call is in doubt. The first such call ends the reuse
/// of connections, so at most the calls in flight at that moment are affected.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_close_without_notice_are_no_longer_reused() {
    const IN_FLIGHT: usize = 5;
    let base = serve(|mut stream| {
        if take_request(&stream).is_some() {
            let _ = stream.write_all(found("").as_bytes());
        }
    });
    let client = Arc::new(client(base));
    let workers: Vec<_> = (0..IN_FLIGHT)
        .map(|_| {
            let client = Arc::clone(&client);
            tokio::spawn(async move {
                let mut doubts = 0;
                for _ in 0..200 {
                    doubts += usize::from(matches!(attempt(&client).await.end, AttemptEnd::Failed(_)));
                }
                doubts
            })
        })
        .collect();
    let mut doubts = 0;
    for worker in workers {
        doubts += worker.await.unwrap();
    }
    assert!(doubts <= IN_FLIGHT, "{doubts} doubts in {} calls", IN_FLIGHT * 200);
}

#[test]
fn a_key_that_cannot_be_a_header_is_refused() {
    let key_header = |key| Client::new("Vendor", &INFO, connection(String::new(), key)).key_header("");
    for key in ["test-key\n1234567890", "test-key\u{1}1234567890", "test\tkey", "test-\u{200b}key", ""] {
        let error = key_header(key).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth, "{key:?}");
        assert!(!error.to_string().contains("1234567890") && error.to_string().contains("VENDOR_KEY"));
    }
    assert!(key_header(KEY).is_ok());
}

#[tokio::test]
async fn nothing_is_sent_to_an_unreachable_vendor() {
    let failure = failed(attempt(&client("http://127.0.0.1:1".to_owned())).await);
    assert_eq!((failure.sent, failure.bought, failure.retryable), (false, Bought::No, true));
    assert!(failure.error.message().contains("Vendor cannot be reached"), "{}", failure.error);
}
