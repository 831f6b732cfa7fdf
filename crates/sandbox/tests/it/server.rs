//! The server itself: keys, routes, limits, start and stop.

use std::io::ErrorKind;
use std::time::Duration;

use sandbox::{Fault, FaultKind, Options, Sandbox};

use crate::{Caller, client, json_of, profile};

const LIST: &str = r#"{"tool_alias_name":"listTools","parameters":{}}"#;

#[tokio::test]
async fn a_key_is_required() {
    let any = Caller::new().await;
    let url = any.sandbox.url() + "/api/tools/execute";
    let without = any.client.post(url).body(LIST).send().await.unwrap();
    assert_eq!(without.status(), 401);
    assert_eq!(without.text().await.unwrap(), "Unauthorized");
    assert_eq!(any.post(LIST, "").await.unwrap().status(), 401);
    assert_eq!(any.post(LIST, "x").await.unwrap().status(), 200);
    let one = Caller::with(Options { key: Some("right".to_owned()), ..Options::default() }).await;
    assert_eq!(one.post(LIST, "wrong").await.unwrap().status(), 401);
    assert_eq!(one.post(LIST, "right").await.unwrap().status(), 200);
    assert_eq!((one.sandbox.stats().refused, one.sandbox.stats().calls), (1, 2));
}

#[tokio::test]
async fn datagen_is_mounted_at_its_name_and_at_the_root() {
    let caller = Caller::new().await;
    for base in [caller.sandbox.base("datagen"), caller.sandbox.url()] {
        let request = caller.client.post(base + "/api/tools/execute").header("X-API-Key", "x").body(LIST);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    assert_eq!(caller.sandbox.stats().distinct, 1, "both requests are the same call");
}

#[tokio::test]
async fn other_routes_do_not_exist() {
    let caller = Caller::new().await;
    for path in ["/", "/api/tools/execute", "/datagen", "/nobody/api/tools/execute", "/stats/x"] {
        let response = caller.client.get(caller.sandbox.url() + path).send().await.unwrap();
        assert_eq!(response.status(), 404, "{path}");
        let error = json_of(response).await["error"].as_str().unwrap().to_owned();
        assert!(error.contains("no route") && error.contains("POST /datagen/api/tools/execute"), "{error}");
    }
    assert_eq!(caller.sandbox.stats().calls, 0);
}

#[tokio::test]
async fn requests_are_bounded() {
    let caller = Caller::new().await;
    for size in [1024 * 1024 + 1, 4 * 1024 * 1024] {
        let response = caller.post(" ".repeat(size), "key").await.unwrap();
        assert_eq!(response.status(), 413, "{size}");
    }
    let response = caller.post(" ".repeat(1024 * 1024), "key").await.unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(caller.sandbox.stats().refused, 3);
}

#[tokio::test]
async fn a_taken_port_is_an_error() {
    let first = Sandbox::start(Options::default()).await.unwrap();
    assert!(first.address().ip().is_loopback());
    let second = Sandbox::start(Options { port: first.address().port(), ..Options::default() }).await;
    assert_eq!(second.err().unwrap().kind(), ErrorKind::AddrInUse);
}

#[tokio::test]
async fn impossible_rates_are_an_error() {
    let half = Fault { kind: FaultKind::Slow, rate: 0.6 };
    let started = Sandbox::start(Options { faults: vec![half, half], ..Options::default() }).await;
    let error = started.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("more than 1"), "{error}");
}

#[tokio::test]
async fn stopping_frees_the_port_and_ends_connections() {
    let Caller { sandbox, client } =
        Caller::with(Options { latency: Duration::from_secs(60), ..Options::default() }).await;
    let (address, url) = (sandbox.address(), sandbox.url() + "/api/tools/execute");
    let body = serde_json::json!({
        "tool_alias_name": "get_linkedin_person_data",
        "parameters": profile("sandbox-a"),
    });
    let open = client.post(url).header("X-API-Key", "key").body(body.to_string());
    let open = tokio::spawn(open.send());
    while sandbox.stats().in_flight == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    sandbox.stop().await;
    assert!(open.await.unwrap().is_err());
    let again = Sandbox::start(Options { port: address.port(), ..Options::default() }).await.unwrap();
    assert_eq!(again.stats().calls, 0);
}

#[tokio::test]
async fn dropping_the_sandbox_stops_it() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let url = sandbox.url() + "/stats";
    let client = client();
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
    drop(sandbox);
    for _ in 0..100 {
        if client.get(&url).send().await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the sandbox still answers");
}
