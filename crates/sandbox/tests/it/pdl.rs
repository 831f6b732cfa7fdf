//! People Data Labs: look-ups by GET and in bulk, and what they cost.

use std::collections::BTreeSet;

use reqwest::Response;
use sandbox::{FaultKind, Options, sample};
use serde_json::{Value, json};

use crate::{Caller, json_of};

/// A bulk request for these e-mail addresses, with their places as metadata.
fn bulk(emails: &[String]) -> Value {
    let item =
        |(at, email): (usize, &String)| json!({ "metadata": { "row": at }, "params": { "email": email } });
    json!({ "requests": emails.iter().enumerate().map(item).collect::<Vec<_>>() })
}

/// The credits that a response says it cost.
fn spent(response: &Response) -> u64 {
    response.headers()["x-call-credits-spent"].to_str().unwrap().parse().unwrap()
}

fn emails(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("person-{at}@x.example")).collect()
}

/// The status of each item, by its place in the request.
async fn statuses_in_bulk(caller: &Caller, emails: &[String]) -> Vec<u64> {
    let response = caller.post_to("pdl", "/person/bulk", &bulk(emails)).await.unwrap();
    assert_eq!(response.status(), 200);
    let answers = json_of(response).await;
    let status = |at: usize| {
        let mut items = answers.as_array().unwrap().iter();
        items.find(|item| item["metadata"]["row"] == at).unwrap()["status"].as_u64().unwrap()
    };
    (0..emails.len()).map(status).collect()
}

#[tokio::test]
async fn a_found_person_costs_a_credit_and_a_miss_nothing() {
    let caller = Caller::new().await;
    let found = caller.get_from("pdl", "/person/enrich?email=sandbox-jane%40x.example").await.unwrap();
    assert_eq!((found.status().as_u16(), spent(&found)), (200, 1));
    let person = json_of(found).await;
    assert_eq!((&person["status"], &person["likelihood"]), (&json!(200), &json!(10)));
    assert_eq!((&person["data"]["full_name"], &person["matched"]), (&json!("jane"), &json!(["email"])));
    let nothing = caller.get_from("pdl", "/person/enrich?email=not-found%40x.example").await.unwrap();
    assert_eq!((nothing.status().as_u16(), spent(&nothing)), (404, 0));
    let message = json_of(nothing).await["error"]["message"].clone();
    assert_eq!(message, "No records were found matching your request");
    let stats = caller.stats_of("pdl");
    assert_eq!((stats.requests, stats.calls, stats.billed, stats.credit_thousandths), (2, 2, 1, 1_000));
    assert_eq!((stats.distinct, stats.refused, stats.polls), (2, 0, 0));
    assert_eq!(caller.stats_of("datagen").requests, 0);
}

#[tokio::test]
async fn a_company_is_flat_and_comes_from_the_sample() {
    let caller = Caller::new().await;
    let (mut found, mut missed) = (0, 0);
    for company in sample::companies().iter().take(60) {
        let path = format!("/company/enrich?website={}&titlecase=true", company.domain);
        let response = caller.get_from("pdl", &path).await.unwrap();
        if response.status() == 404 {
            missed += 1;
            continue;
        }
        found += 1;
        let record = json_of(response).await;
        assert_eq!((&record["name"], &record["website"]), (&json!(company.name), &json!(company.domain)));
        assert_eq!(record["employee_count"], json!(company.employee_count));
        assert!(record["note"].as_str().unwrap().contains("CC BY-SA 4.0"));
    }
    assert!(found > 25 && missed > 8, "{found} and {missed}");
    assert_eq!(caller.sandbox.stats().billed, found);
}

#[tokio::test]
async fn bulk_items_are_billed_if_found_and_come_in_any_order() {
    let caller = Caller::new().await;
    let emails = emails(60);
    let response = caller.post_to("pdl", "/person/bulk", &bulk(&emails)).await.unwrap();
    let spent = spent(&response);
    let answers = json_of(response).await;
    let rows: Vec<u64> =
        answers.as_array().unwrap().iter().map(|item| item["metadata"]["row"].as_u64().unwrap()).collect();
    assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), 60);
    assert!(!rows.is_sorted(), "{rows:?}");
    let found = answers.as_array().unwrap().iter().filter(|item| item["status"] == 200);
    assert_eq!(found.count() as u64, spent);
    assert!((30..50).contains(&spent), "{spent}");
    let stats = caller.stats_of("pdl");
    assert_eq!((stats.requests, stats.calls, stats.distinct), (1, 60, 60));
    assert_eq!((stats.billed, stats.credit_thousandths), (spent, spent * 1_000));
}

#[tokio::test]
async fn a_look_up_is_the_same_call_alone_and_in_bulk() {
    let caller = Caller::new().await;
    let emails = emails(12);
    let in_bulk = statuses_in_bulk(&caller, &emails).await;
    for (email, expect) in emails.iter().zip(&in_bulk) {
        let path = format!("/person/enrich?email={}", email.replace('@', "%40"));
        let response = caller.get_from("pdl", &path).await.unwrap();
        assert_eq!(u64::from(response.status().as_u16()), *expect, "{email}");
    }
    let stats = caller.stats_of("pdl");
    assert_eq!((stats.calls, stats.distinct, stats.billed), (24, 12, 2 * stats.billed_duplicates));
}

