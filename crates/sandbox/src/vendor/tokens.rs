//! `tokens`: an invented vendor whose price is known from its answer only, by the tokens in `usage`.
//!
//! Route, request and answer look like those of OpenAI's Responses API, as its SDK describes them; nothing
//! here was compared with the service. Two things are the sandbox's own: the price, which is a thousandth of
//! a credit for each input token and four thousandths for each output token, and that `Idempotency-Key` is
//! honoured. The text comes from the sample; `usage` and `id` differ from one equal request to the next. This
//! module must not decide what is billed when.

use hyper::{Method, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::{Example, Examples, Route, Vendor, has_fault};
use crate::FaultKind;
use crate::hash::Fnv;
use crate::reply::{self, Payload};
use crate::subject::Subject;
use crate::tools::research;
use crate::work::{Answered, Charge, Job, Request, Ticket, Work};

pub(super) struct Tokens;

const NAME: &str = "tokens";

/// The prices in thousandths of a credit.
const INPUT_PRICE: u64 = 1;
const OUTPUT_PRICE: u64 = 4;

impl Vendor for Tokens {
    fn name(&self) -> &'static str {
        NAME
    }

    fn routes(&self) -> &'static [Route] {
        static ROUTES: [Route; 1] = [Route { method: Method::POST, path: "/responses" }];
        &ROUTES
    }

    fn key(&self, request: &Request<'_>) -> Vec<u8> {
        request.bearer().to_owned()
    }

    fn read(&self, request: &Request<'_>) -> Result<Work, Box<Response<Payload>>> {
        let invalid = |message| Box::new(self.error(StatusCode::BAD_REQUEST, message));
        let body =
            serde_json::from_slice(request.body).map_err(|_| invalid("the request is not valid JSON"))?;
        let Value::Object(body) = body else { return Err(invalid("the request is not a JSON object")) };
        let prompt = Prompt::of(&body).map_err(invalid)?;
        let mut hash = Fnv::new();
        hash.write_text(NAME);
        hash.write_object(&body);
        let key = request.header("idempotency-key");
        Ok(Work { idempotency: (!key.is_empty()).then(|| key_hash(key)), ..Work::one(hash.finish(), prompt) })
    }

    fn error(&self, status: StatusCode, message: &'static str) -> Response<Payload> {
        let code = (status == StatusCode::TOO_MANY_REQUESTS).then_some("rate_limit_exceeded");
        error(status, code, message)
    }

    fn own_fault(&self, kind: FaultKind) -> Option<Response<Payload>> {
        let broke = "You exceeded your current quota";
        (kind == FaultKind::Credit)
            .then(|| error(StatusCode::TOO_MANY_REQUESTS, Some("insufficient_quota"), broke))
    }

    fn long_answer_frame(&self) -> [&'static [u8]; 2] {
        [
            br#"{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":""#,
            br#""}]}]}"#,
        ]
    }

    fn examples(&self) -> Examples {
        let ask = |question: &str| {
            let parameters = json!({ "model": "sandbox", "input": question });
            let parameters = parameters.as_object().cloned().unwrap_or_default();
            Example { operation: "response", parameters }
        };
        Examples {
            vendor: NAME,
            found: ask("Describe the company at 3m.com."),
            nothing: ask("Describe the company at no-such-company.example."),
            faults: FaultKind::ALL.into_iter().filter(|kind| has_fault(self, *kind)).collect(),
        }
    }
}

/// The question of a request.
struct Prompt {
    model: String,
    text: String,
    most_output: Option<u64>,
}

impl Prompt {
    fn of(body: &Map<String, Value>) -> Result<Self, &'static str> {
        let Some(model) = body.get("model").and_then(Value::as_str) else {
            return Err("`model` must be a string");
        };
        let input = match body.get("input") {
            Some(Value::String(text)) => text.clone(),
            Some(messages @ Value::Array(_)) => messages.to_string(),
            _ => return Err("`input` must be a string or an array"),
        };
        let instructions = body.get("instructions").and_then(Value::as_str);
        let text = instructions.map_or_else(|| input.clone(), |first| format!("{first}\n{input}"));
        let most_output = body.get("max_output_tokens").and_then(Value::as_u64);
        Ok(Self { model: model.to_owned(), text, most_output })
    }
}

