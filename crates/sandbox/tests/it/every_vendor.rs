//! What holds for every vendor: each fault, its status and its cost.

use std::time::Duration;

use reqwest::Response;
use sandbox::{Fault, FaultKind, Options, examples};
use serde_json::json;

use crate::Caller;

/// A sandbox without delays in which every arrival meets these faults.
async fn prompt(faults: &[FaultKind]) -> Caller {
    let faults = faults.iter().map(|kind| Fault { kind: *kind, rate: 1.0 }).collect();
    let options = Options {
        faults,
        pending_for: Duration::ZERO,
        slow_for: Duration::ZERO,
        retry_after: Duration::from_secs(7),
        ..Options::default()
    };
    Caller::with(options).await
}

/// Asks a vendor for one thing that it finds.
async fn find(caller: &Caller, vendor: &str) -> reqwest::Result<Response> {
    let profile = "https://www.linkedin.com/in/sandbox-somebody";
    match vendor {
        "datagen" => caller.send("get_linkedin_person_data", json!({ "linkedin_url": profile })).await,
        "pdl" => caller.get_from(vendor, &format!("/person/enrich?profile={profile}")).await,
        "fullenrich" => {
            let body = json!({ "data": [{ "linkedin_url": profile }] });
            caller.post_to(vendor, "/contact/enrich/bulk", &body).await
        }
        "tokens" => caller.post_to(vendor, "/responses", &json!({ "model": "m", "input": "Why?" })).await,
        _ => panic!("this test does not know {vendor}"),
    }
}

/// The status of the response to a fault that every vendor has; 0 when the connection ends without one.
fn status(kind: FaultKind) -> u16 {
    match kind.name() {
        "cut-before" | "cut-after" => 0,
        "redirect" => 307,
        "truncate" | "slow" | "not-json" | "huge" => 200,
        number => number.parse().unwrap(),
    }
}

#[tokio::test]
async fn a_found_call_is_billed_once() {
    for vendor in examples() {
        let (name, caller) = (vendor.vendor, prompt(&[]).await);
        assert_eq!(find(&caller, name).await.unwrap().status(), 200, "{name}");
        let stats = caller.sandbox.stats();
        assert_eq!((stats.calls, stats.billed, stats.refused), (1, 1, 0), "{name}");
        let of_vendor = &stats.vendors[name];
        assert_eq!((of_vendor.requests, of_vendor.calls, of_vendor.billed), (1, 1, 1), "{name}");
        assert_eq!((of_vendor.distinct, of_vendor.most_in_flight), (1, 1), "{name}");
        assert!(of_vendor.credit_thousandths > 0, "{name}");
        let others = stats.vendors.iter().filter(|(other, _)| **other != name);
        assert!(others.map(|(_, stats)| stats.requests).all(|requests| requests == 0), "{name}");
    }
}

#[tokio::test]
async fn every_fault_has_its_status_and_cost() {
    for vendor in examples() {
        for kind in vendor.faults {
            let (name, caller) = (vendor.vendor, prompt(&[kind]).await);
            let what = format!("{name} meets {kind}");
            let response = find(&caller, name).await;
            let own = matches!(kind, FaultKind::Credit | FaultKind::ToolError | FaultKind::OuterFalse);
            let met = response.as_ref().map_or(0, |response| response.status().as_u16());
            assert!(own || met == status(kind), "{what}: {met}");
            if kind == FaultKind::TooManyRequests {
                assert_eq!(response.unwrap().headers()["retry-after"], "7", "{what}");
            }
            let stats = caller.stats_of(name);
            assert_eq!((stats.calls, stats.billed), (1, u64::from(kind.bills())), "{what}");
            let refused = matches!(kind.name(), "429" | "401" | "403" | "credit");
            assert_eq!(stats.refused, u64::from(refused), "{what}");
        }
    }
}

#[tokio::test]
async fn every_vendor_needs_a_key() {
    for vendor in examples() {
        let caller = Caller::with(Options { key: Some("right".to_owned()), ..Options::default() }).await;
        assert_eq!(find(&caller, vendor.vendor).await.unwrap().status(), 401, "{}", vendor.vendor);
        let stats = caller.stats_of(vendor.vendor);
        assert_eq!((stats.calls, stats.refused, stats.billed), (1, 1, 0), "{}", vendor.vendor);
    }
}
