//! The classification of answers, as tables.

use marl_core::provider::Bought;
use serde_json::json;

use super::*;

const TOOL: &str = "get_linkedin_person_data";

/// The kind, sent, bought, retryable and reach of a failed attempt.
type Failed = (&'static str, bool, Bought, bool, Reach);

fn failed_at(operation: &str, status: u16, body: &str) -> Failed {
    match answer(operation, status, body.to_owned()) {
        AttemptEnd::Failed(f) => (f.error.kind().name(), f.sent, f.bought, f.retryable, f.reach),
        AttemptEnd::Answered(body) => panic!("answered: {body}"),
        AttemptEnd::Pending { handle } => panic!("pending: {handle}"),
        AttemptEnd::GivenUp(error) => panic!("given up: {error}"),
    }
}

fn failed(status: u16, body: &str) -> Failed {
    failed_at(TOOL, status, body)
}

fn inner(error: &str) -> String {
    json!({"success": true, "data": {"success": false, "error": error}}).to_string()
}

fn result(text: &str) -> String {
    format!(r#"{{"success":true,"data":{{"success":true,"result":{text}}}}}"#)
}

const ROW: Failed = ("upstream", true, Bought::No, false, Reach::Call);
const PASSES: Failed = ("upstream", true, Bought::No, true, Reach::Call);
const TOOL_GONE: Failed = ("tool_not_found", true, Bought::No, false, Reach::Operation);
const SOME_TOOL_GONE: Failed = ("tool_not_found", true, Bought::No, false, Reach::Call);
const NO_CREDIT: Failed = ("quota_exhausted", true, Bought::No, true, Reach::ProviderIfRepeated);
const NO_SERVER: Failed = ("auth", true, Bought::No, false, Reach::Operation);
const SLOWER: Failed = ("rate_limited", true, Bought::No, true, Reach::Call);
const LATE: Failed = ("timeout", true, Bought::Maybe, true, Reach::Call);
const WRONG: Failed = ("invalid_input", true, Bought::No, false, Reach::Call);

#[test]
fn statuses_are_classified() {
    use Bought::No;
    use Reach::{Call, Operation, Provider};
    let table = [
        (400, WRONG),
        (401, ("auth", true, No, false, Provider)),
        (402, NO_CREDIT),
        (403, ("auth", true, No, false, Operation)),
        (404, ("upstream", true, No, false, Call)),
        (422, WRONG),
        (429, SLOWER),
        (500, PASSES),
        (501, PASSES),
        (503, PASSES),
        (499, LATE),
        (502, LATE),
        (504, LATE),
        (520, LATE),
        (598, LATE),
        (599, LATE),
        // Cloudflare received the request, so it was sent; DataGen did not, so it was not bought.
        (521, ("network", true, No, true, Call)),
        (522, ("network", true, No, true, Call)),
        (523, ("network", true, No, true, Call)),
        (524, LATE),
        (525, ("network", true, No, true, Call)),
        (526, ("network", true, No, true, Call)),
        (307, ("upstream", true, No, false, Call)),
    ];
    for (status, expect) in table {
        assert_eq!(failed(status, "Unauthorized"), expect, "{status}");
    }
}

#[test]
fn a_404_stops_the_operation_only_when_it_names_the_tool() {
    let row = ("upstream", true, Bought::No, false, Reach::Call);
    let table = [
        ("", row),
        ("<html>404</html>", row),
        (r#"{"detail":"Not Found"}"#, row),
        (r#"{"error":"Tool 'get_linkedin_person_data' not found"}"#, TOOL_GONE),
        (r#"{"detail":{"message":"unknown tool get_linkedin_person_data"}}"#, TOOL_GONE),
        ("Tool get_linkedin_person_data does not exist", TOOL_GONE),
        ("Tool not found", SOME_TOOL_GONE),
    ];
    for (body, expect) in table {
        assert_eq!(failed(404, body), expect, "{body}");
    }
}

#[test]
fn failures_inside_a_success_are_classified() {
    let unusable = ("bad_reply", true, Bought::Yes, false, Reach::Call);
    let table = [
        ("{\"success\":false,\"error\":\"oops\"}", PASSES),
        ("{\"success\":false,\"error\":{\"message\":\"Insufficient credits\"}}", NO_CREDIT),
        ("<html>", unusable),
        ("{\"success\":true}", unusable),
        ("{\"success\":true,\"data\":{\"success\":true}}", unusable),
        ("", unusable),
    ];
    for (body, expect) in table {
        assert_eq!(failed(200, body), expect, "{body}");
    }
}

#[test]
fn an_error_about_one_row_stays_in_its_row() {
    for said in [
        "Credit Suisse AG: page could not be loaded",
        "Accreditation page missing",
        "creditors.com: no credit information",
        "column \"credit_limit\" does not exist",
        "https://insufficient-credits.com could not be loaded",
        "https://toolmakers.com does not exist",
        "column tool_id does not exist",
        "API tool get_linkedin_person_data request failed: page not found",
        "get_linkedin_person_data: the page does not exist",
        "fetch https://d3.com failed: 401 unauthorized",
        "HTTP 401 Unauthorized from https://d3.com",
        "MCP server fetch https://d3.com: 401 unauthorized",
        "the web server of d3.com is not connected",
        "profile is not connected to you",
        "toomanyrequests.com is for sale",
    ] {
        assert_eq!(failed(200, &inner(said)), ROW, "{said}");
    }
}

#[test]
fn an_error_about_the_account_or_the_tool_reaches_further() {
    let table = [
        ("Tool 'get_linkedin_person_data' not found", TOOL_GONE),
        ("Unknown tool: get_linkedin_person_data", TOOL_GONE),
        ("the tool `get_linkedin_person_data` does not exist.", TOOL_GONE),
        ("Tool not found: get_linkedin_person_data", TOOL_GONE),
        ("Tool not found", SOME_TOOL_GONE),
        ("Unknown tool: another_tool", SOME_TOOL_GONE),
        ("Insufficient credits", NO_CREDIT),
        ("API tool x request failed: You are out of credits. Please top up.", NO_CREDIT),
        ("not enough credit to run this tool", NO_CREDIT),
        ("No credits remaining", NO_CREDIT),
        ("your credit limit has been reached", NO_CREDIT),
        ("credit limit exceeded", NO_CREDIT),
        ("HTTP 402: {\"error\":\"insufficient_credits\"}", NO_CREDIT),
        ("Quota exceeded.", NO_CREDIT),
        ("Insufficient balance", NO_CREDIT),
        ("Rate limit exceeded", SLOWER),
        ("rate-limited, slow down", SLOWER),
        ("Too Many Requests", SLOWER),
        ("Request failed with status code 429", SLOWER),
        ("MCP tool call 'query-run' timed out after 25 seconds", LATE),
        ("Unauthorized", NO_SERVER),
        ("Unauthorized.", NO_SERVER),
        ("MCP server 'Gmail' is not connected", NO_SERVER),
        ("Server Gmail not authenticated", NO_SERVER),
        ("MCP server Gmail returned 401 Unauthorized", NO_SERVER),
        ("Invalid parameters: linkedin_url", WRONG),
        ("missing required field linkedin_url", WRONG),
    ];
    for (said, expect) in table {
        assert_eq!(failed(200, &inner(said)), expect, "{said}");
    }
}

#[test]
fn a_tool_of_a_connected_server_is_recognised_by_its_own_name() {
    let operation = "mcp_Posthog_query_run";
    let said = inner("API tool mcp_Posthog_query_run request failed: Tool query-run not found");
    assert_eq!(failed_at(operation, 200, &said), TOOL_GONE);
    let said = inner("API tool mcp_Posthog_query_run request failed: tool run not found");
    assert_eq!(failed_at(operation, 200, &said), ROW);
}

#[test]
fn a_miss_is_stored_and_read_as_no_data() {
    let body = inner("Resource not found");
    assert!(matches!(answer("tool", 200, body.clone()), AttemptEnd::Answered(_)));
    assert_eq!(read("tool", &body).unwrap(), Reply::NoData);
    assert_eq!(read("tool", &result("null")).unwrap(), Reply::NoData);
    let without = r#"{"success":true,"data":{"success":true}}"#;
    assert_eq!(read("tool", without).unwrap_err().kind(), ErrorKind::BadReply);
}

#[test]
fn a_result_marked_as_an_error_is_classified_by_its_text() {
    let body = |said: &str| {
        let content = json!([{"type": "text", "text": said}]);
        result(&json!({"content": content, "isError": true}).to_string())
    };
    for (said, expect) in [
        ("Too many requests, slow down", SLOWER),
        ("Insufficient credits", NO_CREDIT),
        ("the upstream call timed out", LATE),
        ("Invalid parameters: url", WRONG),
        ("Tool 'get_linkedin_person_data' not found", TOOL_GONE),
        ("something else broke", ROW),
    ] {
        assert_eq!(failed(200, &body(said)), expect, "{said}");
    }
    let miss = body("Resource not found");
    assert!(matches!(answer("tool", 200, miss.clone()), AttemptEnd::Answered(_)));
    assert_eq!(read("tool", &miss).unwrap(), Reply::NoData);
    // An earlier version stored such a result as an answer.
    assert_eq!(read("tool", &body("Too many requests")).unwrap_err().kind(), ErrorKind::RateLimited);
    let fine = result(r#"{"content":[{"type":"text","text":"{\"a\":1}"}],"isError":false}"#);
    assert_eq!(read("tool", &fine).unwrap(), Reply::found(json!({"a": 1})));
}

#[test]
fn a_stored_result_is_unwrapped() {
    assert_eq!(read("tool", &result(r#"[{"answer":"x"}]"#)).unwrap(), Reply::found(json!({"answer": "x"})));
    assert_eq!(read("tool", "<html>").unwrap_err().kind(), ErrorKind::BadReply);
    let deep = result(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)));
    assert_eq!(read("tool", &deep).unwrap_err().kind(), ErrorKind::BadReply);
}

#[test]
fn an_invalid_value_is_replaced_and_the_reply_is_kept() {
    let body = result(r#"{"a":"x\ud800y","n":1e400,"b":"-1e400 \"","ok":"\ud83d\ude00"}"#);
    let expect = Reply::found(json!({"a": "x\u{fffd}y", "n": null, "b": "-1e400 \"", "ok": "😀"}));
    assert_eq!(read("tool", &body).unwrap(), expect);
    // The ledger stores the provider's unmodified text.
    assert!(matches!(answer("tool", 200, body.clone()), AttemptEnd::Answered(stored) if stored == body));
    let nested = result(r#"{"content":[{"type":"text","text":"{\"a\":\"\\udc00\",\"n\":-1e999}"}]}"#);
    assert_eq!(read("tool", &nested).unwrap(), Reply::found(json!({"a": "\u{fffd}", "n": null})));
    let refused = r#"{"success":true,"data":{"success":false,"error":"\ud800 insufficient credits"}}"#;
    assert_eq!(failed(200, refused), NO_CREDIT);
    let elsewhere = r#"{"success":true,"error":1e400,"data":{"success":true,"result":1}}"#;
    assert!(matches!(answer("tool", 200, elsewhere.to_owned()), AttemptEnd::Answered(_)));
}

#[test]
fn every_wording_of_a_miss_is_no_data() {
    for said in [
        "Resource not found",
        "Profile not found",
        "profile not found.",
        "Tool execution failed: profile not found",
        "get_linkedin_person_data: profile does not exist",
        "The profile jane-doe-9 could not be found",
        "Could not find the requested person",
        "Couldn't find a profile for https://www.linkedin.com/in/jane-doe",
        "Unable to find company",
        "No results",
        "No results found for this query",
        "no profile found for the given url",
        "User does not exist",
        "User doesn't exist",
        "This profile is private",
        "Profile unavailable",
        "This profile is not available",
        "The account has been removed",
        "{\"code\":404,\"message\":\"Person not found\"}",
        "Not found",
    ] {
        for body in [inner(said), json!({"success": false, "error": said}).to_string()] {
            assert!(matches!(answer(TOOL, 200, body.clone()), AttemptEnd::Answered(_)), "{said}");
            assert_eq!(read(TOOL, &body).unwrap(), Reply::NoData, "{said}");
        }
    }
    for status in [404, 410] {
        let body = r#"{"error":"profile not found"}"#;
        assert!(matches!(answer(TOOL, status, body.to_owned()), AttemptEnd::Answered(_)));
        assert_eq!(read(TOOL, body).unwrap(), Reply::NoData);
    }
}

#[test]
fn temporary_failures_are_retryable_and_others_are_not() {
    let table = [
        ("Invalid LinkedIn URL", WRONG),
        ("linkedin_url is not a valid URL", WRONG),
        ("Validation failed: url", WRONG),
        ("Request failed with status code 422", WRONG),
        ("Oops", ROW),
        ("", ROW),
        ("relation \"users\" does not exist", ROW),
        ("endpoint not found", ROW),
        ("the member refused", ROW),
        ("Internal server error", PASSES),
        ("Service unavailable", PASSES),
        ("The model is overloaded, please try again later", PASSES),
        ("Profile could not be found: connection refused", PASSES),
        ("Profile could not be found: connection reset by peer", LATE),
        ("Request failed with status code 503", PASSES),
        ("Something went wrong", PASSES),
        ("profile service timed out", LATE),
    ];
    for (said, expect) in table {
        assert_eq!(failed(200, &inner(said)), expect, "{said}");
    }
}

#[test]
fn the_page_of_a_proxy_concerns_a_single_call() {
    assert_eq!(failed(403, "<!DOCTYPE html><title>Just a moment...</title>"), PASSES);
    assert_eq!(failed(403, " \n<html>"), PASSES);
    assert_eq!(
        failed(403, "{\"detail\":\"Forbidden\"}"),
        ("auth", true, Bought::No, false, Reach::Operation)
    );
}

#[test]
fn every_wording_of_a_lost_answer_is_in_doubt() {
    for said in [
        "HTTPSConnectionPool(host='api.vendor.example', port=443): Read timed out. (read timeout=30)",
        "MCP tool call 'search' timed out after 25 seconds waiting for server response",
        "ReadTimeout",
        "httpx.ReadTimeout",
        "TimeoutError: the tool did not end",
        "asyncio.exceptions.TimeoutError",
        "The operation timed-out",
        "request time-out",
        "ETIMEDOUT",
        "upstream request timeout",
        "Gateway Timeout",
        "Request failed with status code 504",
        "Request failed with status code 502",
        "HTTP 502: Bad Gateway",
        "502 Bad Gateway",
        "HTTP Error 524",
        "context deadline exceeded",
        "grpc: DEADLINE_EXCEEDED",
        "The request took too long",
        "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
        "Connection reset by peer",
        "read ECONNRESET",
        "socket hang up",
        "Server disconnected without sending a response.",
        "IncompleteRead(0 bytes read)",
        "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
    ] {
        assert_eq!(failed(200, &inner(said)), LATE, "{said}");
        let outer = json!({"success": false, "error": said}).to_string();
        assert_eq!(failed(200, &outer), LATE, "{said}");
        for status in [500, 501, 503] {
            assert_eq!(failed(status, said), LATE, "{status} {said}");
        }
    }
}

#[test]
fn a_call_that_was_not_delivered_is_not_in_doubt() {
    let table = [
        ("Connection refused", PASSES),
        ("getaddrinfo EAI_AGAIN api.vendor.example", PASSES),
        ("Failed to connect to the vendor", PASSES),
        ("Request failed with status code 503", PASSES),
        ("HTTP 500: {\"error\":\"Internal server error\"}", PASSES),
        ("Rate limit exceeded: timed out waiting for a place", SLOWER),
        ("Invalid parameters: timeout must be a number", WRONG),
        ("https://timeout.com/502 could not be loaded", ROW),
        ("timeout.com could not be loaded", ROW),
    ];
    for (said, expect) in table {
        assert_eq!(failed(200, &inner(said)), expect, "{said}");
    }
}

#[test]
fn the_text_of_an_unusable_answer_is_kept_and_can_be_read_again() {
    for body in ["<html>404: page not found</html>", "", "{\"success\":true}", "42", "[]", "{\"success\":1}"]
    {
        let AttemptEnd::Failed(failure) = answer(TOOL, 200, body.to_owned()) else { panic!("{body}") };
        assert_eq!((failure.bought, failure.body.as_deref()), (Bought::Yes, Some(body)));
        assert_eq!(read_unusable(TOOL, body).unwrap_err().kind(), ErrorKind::BadReply, "{body}");
    }
    // An earlier version classified these as unusable.
    let whole = result("{\"answer\":\"x\"}");
    for body in [format!("\u{feff}{whole}"), format!("{whole}\0\0"), whole.clone()] {
        assert_eq!(read_unusable(TOOL, &body).unwrap(), Reply::found(json!({"answer": "x"})));
    }
    assert_eq!(read_unusable(TOOL, &inner("Resource not found")).unwrap(), Reply::NoData);
    assert_eq!(read_unusable(TOOL, &inner("oops")).unwrap_err().kind(), ErrorKind::Upstream);
}
