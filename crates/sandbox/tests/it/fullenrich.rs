//! FullEnrich: jobs, the polls that look at them, and when they are billed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use reqwest::{Response, StatusCode};
use sandbox::{Fault, FaultKind, Options, VendorStats};
use serde_json::{Value, json};

use crate::{Caller, json_of};

const PATH: &str = "/contact/enrich/bulk";

/// A request for the contacts with these slugs, with the slugs as their `custom` part.
fn request(slugs: &[String]) -> Value {
    let contact = |slug: &String| json!({ "linkedin_url": format!("https://www.linkedin.com/in/{slug}"), "custom": { "row": slug } });
    json!({ "name": "test", "data": slugs.iter().map(contact).collect::<Vec<_>>() })
}

fn slugs(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("person-{at}")).collect()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

impl Caller {
    /// A sandbox whose jobs end at once.
    async fn prompt(faults: Vec<Fault>) -> Self {
        Self::with(Options { pending_for: Duration::ZERO, faults, ..Options::default() }).await
    }

    /// Begins a job, and returns its identifier.
    async fn begin(&self, slugs: &[String]) -> String {
        let response = self.post_to("fullenrich", PATH, &request(slugs)).await.unwrap();
        assert_eq!(response.status(), 200);
        json_of(response).await["enrichment_id"].as_str().unwrap().to_owned()
    }

    async fn poll(&self, id: &str) -> reqwest::Result<Response> {
        self.get_from("fullenrich", &format!("{PATH}/{id}")).await
    }

    fn fullenrich(&self) -> VendorStats {
        self.stats_of("fullenrich")
    }
}

#[tokio::test]
async fn a_finished_job_bills_each_found_contact_once() {
    let caller = Caller::prompt(Vec::new()).await;
    let id = caller.begin(&slugs(60)).await;
    let first = json_of(caller.poll(&id).await.unwrap()).await;
    assert_eq!((&first["id"], &first["status"]), (&json!(id), &json!("FINISHED")));
    let data = first["data"].as_array().unwrap();
    let rows: Vec<&str> = data.iter().map(|item| item["custom"]["row"].as_str().unwrap()).collect();
    assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), 60);
    assert_ne!(rows, slugs(60));
    let email = |item: &&Value| item["contact_info"]["most_probable_work_email"]["email"].is_string();
    let found = data.iter().filter(email).count() as u64;
    assert!((30..50).contains(&found), "{found}");
    assert_eq!(first["cost"]["credits"], found);
    assert_eq!(json_of(caller.poll(&id).await.unwrap()).await, first, "the second look is free and the same");
    let stats = caller.fullenrich();
    assert_eq!((stats.requests, stats.polls, stats.calls, stats.distinct), (3, 2, 60, 60));
    assert_eq!((stats.billed, stats.billed_duplicates, stats.credit_thousandths), (found, 0, found * 1_000));
}

#[tokio::test]
async fn a_running_job_says_so_in_both_ways_and_costs_nothing_yet() {
    let caller = Caller::with(Options { pending_for: Duration::from_secs(60), ..Options::default() }).await;
    let id = caller.begin(&slugs(3)).await;
    let mut statuses = BTreeSet::new();
    for _ in 0..20 {
        let response = caller.poll(&id).await.unwrap();
        statuses.insert(response.status().as_u16());
        let in_progress = response.status() == 200;
        let body = json_of(response).await;
        assert_eq!(body["status"] == "IN_PROGRESS", in_progress, "{body}");
    }
    assert_eq!(statuses, BTreeSet::from([200, 400]));
    let stats = caller.fullenrich();
    assert_eq!((stats.polls, stats.calls, stats.billed, stats.refused), (20, 3, 0, 0));
}

#[tokio::test]
async fn a_job_takes_as_long_as_the_option_says_and_the_word_slow_makes_it_longer() {
    let pending_for = Duration::from_millis(40);
    let options = Options { pending_for, slow_for: Duration::from_millis(80), ..Options::default() };
    let caller = Caller::with(options).await;
    for (slug, least) in [("sandbox-a", 40), ("slow", 120)] {
        let started = Instant::now();
        let id = caller.begin(&words(&[slug])).await;
        while json_of(caller.poll(&id).await.unwrap()).await["status"] != "FINISHED" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(started.elapsed() >= Duration::from_millis(least), "{slug}");
    }
}

#[tokio::test]
async fn a_job_is_billed_at_its_end_whether_or_not_anybody_looks() {
    let caller = Caller::with_fault(FaultKind::CutAfter).await;
    caller.post_to("fullenrich", PATH, &request(&words(&["sandbox-a", "sandbox-b"]))).await.unwrap_err();
    assert_eq!(caller.fullenrich().calls, 2);
    while caller.fullenrich().billed < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!((caller.fullenrich().polls, caller.sandbox.stats().billed), (0, 2));
}

