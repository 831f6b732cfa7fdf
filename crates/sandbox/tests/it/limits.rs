//! Limits of requests in a window of time.

use std::io::ErrorKind;
use std::time::Duration;

use sandbox::{Limit, Options, Sandbox};
use serde_json::json;

use crate::{Caller, json_of, profile};

fn limit(vendor: &str, requests: u64) -> Limit {
    Limit { vendor: vendor.to_owned(), requests, window: Duration::from_secs(3_600) }
}

#[tokio::test]
async fn requests_above_the_limit_are_refused_and_free() {
    let caller = Caller::with(Options { limits: vec![limit("pdl", 3)], ..Options::default() }).await;
    for at in 0..5 {
        let path = format!("/person/enrich?email=sandbox-{at}%40x.example");
        let response = caller.get_from("pdl", &path).await.unwrap();
        assert_eq!(response.status(), if at < 3 { 200 } else { 429 }, "{at}");
        if at >= 3 {
            let seconds: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((3_000..=3_600).contains(&seconds), "{seconds}");
            assert_eq!(json_of(response).await["error"]["type"], "rate_limit_error");
        }
    }
    let stats = caller.stats_of("pdl");
    assert_eq!((stats.requests, stats.limited, stats.calls, stats.refused), (5, 2, 5, 2));
    assert_eq!((stats.billed, stats.distinct), (3, 3));
    assert_eq!(caller.profile("sandbox-a").await["success"], true, "each vendor has its own limit");
}

#[tokio::test]
async fn a_bulk_request_counts_once_against_the_limit() {
    let caller = Caller::with(Options { limits: vec![limit("pdl", 1)], ..Options::default() }).await;
    let item = |at| json!({ "params": { "email": format!("sandbox-{at}@x.example") } });
    let body = json!({ "requests": (0..10).map(item).collect::<Vec<_>>() });
    for status in [200, 429] {
        assert_eq!(caller.post_to("pdl", "/person/bulk", &body).await.unwrap().status(), status);
    }
    let stats = caller.stats_of("pdl");
    assert_eq!((stats.calls, stats.refused, stats.billed, stats.limited), (20, 10, 10, 1));
}

#[tokio::test]
async fn polls_count_against_the_limit_and_are_no_refused_calls() {
    let options =
        Options { limits: vec![limit("fullenrich", 2)], pending_for: Duration::ZERO, ..Options::default() };
    let caller = Caller::with(options).await;
    let body = json!({ "data": [{ "linkedin_url": "https://www.linkedin.com/in/sandbox-a" }] });
    let begun = caller.post_to("fullenrich", "/contact/enrich/bulk", &body).await.unwrap();
    let id = json_of(begun).await["enrichment_id"].as_str().unwrap().to_owned();
    for status in [200, 429] {
        let path = format!("/contact/enrich/bulk/{id}");
        assert_eq!(caller.get_from("fullenrich", &path).await.unwrap().status(), status);
    }
    let stats = caller.stats_of("fullenrich");
    assert_eq!((stats.requests, stats.polls, stats.limited), (3, 2, 1));
    assert_eq!((stats.calls, stats.refused, stats.billed), (1, 0, 1));
}

#[tokio::test]
async fn a_request_above_the_limit_does_not_change_later_faults() {
    let statuses = async |limits: Vec<Limit>| {
        let faults = vec!["500=0.5".parse().unwrap()];
        let caller = Caller::with(Options { limits, faults, ..Options::default() }).await;
        let mut statuses = Vec::new();
        while statuses.len() < 6 {
            let response = caller.send("get_linkedin_person_data", profile("sandbox-a")).await.unwrap();
            if response.status() != 429 {
                statuses.push(response.status().as_u16());
            }
        }
        (statuses, caller.stats_of("datagen").limited)
    };
    let (free, _) = statuses(Vec::new()).await;
    let short = Limit { window: Duration::from_millis(20), ..limit("datagen", 1) };
    let (limited, refusals) = statuses(vec![short]).await;
    assert!(refusals > 0 && free.contains(&500) && free.contains(&200), "{refusals}, {free:?}");
    assert_eq!(free, limited);
}

#[tokio::test]
async fn a_limit_must_name_a_vendor_and_a_window() {
    let empty = Limit { window: Duration::ZERO, ..limit("pdl", 1) };
    for (wrong, expect) in
        [(limit("nobody", 1), "the vendors are datagen, pdl, fullenrich, tokens"), (empty, "no time")]
    {
        let started = Sandbox::start(Options { limits: vec![wrong], ..Options::default() }).await;
        let error = started.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(expect), "{error}");
    }
}
