//! People Data Labs: look-ups of a person or a company by GET, and up to 100 of them in a bulk request.
//!
//! From the vendor's documents and SDKs, and unverified here: the paths below `/v5`, the key in `X-Api-Key` or
//! the query's `api_key`, the answers of both forms, 404 without a bill when nothing is found, the echo of an
//! item's `metadata`, `min_likelihood`, values in lower case without `titlecase`, `true` in the place of a
//! value that the plan excludes, and `x-call-credits-spent`. The path of the company's bulk form, the content
//! of a bulk item that is not found, the error types except `not_found`, `invalid_request` and
//! `rate_limit_error`, and the price of one credit are assumptions. `required` and `data_include` have no
//! effect. This module must not decide what is billed when.

mod look_up;
mod params;
mod record;

use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::{Example, Examples, Route, Vendor, has_fault};
use crate::FaultKind;
use crate::reply::{self, Payload};
use crate::subject::Special;
use crate::work::{Answered, Charge, Job, Request, Ticket, Work};
use look_up::{Finding, Kind, LookUp};
use params::Params;

pub(super) struct PeopleDataLabs;

const NAME: &str = "pdl";

/// The most items of a bulk request.
const MOST: usize = 100;

impl Vendor for PeopleDataLabs {
    fn name(&self) -> &'static str {
        NAME
    }

    fn routes(&self) -> &'static [Route] {
        static ROUTES: [Route; 4] = [
            Route { method: Method::GET, path: "/person/enrich" },
            Route { method: Method::POST, path: "/person/bulk" },
            Route { method: Method::GET, path: "/company/enrich" },
            Route { method: Method::POST, path: "/company/enrich/bulk" },
        ];
        &ROUTES
    }

    fn key(&self, request: &Request<'_>) -> Vec<u8> {
        let in_header = request.header("x-api-key");
        if !in_header.is_empty() {
            return in_header.to_owned();
        }
        let mut query = url::form_urlencoded::parse(request.query.as_bytes());
        query.find(|(name, _)| name == "api_key").map_or_else(Vec::new, |(_, key)| key.as_bytes().to_owned())
    }

    fn read(&self, request: &Request<'_>) -> Result<Work, Box<Response<Payload>>> {
        let kind = if request.route.starts_with("/person") { Kind::Person } else { Kind::Company };
        let invalid = |message: &str| Box::new(reply::json(StatusCode::BAD_REQUEST, &error(400, message)));
        if request.route.ends_with("/bulk") {
            let items = bulk(kind, request.body).map_err(|message| invalid(&message))?;
            let calls = items.iter().map(|item| item.look_up.call).collect();
            return Ok(Work { items: calls, job: Box::new(Bulk(items)), idempotency: None });
        }
        let look_up = LookUp::new(kind, Params::from_query(request.query));
        if !look_up.is_valid() {
            return Err(invalid(kind.demand()));
        }
        Ok(Work::one(look_up.call, look_up))
    }

    fn error(&self, status: StatusCode, message: &'static str) -> Response<Payload> {
        reply::json(status, &error(status.as_u16(), message))
    }

    fn own_fault(&self, kind: FaultKind) -> Option<Response<Payload>> {
        let broke = || self.error(StatusCode::PAYMENT_REQUIRED, "The account has no credits left");
        (kind == FaultKind::Credit).then(broke)
    }

    fn long_answer_frame(&self) -> [&'static [u8]; 2] {
        [br#"{"status":200,"likelihood":9,"data":{"summary":""#, br#""}}"#]
    }

    fn examples(&self) -> Examples {
        let by_email = |email: &str| {
            let parameters = Map::from_iter([("params".to_owned(), json!({ "email": email }))]);
            Example { operation: "person", parameters }
        };
        Examples {
            vendor: NAME,
            found: by_email("sandbox-somebody@sandbox.example"),
            nothing: by_email("not-found@sandbox.example"),
            faults: FaultKind::ALL.into_iter().filter(|kind| has_fault(self, *kind)).collect(),
        }
    }
}