#[tokio::test]
async fn a_contact_in_two_jobs_is_billed_twice() {
    let caller = Caller::prompt(Vec::new()).await;
    let jobs = [&["sandbox-a", "sandbox-b"][..], &["sandbox-b"], &["sandbox-a", "sandbox-b"]];
    let mut ids = BTreeSet::new();
    for job in jobs {
        ids.insert(caller.begin(&words(job)).await);
    }
    assert_eq!(ids.len(), 3, "an equal request begins another job");
    let stats = caller.fullenrich();
    assert_eq!((stats.billed, stats.billed_duplicates, stats.distinct), (5, 3, 2));
}

#[tokio::test]
async fn special_words_force_the_ends_of_jobs_and_items() {
    let caller = Caller::prompt(Vec::new()).await;
    let id = caller.begin(&words(&["sandbox-a", "missing", "not-found"])).await;
    let body = json_of(caller.poll(&id).await.unwrap()).await;
    let rows = body["data"].as_array().unwrap().iter().map(|item| item["custom"]["row"].as_str().unwrap());
    assert_eq!(rows.collect::<BTreeSet<_>>(), BTreeSet::from(["not-found", "sandbox-a"]));
    assert_eq!((&body["cost"]["credits"], caller.fullenrich().billed), (&json!(1), 1));
    for (word, status, name) in [("fails", 200, "FAILED"), ("no-credit", 402, "CREDITS_INSUFFICIENT")] {
        let id = caller.begin(&words(&["sandbox-a", word])).await;
        let response = caller.poll(&id).await.unwrap();
        assert_eq!(response.status(), status, "{word}");
        let body = json_of(response).await;
        assert_eq!((&body["status"], &body["cost"]["credits"]), (&json!(name), &json!(0)));
    }
    assert_eq!(caller.fullenrich().billed, 1);
}

#[tokio::test]
async fn an_unknown_job_and_invalid_requests_are_refused() {
    let caller = Caller::new().await;
    assert_eq!(caller.poll("nobody").await.unwrap().status(), 404);
    let of_an_earlier_life = caller.poll("01234567-89ab-cdef-0123-456789abcdef").await.unwrap();
    assert_eq!(json_of(of_an_earlier_life).await["status"], "FAILED");
    for body in [json!({ "data": [] }), json!({ "data": [{ "first_name": "a" }] }), request(&slugs(101))] {
        let response = caller.post_to("fullenrich", PATH, &body).await.unwrap();
        assert_eq!(response.status(), 400, "{body}");
    }
    let stats = caller.fullenrich();
    assert_eq!((stats.polls, stats.calls, stats.refused), (2, 3, 3));
}

#[tokio::test]
async fn a_key_is_required_for_polls_too() {
    let caller = Caller::prompt(Vec::new()).await;
    let id = caller.begin(&slugs(1)).await;
    let url = format!("{}{PATH}/{id}", caller.sandbox.base("fullenrich"));
    let response = caller.client.get(url).header("X-Api-Key", "key").send().await.unwrap();
    assert_eq!(response.status(), 401);
    let stats = caller.fullenrich();
    assert_eq!((stats.polls, stats.calls, stats.refused), (1, 1, 0), "a poll is no call");
}

#[tokio::test]
async fn polls_meet_faults_and_never_bill() {
    let at_every_other: Vec<Fault> =
        ["429=0.15", "500=0.15", "cut-after=0.2"].iter().map(|fault| fault.parse().unwrap()).collect();
    let caller = Caller::prompt(at_every_other.clone()).await;
    let mut jobs = Vec::new();
    for at in 0..20 {
        let body = request(&[format!("sandbox-{at}")]);
        if let Ok(response) = caller.post_to("fullenrich", PATH, &body).await
            && response.status() == StatusCode::OK
        {
            jobs.push(json_of(response).await["enrichment_id"].as_str().unwrap().to_owned());
        }
    }
    assert!((5..16).contains(&jobs.len()), "{}", jobs.len());
    let before = caller.sandbox.stats();
    assert!(before.billed > jobs.len() as u64, "a cut answer leaves a job");
    let mut seen = BTreeSet::new();
    for id in &jobs {
        for _ in 0..6 {
            seen.insert(caller.poll(id).await.map_or(0, |response| response.status().as_u16()));
        }
    }
    assert_eq!(seen, BTreeSet::from([0, 200, 429, 500]));
    let after = caller.sandbox.stats();
    assert_eq!((after.billed, after.calls, after.refused), (before.billed, before.calls, before.refused));
    assert!(after.faults["429"] > before.faults["429"]);
    assert_eq!(after.vendors["fullenrich"].polls, 6 * jobs.len() as u64);
}
