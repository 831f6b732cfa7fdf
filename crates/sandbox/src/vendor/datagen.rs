//! DataGen: `POST /api/tools/execute` with the key in `X-API-Key`.
//!
//! The error of a tool is inside a 200; the refusal of a key is plain text. This module must not know what a
//! tool answers.

use hyper::{Method, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::{Example, Examples, Route, Vendor, has_fault};
use crate::FaultKind;
use crate::hash::Fnv;
use crate::reply::{self, Payload};
use crate::tools::{self, Answer, ToolCall};
use crate::work::{Answered, Charge, Job, Request, Ticket, Work};

pub(super) struct DataGen;

impl Vendor for DataGen {
    fn name(&self) -> &'static str {
        "datagen"
    }

    fn routes(&self) -> &'static [Route] {
        static ROUTES: [Route; 1] = [Route { method: Method::POST, path: "/api/tools/execute" }];
        &ROUTES
    }

    fn key(&self, request: &Request<'_>) -> Vec<u8> {
        request.header("x-api-key").to_owned()
    }

    fn read(&self, request: &Request<'_>) -> Result<Work, Box<Response<Payload>>> {
        parse(request.body).map_err(|refusal| {
            Box::new(match refusal {
                Refusal::Request(status, message) => reply::error(status, &message),
                Refusal::Tool(name) => inner_error(&tools::not_found(&name)),
            })
        })
    }

    fn error(&self, status: StatusCode, message: &'static str) -> Response<Payload> {
        // 525 comes from Cloudflare, which is in front of DataGen.
        match status.as_u16() {
            401 | 403 | 525 => reply::text(status, message),
            _ => reply::error(status, message),
        }
    }

    fn own_fault(&self, kind: FaultKind) -> Option<Response<Payload>> {
        Some(match kind {
            FaultKind::Credit => inner_error("Insufficient credits"),
            FaultKind::ToolError => inner_error(
                "API tool mcp_Sandbox_tool request failed: MCP tool call timed out after 25 seconds \
                 waiting for server response",
            ),
            FaultKind::OuterFalse => {
                reply::json(StatusCode::OK, &json!({ "success": false, "error": "Unexpected failure" }))
            }
            _ => return None,
        })
    }

    fn long_answer_frame(&self) -> [&'static [u8]; 2] {
        [br#"{"success":true,"data":{"success":true,"result":{"answer":""#, br#""}}}"#]
    }

    fn examples(&self) -> Examples {
        let profile = |slug: &str| {
            let url = format!("https://www.linkedin.com/in/{slug}");
            let parameters = Map::from_iter([("linkedin_url".to_owned(), Value::from(url))]);
            Example { operation: "get_linkedin_person_data", parameters }
        };
        let has = |kind: &FaultKind| has_fault(self, *kind);
        Examples {
            vendor: self.name(),
            found: profile("sandbox-somebody"),
            nothing: profile("not-found"),
            faults: FaultKind::ALL.into_iter().filter(has).collect(),
        }
    }
}

/// The response for the failure of a tool.
fn inner_error(message: &str) -> Response<Payload> {
    reply::json(StatusCode::OK, &body(Answer::Failed(message.to_owned())))
}

/// The body of the response for an answer.
fn body(answer: Answer) -> Value {
    match answer {
        Answer::Found(result) | Answer::Free(result) => {
            json!({ "success": true, "data": { "success": true, "result": result } })
        }
        Answer::Failed(error) => json!({ "success": true, "data": { "success": false, "error": error } }),
    }
}

/// A tool with parameters.
struct Run {
    tool: ToolCall,
    parameters: Map<String, Value>,
}

impl Job for Run {
    fn special_fault(&self, attempt: u64) -> Option<FaultKind> {
        self.tool.special_fault(&self.parameters, attempt)
    }

    fn run(&self, ticket: Ticket) -> Answered {
        let answer = self.tool.run(&self.parameters, ticket.seed, ticket.dice());
        let bill = if answer.is_billed() { vec![Charge::credit(ticket.request)] } else { Vec::new() };
        Answered { bill, ..Answered::ok(body(answer)) }
    }
}

/// Why a request is refused.
enum Refusal {
    /// The request itself is invalid.
    Request(StatusCode, String),
    /// There is no tool with this name.
    Tool(String),
}

fn parse(body: &[u8]) -> Result<Work, Refusal> {
    let wrong = |message: &str| Refusal::Request(StatusCode::UNPROCESSABLE_ENTITY, message.to_owned());
    let body = serde_json::from_slice(body)
        .map_err(|_| Refusal::Request(StatusCode::BAD_REQUEST, "the request is not valid JSON".to_owned()))?;
    let Value::Object(mut body) = body else { return Err(wrong("the request is not a JSON object")) };
    let Some(Value::String(name)) = body.remove("tool_alias_name") else {
        return Err(wrong("`tool_alias_name` must be a string"));
    };
    let parameters = match body.remove("parameters") {
        Some(Value::Object(parameters)) => parameters,
        None => Map::new(),
        Some(_) => return Err(wrong("`parameters` must be an object")),
    };
    let Some(tool) = ToolCall::find(&name) else { return Err(Refusal::Tool(name)) };
    if let Some(complaint) = tool.complaint(&parameters) {
        return Err(wrong(&complaint));
    }
    let hash = call_hash(&name, &parameters);
    Ok(Work::one(hash, Run { tool, parameters }))
}

/// The identity of a call: the name of the tool as given, and the parameters.
fn call_hash(name: &str, parameters: &Map<String, Value>) -> u64 {
    let mut hash = Fnv::new();
    hash.write_text(name);
    hash.write_object(parameters);
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_parameters_does_not_matter() {
        let hash = |text: &str| call_hash("tool", &serde_json::from_str(text).unwrap());
        assert_eq!(hash(r#"{"a":"1","b":"2"}"#), hash(r#"{"b":"2","a":"1"}"#));
        assert_ne!(hash(r#"{"a":"1"}"#), hash(r#"{"a":"2"}"#));
    }

    #[test]
    fn a_long_answer_is_valid_json() {
        let [start, end] = DataGen.long_answer_frame();
        assert!(serde_json::from_slice::<Value>(&[start, b"x", end].concat()).is_ok());
    }
}