#[tokio::test]
async fn the_seed_decides_what_is_found_and_in_which_order() {
    let mut answers = Vec::new();
    for seed in [5, 5, 6] {
        let caller = Caller::with(Options { seed, ..Options::default() }).await;
        let response = caller.post_to("pdl", "/person/bulk", &bulk(&emails(30))).await.unwrap();
        answers.push(json_of(response).await);
    }
    assert_eq!(answers[0], answers[1]);
    let rows = |answer: &Value| -> Vec<(Value, Value)> {
        let items = answer.as_array().unwrap().iter();
        items.map(|item| (item["metadata"]["row"].clone(), item["status"].clone())).collect()
    };
    let (mut one, mut other) = (rows(&answers[0]), rows(&answers[2]));
    assert_ne!(one, other);
    for rows in [&mut one, &mut other] {
        rows.sort_by_key(|(row, _)| row.as_u64());
    }
    assert_ne!(one, other, "not only the order differs");
}

#[tokio::test]
async fn special_words_force_the_ends_of_items() {
    let caller = Caller::new().await;
    let words = ["sandbox-jane", "not-found", "restricted", "missing"];
    let emails = words.map(|word| format!("{word}@x.example"));
    let mut request = bulk(&emails);
    request["requests"].as_array_mut().unwrap().push(json!({ "params": { "name": "Jane Doe" } }));
    let answers = json_of(caller.post_to("pdl", "/person/bulk", &request).await.unwrap()).await;
    let items = answers.as_array().unwrap();
    let of = |row: usize| items.iter().find(|item| item["metadata"]["row"] == row);
    assert_eq!(of(0).unwrap()["status"], 200);
    assert_eq!(of(1).unwrap()["status"], 404);
    assert!(of(2).unwrap()["data"]["work_email"].is_boolean());
    assert!(of(3).is_none());
    let nameless = items.iter().find(|item| item.get("metadata").is_none()).unwrap();
    assert_eq!(nameless["status"], 400);
    assert_eq!((items.len(), caller.sandbox.stats().billed), (4, 2));
}

#[tokio::test]
async fn invalid_requests_are_refused() {
    let caller = Caller::new().await;
    for body in [json!([]), json!({ "requests": [] }), json!({ "requests": [{}] }), bulk(&emails(101))] {
        let response = caller.post_to("pdl", "/person/bulk", &body).await.unwrap();
        assert_eq!(response.status(), 400, "{body}");
        assert_eq!(json_of(response).await["error"]["type"], "invalid_request");
    }
    assert_eq!(caller.get_from("pdl", "/person/enrich?name=Jane").await.unwrap().status(), 400);
    assert_eq!(caller.get_from("pdl", "/company/enrich").await.unwrap().status(), 400);
    let stats = caller.stats_of("pdl");
    assert_eq!((stats.calls, stats.refused, stats.billed), (6, 6, 0));
}

#[tokio::test]
async fn the_key_may_stand_in_the_query() {
    let caller = Caller::with(Options { key: Some("right".to_owned()), ..Options::default() }).await;
    for (key, status) in [("right", 200), ("wrong", 401)] {
        let path = format!("/pdl/person/enrich?api_key={key}&email=sandbox-a%40x.example");
        let response = caller.client.get(caller.sandbox.url() + &path).send().await.unwrap();
        assert_eq!(response.status(), status);
    }
}

#[tokio::test]
async fn a_fault_meets_a_bulk_request_as_a_whole() {
    let emails = emails(20);
    let found = {
        let caller = Caller::new().await;
        let statuses = statuses_in_bulk(&caller, &emails).await;
        statuses.iter().filter(|status| **status == 200).count() as u64
    };
    for kind in FaultKind::ALL {
        let caller = Caller::with_fault(kind).await;
        let response = caller.post_to("pdl", "/person/bulk", &bulk(&emails)).await;
        let stats = caller.stats_of("pdl");
        if matches!(kind, FaultKind::ToolError | FaultKind::OuterFalse) {
            assert_eq!((response.unwrap().status().as_u16(), stats.billed), (200, found), "it has no {kind}");
            continue;
        }
        assert_eq!(stats.calls, 20, "{kind}");
        assert_eq!(stats.billed, if kind.bills() { found } else { 0 }, "{kind}");
        assert_eq!(caller.sandbox.stats().faults.values().sum::<u64>(), 1, "{kind}");
        if kind == FaultKind::Credit {
            assert_eq!(response.unwrap().status(), 402);
            assert_eq!(stats.refused, 20);
        }
    }
}

#[tokio::test]
async fn the_fault_of_a_bulk_request_depends_on_the_set_of_its_items() {
    let faults = vec!["429=0.5".parse().unwrap()];
    let caller = || Caller::with(Options { faults: faults.clone(), seed: 3, ..Options::default() });
    let (one, other) = (caller().await, caller().await);
    let mut statuses = BTreeSet::new();
    for at in 0..12 {
        let mut emails: Vec<String> = (0..5).map(|item| format!("person-{at}-{item}@x.example")).collect();
        let status = one.post_to("pdl", "/person/bulk", &bulk(&emails)).await.unwrap().status();
        emails.reverse();
        assert_eq!(other.post_to("pdl", "/person/bulk", &bulk(&emails)).await.unwrap().status(), status);
        statuses.insert(status);
    }
    assert_eq!(statuses.len(), 2);
}