impl Job for LookUp {
    fn special_fault(&self, attempt: u64) -> Option<FaultKind> {
        self.subject.special_fault(attempt)
    }

    fn run(&self, ticket: Ticket) -> Answered {
        match self.find(ticket.seed) {
            Finding::Found(fields) => {
                answered(StatusCode::OK, fields.into(), vec![Charge::credit(self.call)])
            }
            Finding::Nothing | Finding::Invalid => {
                let mut body = nothing();
                // The vendor's own tests have the type in both forms.
                if ticket.dice().one_in("type is a list", 4) {
                    body["error"]["type"] = json!([body["error"]["type"]]);
                }
                answered(StatusCode::NOT_FOUND, body, Vec::new())
            }
        }
    }
}

/// The items of a bulk request.
struct Bulk(Vec<Item>);

struct Item {
    metadata: Option<Value>,
    look_up: LookUp,
}

impl Job for Bulk {
    fn special_fault(&self, attempt: u64) -> Option<FaultKind> {
        self.0.iter().find_map(|item| item.look_up.subject.special_fault(attempt))
    }

    fn run(&self, ticket: Ticket) -> Answered {
        let (mut answers, mut bill) = (Vec::new(), Vec::new());
        for (at, Item { metadata, look_up }) in self.0.iter().enumerate() {
            if look_up.subject.is(Special::Missing) {
                continue;
            }
            let mut answer = match look_up.find(ticket.seed) {
                Finding::Found(fields) => {
                    bill.push(Charge::credit(look_up.call));
                    fields.into()
                }
                Finding::Nothing => nothing(),
                Finding::Invalid => error(400, look_up.kind.demand()),
            };
            if let Some(metadata) = metadata {
                answer["metadata"] = metadata.clone();
            }
            answers.push((ticket.dice().roll(&format!("place of {at}"), 1 << 32), answer));
        }
        // The vendor promises no order. The sort is stable, so that equal places do no harm.
        answers.sort_by_key(|(place, _)| *place);
        answered(StatusCode::OK, answers.into_iter().map(|(_, answer)| answer).collect(), bill)
    }
}

/// The items of a bulk request, or why they cannot be read.
fn bulk(kind: Kind, body: &[u8]) -> Result<Vec<Item>, String> {
    let body: Value = serde_json::from_slice(body).map_err(|_| "the request is not valid JSON".to_owned())?;
    let requests = body.get("requests").and_then(Value::as_array).ok_or("`requests` must be an array")?;
    if requests.is_empty() || requests.len() > MOST {
        return Err(format!("`requests` has {} items; 1 to {MOST} are possible", requests.len()));
    }
    let item = |request: &Value| {
        let params = request.get("params").and_then(Value::as_object).and_then(Params::from_json)?;
        Some(Item { metadata: request.get("metadata").cloned(), look_up: LookUp::new(kind, params) })
    };
    let items: Option<Vec<Item>> = requests.iter().map(item).collect();
    items
        .ok_or_else(|| "every item must have `params`, an object of scalars and arrays of scalars".to_owned())
}

fn answered(status: StatusCode, body: Value, bill: Vec<Charge>) -> Answered {
    let spent = (HeaderName::from_static("x-call-credits-spent"), HeaderValue::from(bill.len()));
    Answered { status, headers: vec![spent], body, bill }
}

fn nothing() -> Value {
    error(404, "No records were found matching your request")
}

fn error(status: u16, message: &str) -> Value {
    let kind = match status {
        400 => "invalid_request",
        401 => "authentication_error",
        402 => "payment_required",
        403 => "forbidden",
        404 => "not_found",
        429 => "rate_limit_error",
        _ => "api_error",
    };
    json!({ "status": status, "error": { "type": kind, "message": message } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_is_valid_json() {
        let [start, end] = PeopleDataLabs.long_answer_frame();
        assert!(serde_json::from_slice::<Value>(&[start, b"x", end].concat()).is_ok());
    }
}
