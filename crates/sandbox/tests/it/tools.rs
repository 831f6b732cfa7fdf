//! The answers of the tools.

use sandbox::{Options, sample};
use serde_json::{Value, json};

use crate::{Caller, json_of, profile};

const ASK: &str = r#"Research the company at 3m.com. Reply with one JSON object with the keys "ceo_name"
    and "employee_count"."#;

#[tokio::test]
async fn research_and_profile_agree_about_a_ceo() {
    let caller = Caller::new().await;
    let company = sample::company("3m.com").unwrap();
    let url = company.ceo_linkedin_url().unwrap();
    let data = caller.data("get_linkedin_person_data", json!({ "linkedin_url": url })).await;
    assert_eq!(data["result"]["person"]["linkedInUrl"], url);
    assert!(data["result"]["person"]["headline"].as_str().unwrap().ends_with(" at 3M"));
    let research = caller.data("chatgpt_webresearch", json!({ "query": ASK })).await;
    assert!(research["result"]["answer"].as_str().unwrap().contains("William M. Brown"));
    assert_eq!(research["result"]["sources"][0]["url"], "https://3m.com/");
    assert!(research["result"]["note"].as_str().unwrap().contains("CC BY-SA 4.0"));
}

#[tokio::test]
async fn a_missing_profile_is_an_inner_error() {
    let caller = Caller::new().await;
    assert_eq!(caller.profile("not-found").await["error"], "Resource not found");
    let company = json!({ "linkedin_url": "https://www.linkedin.com/company/3m" });
    let data = caller.data("get_linkedin_person_data", company).await;
    assert_eq!(
        (data["success"].as_bool(), data["error"].as_str()),
        (Some(false), Some("Invalid LinkedIn profile URL"))
    );
}

#[tokio::test]
async fn the_special_profile_flaky_fails_once() {
    let caller = Caller::new().await;
    let first = caller.send("get_linkedin_person_data", profile("flaky")).await.unwrap();
    assert_eq!(first.status(), 500);
    assert_eq!(caller.profile("flaky").await["success"], true);
    assert_eq!(caller.sandbox.stats().billed, 1);
}

#[tokio::test]
async fn connected_tools_wrap_their_results_in_both_ways() {
    let caller = Caller::new().await;
    let (mut arrays, mut contents) = (0, 0);
    for at in 0..12 {
        let slug = format!("sandbox-somebody-{at}");
        let plain = caller.profile(&slug).await["result"].clone();
        let data = caller.data("mcp_Sandbox_get_linkedin_person_data", profile(&slug)).await;
        let wrapped = &data["result"];
        if let Some(text) = wrapped["content"][0]["text"].as_str() {
            contents += 1;
            assert_eq!(serde_json::from_str::<Value>(text).unwrap(), plain);
        } else {
            arrays += 1;
            assert_eq!(*wrapped, json!([plain]));
        }
    }
    assert!(arrays > 0 && contents > 0);
}

#[tokio::test]
async fn discovery_lists_searches_and_details() {
    let caller = Caller::new().await;
    let all = caller.data("listTools", json!({})).await;
    assert_eq!(all["result"].as_array().unwrap().len(), 7);
    let found = caller.data("searchTools", json!({ "query": "research" })).await;
    assert_eq!(found["result"], json!(["chatgpt_webresearch", "mcp_Sandbox_chatgpt_webresearch"]));
    let details = caller.data("getToolDetails", json!({ "tool_name": "chatgpt_webresearch" })).await;
    assert_eq!(details["result"]["inputSchema"]["required"], json!(["query"]));
    let unknown = caller.data("getToolDetails", json!({ "tool_name": "nope" })).await;
    assert_eq!(unknown["error"], "Tool 'nope' not found");
    assert_eq!(caller.sandbox.stats().billed, 0);
}

#[tokio::test]
async fn an_unknown_tool_is_an_inner_error() {
    let caller = Caller::new().await;
    let data = caller.data("x", json!({})).await;
    assert_eq!(data, json!({ "success": false, "error": "Tool 'x' not found" }));
}

#[tokio::test]
async fn invalid_requests_are_refused() {
    let caller = Caller::new().await;
    let wrong = [
        ("not json", 400),
        ("[]", 422),
        (r#"{"parameters":{}}"#, 422),
        (r#"{"tool_alias_name":7}"#, 422),
        (r#"{"tool_alias_name":"listTools","parameters":[]}"#, 422),
        (r#"{"tool_alias_name":"chatgpt_webresearch","parameters":{}}"#, 422),
        (r#"{"tool_alias_name":"chatgpt_webresearch","parameters":{"query":5}}"#, 422),
        (r#"{"tool_alias_name":"chatgpt_webresearch","parameters":{"query":" "}}"#, 422),
    ];
    for (body, status) in wrong {
        let response = caller.post(body, "key").await.unwrap();
        assert_eq!(response.status(), status, "{body}");
        assert!(json_of(response).await["error"].is_string(), "{body}");
    }
    assert_eq!(caller.sandbox.stats().refused, wrong.len() as u64);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes() {
    let (one, same) = (Caller::new().await, Caller::new().await);
    let other = Caller::with(Options { seed: 1, ..Options::default() }).await;
    let mut differ = 0;
    for company in sample::companies().iter().step_by(60) {
        let query = format!(r#"About {}: "ceo_name", "employee_count", "tech_stack""#, company.domain);
        let mut answers = Vec::new();
        for caller in [&one, &same, &one, &other] {
            let response = caller.send("mcp_Sandbox_chatgpt_webresearch", json!({ "query": query })).await;
            answers.push(response.unwrap().bytes().await.unwrap());
        }
        assert!(answers[0] == answers[1] && answers[0] == answers[2], "{query}");
        differ += usize::from(answers[0] != answers[3]);
    }
    assert!(differ > 10, "{differ}");
}
