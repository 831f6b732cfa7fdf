//! The vendor `tokens`: prices that the answer states, and idempotency keys.

use sandbox::FaultKind;
use serde_json::{Value, json};

use crate::{Caller, json_of};

impl Caller {
    async fn respond(&self, question: &str, key: Option<&str>) -> reqwest::Result<reqwest::Response> {
        let body = json!({ "model": "m", "input": question }).to_string();
        let request = self.client.post(self.sandbox.base("tokens") + "/responses").body(body);
        let request = self.with_key(request);
        let request = match key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        };
        request.send().await
    }
}

/// The price of an answer in thousandths of a credit.
fn price(answer: &Value) -> u64 {
    let tokens = |name: &str| answer["usage"][name].as_u64().unwrap();
    tokens("input_tokens") + 4 * tokens("output_tokens")
}

#[tokio::test]
async fn the_bill_is_what_the_answers_say() {
    let caller = Caller::new().await;
    let mut sum = 0;
    for question in ["Describe the company at 3m.com.", "Why?", "Why?"] {
        let answer = json_of(caller.respond(question, None).await.unwrap()).await;
        assert_eq!(answer["status"], "completed");
        sum += price(&answer);
    }
    let stats = caller.stats_of("tokens");
    assert_eq!((stats.calls, stats.billed, stats.billed_duplicates), (3, 3, 1));
    assert_eq!(stats.credit_thousandths, sum);
}

#[tokio::test]
async fn a_key_gives_the_same_answer_and_one_bill() {
    let caller = Caller::new().await;
    let mut answers = Vec::new();
    for key in [Some("a"), Some("a"), Some("b"), None, Some("a")] {
        answers.push(json_of(caller.respond("Why?", key).await.unwrap()).await);
    }
    assert!(answers[0] == answers[1] && answers[0] == answers[4]);
    assert!(answers[0]["id"] != answers[2]["id"] && answers[2]["id"] != answers[3]["id"]);
    let stats = caller.stats_of("tokens");
    assert_eq!((stats.calls, stats.billed, stats.billed_duplicates, stats.distinct), (5, 3, 2, 1));
    assert_eq!(stats.credit_thousandths, price(&answers[0]) + price(&answers[2]) + price(&answers[3]));
}

#[tokio::test]
async fn a_key_of_another_request_is_refused() {
    let caller = Caller::new().await;
    assert_eq!(caller.respond("Why?", Some("a")).await.unwrap().status(), 200);
    assert_eq!(caller.respond("How?", Some("a")).await.unwrap().status(), 409);
    let stats = caller.stats_of("tokens");
    assert_eq!((stats.calls, stats.billed, stats.refused), (2, 1, 1));
}

#[tokio::test]
async fn a_call_that_was_cut_after_its_work_is_not_billed_again_under_its_key() {
    let caller = Caller::with_fault(FaultKind::CutAfter).await;
    for _ in 0..3 {
        caller.respond("Why?", Some("a")).await.unwrap_err();
    }
    assert_eq!(caller.stats_of("tokens").billed, 1);
    caller.respond("Why?", None).await.unwrap_err();
    assert_eq!(caller.stats_of("tokens").billed, 2);
}

#[tokio::test]
async fn a_key_is_not_used_up_by_a_fault_before_the_work() {
    let caller = Caller::new().await;
    assert_eq!(caller.respond("flaky", Some("a")).await.unwrap().status(), 500);
    assert_eq!(caller.respond("flaky", Some("a")).await.unwrap().status(), 200);
    assert_eq!(caller.stats_of("tokens").billed, 1);
}

#[tokio::test]
async fn the_end_of_credit_is_a_429_with_its_own_code() {
    for (kind, code) in
        [(FaultKind::Credit, "insufficient_quota"), (FaultKind::TooManyRequests, "rate_limit_exceeded")]
    {
        let response = Caller::with_fault(kind).await.respond("Why?", None).await.unwrap();
        assert_eq!(response.status(), 429);
        assert_eq!(json_of(response).await["error"]["code"], code);
    }
}

#[tokio::test]
async fn invalid_requests_are_refused() {
    let caller = Caller::new().await;
    for body in
        [json!([]), json!({ "input": "a" }), json!({ "model": "m" }), json!({ "model": "m", "input": 1 })]
    {
        let response = caller.post_to("tokens", "/responses", &body).await.unwrap();
        assert_eq!(response.status(), 400, "{body}");
        assert_eq!(json_of(response).await["error"]["type"], "invalid_request_error");
    }
    assert_eq!(caller.stats_of("tokens").refused, 4);
}
