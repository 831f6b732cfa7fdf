//! One suite over every registered integration, driven by its contract.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use marl_core::{
    Call, CallEnd, Caller, Context, Error, ErrorKind, Fields, Integration, Reply, Row, SemanticType,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::world::{World, registry};

/// A caller that answers every call alike, and records the calls.
struct Always {
    end: CallEnd,
    calls: Mutex<Vec<Call>>,
}

#[async_trait]
impl Caller for Always {
    async fn call(&self, call: Call) -> CallEnd {
        self.calls.lock().unwrap().push(call);
        self.end.clone()
    }
}

fn all() -> Vec<Arc<dyn Integration>> {
    let all: Vec<_> = registry().integrations().cloned().collect();
    assert!(!all.is_empty());
    all
}

/// Runs an integration on a row that fits its contract; every call ends alike.
fn enrich(integration: &dyn Integration, end: CallEnd) -> (Result<Fields, Error>, Vec<Call>) {
    let contract = integration.contract();
    let inputs = contract
        .inputs
        .iter()
        .map(|column| (column.name.clone(), column.kind.read(example(column.kind)).unwrap()));
    let caller = Arc::new(Always { end, calls: Mutex::default() });
    let cx = Context::new(Arc::clone(&caller) as Arc<dyn Caller>, Arc::new(contract.clone()));
    let row = Row::new(inputs);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let result = runtime.block_on(integration.enrich(&row, &cx));
    let result = result.map(|fields| fields.checked(contract).expect("only declared fields"));
    let calls = std::mem::take(&mut *caller.calls.lock().unwrap());
    (result, calls)
}

fn example(kind: SemanticType) -> &'static str {
    match kind {
        SemanticType::Domain => "acme.com",
        SemanticType::LinkedinUrl => "https://www.linkedin.com/in/jane",
        SemanticType::CompanyLinkedinUrl => "https://www.linkedin.com/company/acme",
        SemanticType::Url => "https://acme.com/",
        SemanticType::Email => "jane@acme.com",
        SemanticType::Phone => "+14155550100",
        SemanticType::Country => "DE",
        SemanticType::Date => "2021-05-03",
        SemanticType::Boolean => "true",
        SemanticType::Integer => "7",
        SemanticType::Number => "7.5",
        // A name for whoever takes any text, and an identifier for whoever wants one.
        SemanticType::Text => "5493001KJTIIGC8Y1R12",
        SemanticType::List => "a; b",
        SemanticType::Json => r#"{"a":1}"#,
    }
}

#[test]
fn contracts_are_complete() {
    for integration in all() {
        let contract = integration.contract();
        let name = &contract.name;
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{name}");
        assert!(!contract.description.is_empty() && !contract.version.is_empty(), "{name}");
        let needs_something =
            contract.inputs.iter().any(|input| input.required) || !contract.needs.is_empty();
        assert!(!contract.outputs.is_empty() && needs_something, "{name}");
        let columns: Vec<_> = contract.inputs.iter().chain(contract.outputs.iter()).collect();
        assert!(columns.iter().all(|column| !column.description.is_empty()), "{name}");
        let mut names: Vec<_> = columns.iter().map(|column| &column.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), columns.len(), "{name}: a column is named twice");
    }
}

#[test]
fn only_declared_calls_and_no_more_than_declared() {
    for integration in all() {
        let contract = integration.contract();
        for end in [CallEnd::Reply(Reply::found(json!({}))), CallEnd::Reply(Reply::NoData)] {
            let (result, calls) = enrich(&*integration, end);
            assert!(!matches!(&result, Err(error) if error.kind() == ErrorKind::Internal), "{result:?}");
            assert!(!calls.is_empty(), "{} asks nothing", contract.name);
            for call in &calls {
                assert!(call.parameters.is_object());
                assert!(contract.calls.iter().any(|spec| spec.operation == call.operation));
            }
        }
    }
}

