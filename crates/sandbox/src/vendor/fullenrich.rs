//! FullEnrich: up to 100 contacts in a request, which begins a job. Its answer is fetched with polls.
//!
//! From public descriptions of the vendor's API, and unverified here: the two routes, the bearer key, 400
//! while a job runs, `status` and `cost.credits` of the result, the echo of `custom`, the places of the e-mail
//! addresses, and 402 with the usual result object when the credit ends. The form of errors, the 200 with
//! `IN_PROGRESS`, the content of a contact without a result, `FAILED`, and one credit for each found contact
//! whatever its `enrich_fields` are, are assumptions. The vendor sends no `Retry-After` with a 429, but the
//! sandbox does, like for all vendors. This module must not decide what is billed when.

use hyper::{Method, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::{Example, Examples, Later, Route, Vendor, has_fault};
use crate::FaultKind;
use crate::hash::{Dice, Fnv};
use crate::reply::{self, Payload};
use crate::sample;
use crate::slug;
use crate::subject::{Special, Subject, invented_email};
use crate::work::{Answered, Charge, Job, Request, Ticket, Work};

pub(super) struct FullEnrich;

const NAME: &str = "fullenrich";

/// The most contacts of a request.
const MOST: usize = 100;

impl Vendor for FullEnrich {
    fn name(&self) -> &'static str {
        NAME
    }

    fn routes(&self) -> &'static [Route] {
        static ROUTES: [Route; 2] = [
            Route { method: Method::POST, path: "/contact/enrich/bulk" },
            Route { method: Method::GET, path: "/contact/enrich/bulk/{id}" },
        ];
        &ROUTES
    }

    fn key(&self, request: &Request<'_>) -> Vec<u8> {
        request.bearer().to_owned()
    }

    fn read(&self, request: &Request<'_>) -> Result<Work, Box<Response<Payload>>> {
        let contacts = contacts(request.body)
            .map_err(|message| Box::new(reply::json(StatusCode::BAD_REQUEST, &error(400, &message))))?;
        let items = contacts.iter().map(|contact| contact.call).collect();
        Ok(Work { items, job: Box::new(Enrichment(contacts)), idempotency: None })
    }

    fn later(&self) -> Option<&dyn Later> {
        Some(self)
    }

    fn error(&self, status: StatusCode, message: &'static str) -> Response<Payload> {
        reply::json(status, &error(status.as_u16(), message))
    }

    fn own_fault(&self, kind: FaultKind) -> Option<Response<Payload>> {
        let broke = || self.error(StatusCode::PAYMENT_REQUIRED, "Not enough credits");
        (kind == FaultKind::Credit).then(broke)
    }

    fn long_answer_frame(&self) -> [&'static [u8]; 2] {
        [br#"{"enrichment_id":""#, br#""}"#]
    }

    fn examples(&self) -> Examples {
        let contact = |slug: &str| {
            let url = format!("https://www.linkedin.com/in/{slug}");
            let parameters = Map::from_iter([("linkedin_url".to_owned(), Value::from(url))]);
            Example { operation: "contact", parameters }
        };
        Examples {
            vendor: NAME,
            found: contact("sandbox-somebody"),
            nothing: contact("not-found"),
            faults: FaultKind::ALL.into_iter().filter(|kind| has_fault(self, *kind)).collect(),
        }
    }
}

impl Later for FullEnrich {
    fn accepted(&self, id: &str) -> Answered {
        Answered::ok(json!({ "enrichment_id": id }))
    }

    fn pending(&self, id: &str, dice: Dice) -> Answered {
        if dice.one_in("says so with a status", 2) {
            Answered::free(StatusCode::BAD_REQUEST, error(400, "Enrichment in progress"))
        } else {
            Answered::ok(result(id, "IN_PROGRESS", 0, Vec::new()))
        }
    }

    fn forgotten(&self, id: &str) -> Option<Answered> {
        Ticket::could_have_made(id).then(|| Answered::ok(result(id, "FAILED", 0, Vec::new())))
    }
}

/// The contacts of a request.
struct Enrichment(Vec<Contact>);

struct Contact {
    custom: Option<Value>,
    name: String,
    domain: Option<String>,
    subject: Subject,
    /// The identity of the call.
    call: u64,
}

impl Job for Enrichment {
    fn special_fault(&self, attempt: u64) -> Option<FaultKind> {
        self.0.iter().find_map(|contact| contact.subject.special_fault(attempt))
    }

