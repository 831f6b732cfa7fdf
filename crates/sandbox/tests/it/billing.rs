//! The statistics of calls.

use std::time::{Duration, Instant};

use sandbox::Options;
use serde_json::{Value, json};

use crate::{Caller, json_of, profile};

#[tokio::test]
async fn the_same_call_twice_is_a_billed_duplicate() {
    let caller = Caller::new().await;
    for slug in ["sandbox-a", "sandbox-b", "sandbox-a"] {
        caller.profile(slug).await;
    }
    caller.data("chatgpt_webresearch", json!({ "query": "a" })).await;
    // The same query to another tool is another call.
    caller.data("mcp_Sandbox_chatgpt_webresearch", json!({ "query": "a" })).await;
    let stats = caller.sandbox.stats();
    assert_eq!((stats.calls, stats.billed, stats.billed_duplicates, stats.distinct), (5, 5, 1, 4));
}

#[tokio::test]
async fn the_order_of_parameters_does_not_make_a_new_call() {
    let caller = Caller::new().await;
    for parameters in [r#"{"query":"a","x":1}"#, r#"{"x":1,"query":"a"}"#] {
        let body = format!(r#"{{"tool_alias_name":"chatgpt_webresearch","parameters":{parameters}}}"#);
        caller.post(body, "key").await.unwrap();
    }
    let stats = caller.sandbox.stats();
    assert_eq!((stats.billed, stats.billed_duplicates, stats.distinct), (2, 1, 1));
}

#[tokio::test]
async fn misses_and_refusals_cost_nothing() {
    let caller = Caller::new().await;
    caller.profile("not-found").await;
    caller.data("x", json!({})).await;
    caller.post("rubbish", "key").await.unwrap();
    caller.post("{}", "").await.unwrap();
    let stats = caller.sandbox.stats();
    assert_eq!((stats.calls, stats.billed, stats.refused, stats.distinct), (4, 0, 3, 1));
}

#[tokio::test]
async fn calls_in_flight_are_counted() {
    let caller = Caller::with(Options { latency: Duration::from_millis(120), ..Options::default() }).await;
    let started = Instant::now();
    let calls = tokio::join!(
        caller.profile("sandbox-a"),
        caller.profile("sandbox-b"),
        caller.profile("sandbox-c"),
        async {
            tokio::time::sleep(Duration::from_millis(60)).await;
            // A call is billed before its work is done.
            let stats = caller.sandbox.stats();
            assert_eq!((stats.in_flight, stats.billed), (3, 3));
        }
    );
    assert_eq!(calls.0["success"], true);
    assert!(started.elapsed() >= Duration::from_millis(120));
    let stats = caller.sandbox.stats();
    assert_eq!((stats.in_flight, stats.most_in_flight), (0, 3));
}

#[tokio::test]
async fn the_call_of_a_disconnected_client_is_billed_and_ends() {
    let caller = Caller::with(Options { latency: Duration::from_secs(60), ..Options::default() }).await;
    let call = caller.send("get_linkedin_person_data", profile("sandbox-a"));
    assert!(tokio::time::timeout(Duration::from_millis(100), call).await.is_err());
    for _ in 0..100 {
        if caller.sandbox.stats().in_flight == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let stats = caller.sandbox.stats();
    assert_eq!((stats.in_flight, stats.billed), (0, 1));
}

#[tokio::test]
async fn statistics_are_served() {
    let caller = Caller::new().await;
    caller.profile("sandbox-a").await;
    let response = caller.client.get(caller.sandbox.url() + "/stats").send().await.unwrap();
    let served: Value = json_of(response).await;
    assert_eq!(served, serde_json::to_value(caller.sandbox.stats()).unwrap());
    assert_eq!((&served["billed"], &served["faults"]), (&json!(1), &json!({})));
}
