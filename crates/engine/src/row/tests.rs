//! Tests of rows through plans whose integrations misbehave in every way.

mod alternatives;

use std::{sync::Mutex, time::Duration};

use async_trait::async_trait;
use marl_core::{
    Call, CallEnd, CallSpec, Column, Connection, Context, Contract, ErrorKind, Fields, Integration, Names,
    Provider, Registration, Registry, Reply, Row, SemanticType, SkipReason, SmolStr,
    provider::{Limits, Operation, Operations, ProviderInfo},
};
use serde_json::json;

use super::*;
use crate::plan::{Existing, Header, Request, StepRequest};

/// An integration that does what its input says.
struct Obeys(&'static Contract);

const CALL: CallSpec =
    CallSpec { provider: SmolStr::new_static("p"), operation: SmolStr::new_static("o"), most_per_row: 2 };
const CALLS: &[CallSpec] = &[CALL];

const SIZE: Column = Column::optional("size", SemanticType::Integer, "");

static FIRST: Contract = Contract::new("first", "1", "")
    .inputs(const { &[Column::required("company_domain", SemanticType::Domain, "")] })
    .outputs(const { &[SIZE, Column::optional("person_email", SemanticType::Email, "")] })
    .calls(CALLS);

static SECOND: Contract = Contract::new("second", "1", "")
    .inputs(const { &[Column::required("email", SemanticType::Email, ""), SIZE] })
    .outputs(const { &[Column::required("greeting", SemanticType::Text, "")] })
    .calls(CALLS);

#[async_trait]
impl Integration for Obeys {
    fn contract(&self) -> &Contract {
        self.0
    }

    async fn enrich(&self, row: &Row, cx: &Context) -> Result<Fields, Error> {
        let mut fields = Fields::none();
        if self.0.name == "second" {
            let size = row.get("size").map(ToString::to_string).unwrap_or_default();
            fields.set("greeting", Some(Value::text(format!("hello {} {size}", row.text("email")))));
            return Ok(fields);
        }
        let domain = row.text("company_domain");
        let reply = match domain {
            "panics.com" => panic!("a defect with {domain}"),
            "undeclared.com" => cx.call(&CallSpec::once("p", "other"), json!({})).await?,
            "greedy.com" => {
                cx.call(&CALL, json!({"d": 1})).await?;
                cx.call(&CALL, json!({"d": 2})).await?;
                cx.call(&CALL, json!({"d": 3})).await?
            }
            "both.com" => {
                let (one, _) = futures::join!(
                    cx.call(&CALLS[0], json!({"d": "closed.com"})),
                    cx.call(&CALLS[0], json!({"d": "acme.com"}))
                );
                one?
            }
            _ => match domain.strip_prefix("without-") {
                // The integration can do without the second call.
                Some(second) => {
                    let first = cx.call(&CALLS[0], json!({"d": "acme.com"})).await?;
                    cx.try_call(&CALL, json!({ "d": second })).await?;
                    first
                }
                None => match domain.strip_prefix("perhaps-") {
                    Some(only) => match cx.try_call(&CALL, json!({ "d": only })).await? {
                        Some(reply) => reply,
                        None => return Ok(Fields::none()),
                    },
                    None => cx.call(&CALL, json!({ "d": domain })).await?,
                },
            },
        };
        let Some(data) = reply.data() else { return Ok(Fields::none()) };
        match domain {
            "stranger.com" => fields.set("stranger", Some(Value::text("x"))),
            "odd.com" => fields.set("size", Some(Value::text("many"))),
            "partial.com" => fields.set("size", Some(Value::Integer(1))),
            _ => {
                fields.set("size", SemanticType::Integer.read_json(data));
                fields.set("person_email", Some(Value::text(format!("Jo@{domain}"))));
            }
        }
        Ok(fields)
    }
}

/// A caller that answers 7, and records the calls.
#[derive(Default)]
struct Answers(Mutex<Vec<Call>>);

#[async_trait]
impl Caller for Answers {
    async fn call(&self, call: Call) -> CallEnd {
        self.0.lock().unwrap().push(call.clone());
        tokio::task::yield_now().await;
        match call.parameters["d"].as_str().unwrap_or_default() {
            "nothing.com" => CallEnd::Reply(Reply::NoData),
            "fails.com" => CallEnd::Failed(Error::new(ErrorKind::Upstream, "500")),
            "closed.com" => CallEnd::Closed(SkipReason::Interrupted),
            "unanswered.com" => CallEnd::Closed(SkipReason::Unanswered),
            _ => CallEnd::Reply(Reply::found(json!("about 7"))),
        }
    }
}

static INFO: ProviderInfo = ProviderInfo {
    name: SmolStr::new_static("p"),
    description: SmolStr::new_static(""),
    key_variable: None,
    base_variable: SmolStr::new_static(""),
    default_base: SmolStr::new_static(""),
    operations: Operations::constant(&[], Operation::paid(Duration::from_secs(60))),
    limits: Limits::NONE,
    check: None,
};

fn no_connection(_: Connection) -> Box<dyn Provider> {
    unreachable!("rows go to the stand-in")
}

fn registry() -> Registry {
    let all = [
        Registration::integration(|| Box::new(Obeys(&FIRST))),
        Registration::integration(|| Box::new(Obeys(&SECOND))),
        Registration::provider(&INFO, no_connection),
    ];
    Registry::from_registrations(&all).unwrap()
}

/// Runs one row through `first` and `second`; returns the outcomes as text and the written cells.
async fn through(columns: &[(&str, &str)], existing: Existing) -> (Vec<String>, Vec<String>, Arc<Answers>) {
    let (end, answers) = end_of(columns, existing).await;
    let outcomes = end.outcomes.iter().map(|outcome| match outcome {
        Outcome::Value(_) => "value".to_owned(),
        Outcome::NoData => "no data".to_owned(),
        Outcome::Skipped(reason) => reason.to_string(),
        Outcome::Failed(error) => error.to_string(),
    });
    let written = end.written.iter().map(|cell| cell.as_ref().map(ToString::to_string).unwrap_or_default());
    (outcomes.collect(), written.collect(), answers)
}

async fn end_of(columns: &[(&str, &str)], existing: Existing) -> (RowEnd, Arc<Answers>) {
    end_with(&registry(), &["second", "first"], columns, existing).await
}

async fn end_with(
    registry: &Registry,
    steps: &[&str],
    columns: &[(&str, &str)],
    existing: Existing,
) -> (RowEnd, Arc<Answers>) {
    let names: Vec<String> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
    let steps = steps.iter().map(|step| StepRequest::parse(step)).collect();
    let request = Request { steps, existing, ..Request::default() };
    let header = Header { table: "t.csv", columns: &names, samples: &[] };
    let plan = Arc::new(Plan::new(&request, &header, registry).unwrap());
    let cell = |at: &usize| Some(columns[*at].1).filter(|cell| !cell.is_empty()).map(Value::text);
    let cells = plan.reads().iter().map(cell).collect();
    let answers = Arc::new(Answers::default());
    let caller = Arc::clone(&answers) as Arc<dyn Caller>;
    let end = Engine::new(plan, CallMode::Live { caller: Arc::clone(&caller), refreshing: caller })
        .row(cells)
        .await;
    (end, answers)
}

static NEEDS: Contract = Contract::new("second", "1", "")
    .inputs(
        const {
            &[
                Column::optional("email", SemanticType::Email, ""),
                Column::optional("name", SemanticType::Text, ""),
                Column::optional("company_domain", SemanticType::Domain, ""),
            ]
        },
    )
    .outputs(const { &[Column::optional("greeting", SemanticType::Text, "")] })
    .calls(CALLS)
    .needs(const { &[Names::constant(&["email"]), Names::constant(&["name", "company_domain"])] });

#[tokio::test]
async fn a_row_without_a_set_of_needed_inputs_is_skipped() {
    let all =
        [Registration::integration(|| Box::new(Obeys(&NEEDS))), Registration::provider(&INFO, no_connection)];
    let registry = Registry::from_registrations(&all).unwrap();
    for (email, name, domain, is_asked) in [
        ("jo@acme.com", "", "", true),
        ("", "Jo", "acme.com", true),
        ("", "Jo", "", false),
        ("", "", "acme.com", false),
        ("N/A", "Jo", "-", false),
        ("", "", "", false),
    ] {
        let columns = [("email", email), ("name", name), ("company_domain", domain)];
        let (end, _) = end_with(&registry, &["second"], &columns, Existing::Keep).await;
        let outcome = &end.outcomes[0];
        let is_skipped = matches!(outcome, Outcome::Skipped(SkipReason::MissingInput));
        assert_eq!((is_skipped, matches!(outcome, Outcome::Value(_))), (!is_asked, is_asked), "{columns:?}");
    }
}

/// The result of the first call was paid for, whatever happens to the second call.
#[tokio::test]
async fn fields_stay_when_a_further_call_is_not_answered() {
    for (domain, lacks) in [
        ("without-acme.com", None),
        ("without-nothing.com", None),
        ("without-fails.com", Some("p o failed: 500")),
        ("without-closed.com", Some("p o was not asked: interrupted")),
    ] {
        let (end, _) = end_of(&[("company_domain", domain)], Existing::Keep).await;
        assert_eq!(end.written[0], Some(Value::Integer(7)), "{domain}");
        let expect = lacks.map(|lacks: &str| (0, Remark::LacksCall(lacks.to_owned())));
        assert_eq!(end.remarks, Vec::from_iter(expect), "{domain}");
    }
    for (domain, expect) in [
        // A plan does not know the result of the second call.
        ("without-unanswered.com", "unanswered"),
        // Without any field, the row must not be reported as having no data.
        ("perhaps-nothing.com", "no data"),
        ("perhaps-fails.com", "upstream: 500"),
        ("perhaps-closed.com", "interrupted"),
    ] {
        let (outcomes, written, _) = through(&[("company_domain", domain)], Existing::Keep).await;
        assert_eq!((outcomes[0].as_str(), written[0].as_str()), (expect, ""), "{domain}");
    }
}

async fn domain(domain: &str) -> (Vec<String>, Vec<String>) {
    let (outcomes, written, _) = through(&[("company_domain", domain)], Existing::Keep).await;
    (outcomes, written)
}

#[tokio::test]
async fn a_step_reads_what_an_earlier_one_wrote() {
    let (outcomes, written) = domain("https://www.Acme.com/about").await;
    assert_eq!(outcomes, ["value", "value"]);
    assert_eq!(written, ["7", "jo@acme.com", "hello jo@acme.com 7"]);
}

#[tokio::test]
async fn outcomes_are_distinguished_and_stay_in_their_step() {
    for (cell, expect) in [
        ("", "missing_input"),
        ("N/A", "missing_input"),
        (
            "not a domain",
            "invalid_input: `company_domain` is not a domain: it contains a space: \"not a domain\"",
        ),
        ("nothing.com", "no data"),
        ("fails.com", "upstream: 500"),
        ("closed.com", "interrupted"),
        ("both.com", "interrupted"),
        ("odd.com", "no data"),
        ("panics.com", "internal: `first` panicked: \"a defect with panics.com\""),
        ("stranger.com", "internal: `first` returned `stranger`, which it does not declare"),
        ("undeclared.com", "internal: `first` does not declare the call p other"),
        ("greedy.com", "internal: `first` made more than the declared 2 calls of p o for one row"),
    ] {
        let (outcomes, written) = domain(cell).await;
        let next = if expect == "interrupted" { expect } else { "missing_input" };
        assert_eq!(outcomes, [expect, next], "{cell}");
        assert_eq!(written, ["", "", ""], "{cell}");
    }
}

#[tokio::test]
async fn a_missing_optional_input_does_not_stop_a_step() {
    let (outcomes, written, _) =
        through(&[("company_domain", "fails.com"), ("email", "a@b.com")], Existing::Keep).await;
    assert_eq!(outcomes, ["upstream: 500", "value"]);
    assert_eq!(written[2], "hello a@b.com");
}

#[tokio::test]
async fn filled_cells_are_kept_and_a_filled_row_is_not_asked_about() {
    let table = [("company_domain", "acme.com"), ("size", "3"), ("person_email", "")];
    let (outcomes, written, _) = through(&table, Existing::Keep).await;
    assert_eq!(outcomes, ["value", "value"]);
    assert_eq!(written, ["", "jo@acme.com", "hello jo@acme.com 3"], "a later step reads what stands there");
    let table =
        [("company_domain", "acme.com"), ("size", "3"), ("person_email", "x@y.com"), ("greeting", "hi")];
    let (outcomes, _, answers) = through(&table, Existing::Keep).await;
    assert_eq!(outcomes, ["existing", "existing"]);
    assert!(answers.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn overwriting_never_empties_a_cell() {
    let table = [("company_domain", "partial.com"), ("size", "3"), ("person_email", "x@y.com")];
    let (outcomes, written, _) = through(&table, Existing::Overwrite).await;
    assert_eq!(outcomes, ["value", "value"]);
    assert_eq!(written, ["1", "", "hello x@y.com 1"]);
    let table = [("company_domain", "nothing.com"), ("size", "3"), ("person_email", "x@y.com")];
    let (outcomes, written, _) = through(&table, Existing::Overwrite).await;
    assert_eq!(outcomes, ["no data", "value"]);
    assert_eq!(written, ["", "", "hello x@y.com 3"]);
}

#[tokio::test]
async fn a_placeholder_is_empty() {
    for (size, email, greeting) in
        [("N/A", "n/a", "N/A"), ("#REF!", "http://", "-"), ("unknown", "#N/A", "None")]
    {
        let table =
            [("company_domain", "acme.com"), ("size", size), ("person_email", email), ("greeting", greeting)];
        let (outcomes, written, answers) = through(&table, Existing::Keep).await;
        assert_eq!(outcomes, ["value", "value"], "{table:?}");
        assert_eq!(written, ["7", "jo@acme.com", "hello jo@acme.com 7"], "{table:?}");
        assert_eq!(answers.0.lock().unwrap().len(), 1, "{table:?}");
    }
    let table =
        [("company_domain", "nothing.com"), ("size", "N/A"), ("person_email", ""), ("greeting", "hi")];
    let (outcomes, written, _) = through(&table, Existing::Keep).await;
    assert_eq!(outcomes, ["no data", "existing"]);
    assert_eq!(written, ["", "", ""], "without an answer the user's own words stay");
    for cell in ["http://", "https://www.", "#REF!", "#N/A", "-", "n.a.", "\u{200b}"] {
        assert_eq!(domain(cell).await.0[0], "missing_input", "{cell}");
    }
    let table = [("company_domain", "fails.com"), ("email", "a@b.com"), ("greeting", "Unknown Pleasures")];
    assert_eq!(through(&table, Existing::Keep).await.0[1], "existing", "a text of its own");
}

#[tokio::test]
async fn only_a_filled_cell_that_gets_another_value_is_counted_as_replaced() {
    let request = |existing| Request {
        steps: vec![StepRequest::parse("second"), StepRequest::parse("first")],
        existing,
        ..Request::default()
    };
    for (size, email, existing, replaced) in [
        ("3", "x@y.com", Existing::Overwrite, vec![0, 1]),
        ("7", "x@y.com", Existing::Overwrite, vec![1]),
        ("N/A", "", Existing::Overwrite, vec![]),
        ("3", "x@y.com", Existing::Keep, vec![]),
    ] {
        let names = ["company_domain", "size", "person_email"].map(str::to_owned);
        let header = Header { table: "t.csv", columns: &names, samples: &[] };
        let plan = Arc::new(Plan::new(&request(existing), &header, &registry()).unwrap());
        let row = ["acme.com", size, email];
        let cell = |at: &usize| Some(row[*at]).filter(|cell| !cell.is_empty()).map(Value::text);
        let cells = plan.reads().iter().map(cell).collect();
        let caller = Arc::new(Answers::default()) as Arc<dyn Caller>;
        let mode = CallMode::Live { caller: Arc::clone(&caller), refreshing: caller };
        let end = Engine::new(plan, mode).row(cells).await;
        assert_eq!(end.replaced, replaced, "{size} {email}");
        assert_eq!(end.mixed, Vec::<usize>::new(), "no step fills one cell and keeps another");
        assert!(end.may_replace.is_empty());
    }
}