#[test]
fn the_same_row_asks_the_same_question() {
    for integration in all() {
        let ask = || enrich(&*integration, CallEnd::Reply(Reply::NoData)).1;
        assert_eq!(ask(), ask(), "{}", integration.contract().name);
    }
}

#[test]
fn no_data_failures_and_rubbish_are_distinguished() {
    for integration in all() {
        let name = &integration.contract().name;
        let (nothing, _) = enrich(&*integration, CallEnd::Reply(Reply::NoData));
        assert!(nothing.unwrap().is_empty(), "{name}");
        let (failed, _) = enrich(&*integration, CallEnd::Failed(Error::new(ErrorKind::RateLimited, "429")));
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::RateLimited, "{name}");
        for rubbish in [json!(7), json!("Something else."), json!([]), json!([1, "x"])] {
            let (read, _) = enrich(&*integration, CallEnd::Reply(Reply::found(rubbish.clone())));
            assert_eq!(read.expect_err(name).kind(), ErrorKind::BadReply, "{name}: {rubbish}");
        }
    }
}

#[test]
fn the_sandbox_fills_every_output_of_every_integration() {
    let world = World::new();
    let spoken_for = |of: &Arc<dyn Integration>| {
        of.contract().calls.iter().all(|call| sandbox::names().iter().any(|name| *name == call.provider))
    };
    for integration in all().into_iter().filter(spoken_for) {
        let contract = integration.contract();
        let header: Vec<&str> = contract.inputs.iter().map(|input| input.name.as_str()).collect();
        let mut table = format!("{}\n", header.join(","));
        for company in sandbox::sample::companies().iter().filter(|company| company.ceo.is_some()).take(40) {
            let cells = contract.inputs.iter().map(|input| match input.kind {
                SemanticType::Domain => company.domain.clone(),
                SemanticType::LinkedinUrl => company.ceo_linkedin_url().unwrap_or_default(),
                kind => example(kind).to_owned(),
            });
            table.push_str(&format!("{}\n", cells.collect::<Vec<_>>().join(",")));
        }
        world.write("in.csv", table);
        let ran = world
            .run(&format!("enrich --input in.csv --output out.csv --integrations {} --json", contract.name));
        let counts = &ran.json()["integrations"][0];
        // A vendor may refuse weak matches, and then finds less.
        let (values, cells) = if contract.calls[0].provider == "datagen" { (34, 20) } else { (10, 5) };
        assert!(counts["value"].as_u64().unwrap() >= values, "{}: {counts}", contract.name);
        for output in contract.outputs.iter() {
            let filled = world.column("out.csv", &output.name).iter().filter(|cell| !cell.is_empty()).count();
            assert!(filled >= cells, "{} of {} in {filled} rows", output.name, contract.name);
        }
    }
}

/// Any JSON, with the keys and shapes that integrations look for, more often than by chance.
fn any_json() -> impl Strategy<Value = Json> {
    let text = prop_oneof![
        "\\PC{0,30}",
        Just("{\"ceo_name\": [null, {}], \"employee_count\": \"1k-\", \"headline\": 3}".to_owned()),
        Just("```json\n{\"tech_stack\": ,}\n```".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        text.prop_map(Json::from),
    ];
    let key = prop_oneof![
        Just("answer"),
        Just("person"),
        Just("positions"),
        Just("positionHistory"),
        Just("startEndDate"),
        Just("end"),
        Just("location"),
        Just("headline"),
        Just("followerCount"),
        Just("companyName"),
        Just("ceo_name"),
        Just("x"),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::btree_map(key.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(Json::from_iter),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_reply_makes_an_integration_panic(reply in any_json()) {
        for integration in all() {
            let (result, _) = enrich(&*integration, CallEnd::Reply(Reply::found(reply.clone())));
            if let Err(error) = result {
                prop_assert_eq!(error.kind(), ErrorKind::BadReply);
            }
        }
    }
}