    fn run(&self, ticket: Ticket) -> Answered {
        let (id, has) = (ticket.id(), |special| self.0.iter().any(|contact| contact.subject.is(special)));
        if has(Special::Fails) {
            return Answered::ok(result(&id, "FAILED", 0, Vec::new()));
        }
        if has(Special::NoCredit) {
            let body = result(&id, "CREDITS_INSUFFICIENT", 0, Vec::new());
            return Answered::free(StatusCode::PAYMENT_REQUIRED, body);
        }
        let present = self.0.iter().filter(|contact| !contact.subject.is(Special::Missing));
        let mut placed: Vec<(u64, &Contact)> = present
            .enumerate()
            .map(|(at, one)| (ticket.dice().roll(&format!("place of {at}"), 1 << 32), one))
            .collect();
        // Nothing promises an order. The sort is stable, so that equal places do no harm.
        placed.sort_by_key(|(place, _)| *place);
        let found = placed.iter().filter(|(_, contact)| contact.subject.is_found(ticket.seed));
        let bill: Vec<Charge> = found.map(|(_, contact)| Charge::credit(contact.call)).collect();
        let data = placed.iter().map(|(_, contact)| contact.answer(ticket.seed)).collect();
        Answered { bill: bill.clone(), ..Answered::ok(result(&id, "FINISHED", bill.len(), data)) }
    }
}

impl Contact {
    fn new(fields: &Map<String, Value>) -> Option<Self> {
        let text =
            |name: &str| fields.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        let (first, last, url) = (text("first_name"), text("last_name"), text("linkedin_url"));
        let (domain, company) = (text("domain"), text("company_name"));
        let is_named = first.is_some() && last.is_some() && (domain.is_some() || company.is_some());
        if !is_named && url.is_none() {
            return None;
        }
        let given = [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let of_url = || url.and_then(slug::slug).map(|slug| slug::name_of(&slug));
        let name = if given.is_empty() { of_url().unwrap_or_default() } else { given };
        let mut asked = fields.clone();
        asked.remove("custom");
        let mut hash = Fnv::new();
        hash.write_text(NAME);
        hash.write_object(&asked);
        Some(Self {
            custom: fields.get("custom").cloned(),
            name,
            domain: domain.map(str::to_lowercase),
            subject: Subject::of(NAME, [first, last, url, domain, company].into_iter().flatten()),
            call: hash.finish(),
        })
    }

    /// The contact's part of the result. Every address is invented and cannot be delivered to.
    fn answer(&self, seed: u64) -> Value {
        let dice = self.subject.dice(seed);
        let mut answer = Map::new();
        if let Some(custom) = &self.custom {
            answer.insert("custom".to_owned(), custom.clone());
        }
        let info = if self.subject.is_found(seed) {
            let domain = self.domain.as_deref().unwrap_or("company.example");
            let email = invented_email(&sample::ceo_slug(&self.name), domain);
            let status =
                dice.choose("status", ["DELIVERABLE", "DELIVERABLE", "HIGH_PROBABILITY", "CATCH_ALL"]);
            let email = json!({ "email": email, "status": status });
            json!({ "most_probable_work_email": email, "work_emails": [email], "phones": [] })
        } else if dice.one_in("no object", 2) {
            return answer.into();
        } else {
            json!({ "most_probable_work_email": null, "work_emails": [], "phones": [] })
        };
        answer.insert("contact_info".to_owned(), info);
        answer.into()
    }
}

/// The contacts of a request, or why they cannot be read.
fn contacts(body: &[u8]) -> Result<Vec<Contact>, String> {
    let body: Value = serde_json::from_slice(body).map_err(|_| "the request is not valid JSON".to_owned())?;
    let data = body.get("data").and_then(Value::as_array).ok_or("`data` must be an array")?;
    if data.is_empty() || data.len() > MOST {
        return Err(format!("`data` has {} contacts; 1 to {MOST} are possible", data.len()));
    }
    let contacts: Option<Vec<Contact>> =
        data.iter().map(|item| item.as_object().and_then(Contact::new)).collect();
    contacts.ok_or_else(|| {
        "every contact must have `linkedin_url`, or both names and one of `domain` and `company_name`"
            .to_owned()
    })
}

fn result(id: &str, status: &str, credits: usize, data: Vec<Value>) -> Value {
    json!({ "id": id, "status": status, "cost": { "credits": credits }, "data": data })
}

fn error(status: u16, message: &str) -> Value {
    json!({ "code": format!("error.{status}"), "message": message })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(fields: Value) -> Option<Contact> {
        Contact::new(fields.as_object().unwrap())
    }

    #[test]
    fn a_contact_needs_a_profile_or_a_name_with_a_company() {
        let check = |fields: Value, expect| assert_eq!(contact(fields.clone()).is_some(), expect, "{fields}");
        check(json!({ "linkedin_url": "linkedin.com/in/a" }), true);
        check(json!({ "first_name": "Jane", "last_name": "Doe" }), false);
        check(json!({ "first_name": "Jane", "last_name": "Doe", "domain": "x.example" }), true);
        check(json!({ "first_name": "Jane", "last_name": " ", "company_name": "X" }), false);
    }

    #[test]
    fn the_custom_part_does_not_make_another_call() {
        let call = |row: u64| contact(json!({ "linkedin_url": "a", "custom": { "row": row } })).unwrap().call;
        assert_eq!(call(1), call(2));
        assert_ne!(call(1), contact(json!({ "linkedin_url": "b" })).unwrap().call);
    }

    #[test]
    fn a_long_answer_is_valid_json() {
        let [start, end] = FullEnrich.long_answer_frame();
        assert!(serde_json::from_slice::<Value>(&[start, b"x", end].concat()).is_ok());
    }
}