impl Job for Prompt {
    fn special_fault(&self, attempt: u64) -> Option<FaultKind> {
        // In a sentence, `slow` is an ordinary word.
        let is_word = !self.text.contains(char::is_whitespace);
        is_word.then(|| Subject::of(NAME, [self.text.as_str()]).special_fault(attempt)).flatten()
    }

    fn run(&self, ticket: Ticket) -> Answered {
        let answer = research::answer(&self.text, ticket.seed);
        let text = answer["answer"].as_str().unwrap_or_default();
        let reasoning = ticket.dice_of_arrival().roll("reasoning", 400);
        let (input, wanted) = (count(&self.text), count(text) + reasoning);
        let output = wanted.min(self.most_output.unwrap_or(u64::MAX));
        let is_whole = output == wanted;
        let message = json!({
            "type": "message",
            "role": "assistant",
            "content": [{ "type": "output_text", "text": text, "annotations": [] }],
        });
        let body = json!({
            "id": format!("resp_{}", ticket.id().replace('-', "")),
            "object": "response",
            "status": if is_whole { "completed" } else { "incomplete" },
            "error": null,
            "incomplete_details": (!is_whole).then(|| json!({ "reason": "max_output_tokens" })),
            "model": self.model,
            "output": if is_whole { json!([{ "type": "reasoning" }, message]) } else { json!([{ "type": "reasoning" }]) },
            "usage": {
                "input_tokens": input,
                "input_tokens_details": { "cached_tokens": 0 },
                "output_tokens": output,
                "output_tokens_details": { "reasoning_tokens": reasoning.min(output) },
                "total_tokens": input + output,
            },
            "note": answer["note"],
        });
        let thousandths = INPUT_PRICE * input + OUTPUT_PRICE * output;
        Answered { bill: vec![Charge { call: ticket.request, thousandths }], ..Answered::ok(body) }
    }
}

/// The tokens of a text, by the usual rule of thumb.
fn count(text: &str) -> u64 {
    (text.chars().count() as u64).div_ceil(4)
}

fn key_hash(key: &[u8]) -> u64 {
    let mut hash = Fnv::new();
    hash.write(key);
    hash.finish()
}

fn error(status: StatusCode, code: Option<&str>, message: &str) -> Response<Payload> {
    let kind = match status.as_u16() {
        400..=499 => "invalid_request_error",
        _ => "server_error",
    };
    let error = json!({ "message": message, "type": code.unwrap_or(kind), "param": null, "code": code });
    reply::json(status, &json!({ "error": error }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(body: Value, arrival: u64) -> Answered {
        let prompt = Prompt::of(body.as_object().unwrap()).ok().unwrap();
        prompt.run(Ticket { seed: 0, request: 1, arrival })
    }

    #[test]
    fn the_bill_follows_from_the_usage() {
        for arrival in 0..20 {
            let answered = run(json!({ "model": "m", "input": "Describe 3m.com." }), arrival);
            let tokens = |name: &str| answered.body["usage"][name].as_u64().unwrap();
            assert_eq!(tokens("input_tokens"), 4);
            let thousandths = tokens("input_tokens") + 4 * tokens("output_tokens");
            assert_eq!(answered.bill, [Charge { call: 1, thousandths }]);
        }
    }

    #[test]
    fn a_longer_prompt_costs_more() {
        let input = |text: &str| {
            run(json!({ "model": "m", "input": text }), 0).body["usage"]["input_tokens"].as_u64()
        };
        assert!(input("What is this about, and why?") > input("What?"));
    }

    #[test]
    fn a_low_maximum_ends_the_answer_early() {
        let answered = run(json!({ "model": "m", "input": "Describe 3m.com.", "max_output_tokens": 5 }), 0);
        assert_eq!(answered.body["status"], "incomplete");
        assert_eq!(answered.body["usage"]["output_tokens"], 5);
        assert_eq!(answered.bill[0].thousandths, 4 + 20);
    }

    #[test]
    fn a_long_answer_is_valid_json() {
        let [start, end] = Tokens.long_answer_frame();
        assert!(serde_json::from_slice::<Value>(&[start, b"x", end].concat()).is_ok());
    }
}
