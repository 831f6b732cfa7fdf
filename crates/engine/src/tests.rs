//! Tests of an integration and a provider whose names were read at run time, beside a linked one: from the
//! registry through a plan, a gateway and a forecast.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use marl_core::{
    Call, CallSpec, Column, Connection, Context, Contract, Error, Field, Fields, Integration, Origin,
    Outcome, Provider, Registration, Registry, RegistryError, Reply, Row, SemanticType, SmolStr, Value,
    provider::{Attempt, Limits, Operation, Operations, Outgoing, ProviderInfo},
};
use serde_json::json;

use crate::{
    CallForecast, CallMode, Engine, Event, Forecast, Listener, Silent,
    gateway::{Gateway, LaneSettings, Settings},
    ledger::{Calls, MemoryCalls},
    plan::{Header, Plan, Request, StepRequest},
};

/// The file that describes the integration.
const FILE: &str = "\
    integration company_slogan_and_its_language\n\
    version 2026-07\n\
    input company_domain\n\
    output slogan_of_the_company_today\n\
    provider slogans_of_all_companies\n\
    operation look_up_a_slogan_by_domain\n";

/// The word after `key` in the file. It is allocated, and too long to be stored inline.
fn word(key: &str) -> SmolStr {
    let line = FILE.lines().find_map(|line| line.trim().strip_prefix(key));
    line.unwrap().trim().to_owned().into()
}

/// An integration that makes its one call for its one input, and puts the answer into its one output.
struct Declared(Contract);

impl Declared {
    fn read() -> Self {
        let column = |key, kind, required| Column {
            name: word(key),
            kind,
            description: format!("the {}", word(key)).into(),
            prompt: None,
            required,
            aliases: ["web".to_owned() + "site"].into_iter().collect(),
        };
        let call = CallSpec { provider: word("provider"), operation: word("operation"), most_per_row: 1 };
        Self(Contract {
            name: word("integration"),
            version: word("version"),
            description: "what a company says of itself".to_owned().into(),
            inputs: vec![column("input", SemanticType::Domain, true)].into(),
            outputs: vec![column("output", SemanticType::Text, false)].into(),
            calls: vec![call].into(),
            needs: Vec::new().into(),
        })
    }
}

#[async_trait]
impl Integration for Declared {
    fn contract(&self) -> &Contract {
        &self.0
    }

    async fn enrich(&self, row: &Row, cx: &Context) -> Result<Fields, Error> {
        let Contract { inputs, outputs, calls, .. } = &self.0;
        let reply = cx.call(&calls[0], json!({ "of": row.text(&inputs[0].name) })).await?;
        let mut fields = Fields::none();
        if let Some(text) = reply.data().and_then(|data| data.as_str()) {
            fields.put(outputs[0].name.clone(), Field { value: Value::text(text), source: None });
        }
        Ok(fields)
    }
}

/// A provider that answers with its address and the parameter, and records what it was sent.
struct Vendor {
    info: ProviderInfo,
    connection: Connection,
    sent: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Provider for Vendor {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ready(&self) -> Result<(), Error> {
        Ok(())
    }

    async fn send(&self, Outgoing { call, .. }: &Outgoing<'_>) -> Attempt {
        self.sent.lock().unwrap().push(call.to_string());
        let answer = format!("{} by {}", call.parameters["of"], self.connection.base_url);
        Attempt::answered(answer)
    }

    fn read(&self, _: &Call, body: &str) -> Result<Reply, Error> {
        Ok(Reply::found(json!(body)))
    }
}

/// Adds the vendor; what its providers are sent is recorded in `sent`.
fn add_vendor(registry: &mut Registry, sent: &Arc<Mutex<Vec<String>>>) -> Result<(), RegistryError> {
    let info = ProviderInfo {
        name: word("provider"),
        description: SmolStr::default(),
        key_variable: None,
        base_variable: SmolStr::default(),
        default_base: SmolStr::default(),
        operations: Operations::constant(&[], Operation::paid(Duration::from_secs(60))),
        limits: Limits::NONE,
        check: None,
    };
    let (of_each, sent) = (info.clone(), Arc::clone(sent));
    let connect = move |connection| -> Box<dyn Provider> {
        Box::new(Vendor { info: of_each.clone(), connection, sent: Arc::clone(&sent) })
    };
    registry.add_provider(info, Box::new(connect), Origin::File("vendor.toml".into()))
}

/// A linked integration.
struct Linked;

static LINKED: Contract = Contract::new("linked", "1", "");

#[async_trait]
impl Integration for Linked {
    fn contract(&self) -> &Contract {
        &LINKED
    }

    async fn enrich(&self, _: &Row, _: &Context) -> Result<Fields, Error> {
        Ok(Fields::none())
    }
}

fn registry(sent: &Arc<Mutex<Vec<String>>>) -> Registry {
    let linked = [Registration::integration(|| Box::new(Linked))];
    let mut registry = Registry::from_registrations(&linked).unwrap();
    add_vendor(&mut registry, sent).unwrap();
    registry.add_integration(Arc::new(Declared::read()), Origin::File("slogan.toml".into())).unwrap();
    registry
}

/// A plan over a table whose only column has a usual name for the input.
fn plan(registry: &Registry) -> Plan {
    let request = Request { steps: vec![StepRequest::parse(&word("integration"))], ..Request::default() };
    let samples = [vec!["nike.com".to_owned()]];
    let header = Header { table: "t.csv", columns: &["Website".to_owned()], samples: &samples };
    Plan::new(&request, &header, registry).unwrap()
}

/// The providers to which attempts left.
#[derive(Default)]
struct SentLog(Mutex<Vec<String>>);

impl Listener for SentLog {
    fn on_event(&self, event: &Event<'_>) {
        if let Event::Sent { provider, .. } = event {
            self.0.lock().unwrap().push((*provider).to_owned());
        }
    }
}

fn gateway(
    registry: &Registry,
    plan: &Plan,
    ledger: &Arc<dyn Calls>,
    listener: Arc<dyn Listener>,
) -> Gateway {
    let connection = || Connection { base_url: "https://x.example".into(), key: None, contact: None };
    let names = plan.providers();
    let providers = names.iter().map(|name| registry.provider(name).unwrap().connect(connection()));
    let prices = [(word("operation").to_string(), 0.5)].into();
    let lanes = [(word("provider").to_string(), LaneSettings { prices, ..LaneSettings::default() })].into();
    let settings = Settings { lanes, ..Settings::default() };
    Gateway::new(providers, Arc::clone(ledger), settings, listener)
}

#[tokio::test]
async fn plugins_created_at_run_time_work_like_linked_ones() {
    let sent = Arc::default();
    let registry = registry(&sent);
    let plan = Arc::new(plan(&registry));
    assert_eq!(plan.steps[0].contracts().next().unwrap().version, "2026-07");
    let heard = Arc::new(SentLog::default());
    let ledger: Arc<dyn Calls> = Arc::new(MemoryCalls::default());
    let open = gateway(&registry, &plan, &ledger, Arc::clone(&heard) as Arc<dyn Listener>);
    let price = open.price(&word("provider"), &word("operation")).expect("the provider is known");
    assert_eq!(price.most.money, Some(0.5));
    let mode = CallMode::Live { refreshing: open.refreshing(), caller: Arc::new(open) };
    let end = Engine::new(Arc::clone(&plan), mode).row(vec![Some(Value::text("https://Nike.com/"))]).await;
    assert_eq!(end.written, [Some(Value::text("\"nike.com\" by https://x.example"))]);
    let call = format!("{} {}", word("provider"), word("operation"));
    assert_eq!(*sent.lock().unwrap(), [call]);
    assert_eq!(*heard.0.lock().unwrap(), [word("provider").to_string()]);

    // The closed gateway finds the first row's answer and counts the second row's call.
    let closed = gateway(&registry, &plan, &ledger, Arc::new(Silent));
    let engine = Engine::new(Arc::clone(&plan), CallMode::Stored(closed));
    let mut forecast = Forecast::new(1);
    for domain in ["nike.com", "3m.com"] {
        forecast.add(&engine.row(vec![Some(Value::text(domain))]).await);
    }
    let [step] = &forecast.steps()[..] else { panic!("one step") };
    let [CallForecast { provider, operation, reused, send, .. }] = &step.calls[..] else {
        panic!("one operation: {:?}", step.calls)
    };
    assert_eq!((provider, operation, *reused, *send), (&word("provider"), &word("operation"), 1, 1));
    assert_eq!(sent.lock().unwrap().len(), 1, "a closed gateway sends nothing");
}

#[tokio::test]
async fn an_undeclared_field_is_refused_with_its_name() {
    /// An integration that returns a field under the input's name.
    struct Astray(Contract);

    #[async_trait]
    impl Integration for Astray {
        fn contract(&self) -> &Contract {
            &self.0
        }

        async fn enrich(&self, _: &Row, _: &Context) -> Result<Fields, Error> {
            let mut fields = Fields::none();
            fields.put(word("input"), Field { value: Value::text("x"), source: None });
            Ok(fields)
        }
    }

    let sent = Arc::default();
    let linked = [Registration::integration(|| Box::new(Linked))];
    let mut registry = Registry::from_registrations(&linked).unwrap();
    add_vendor(&mut registry, &sent).unwrap();
    registry.add_integration(Arc::new(Astray(Declared::read().0)), Origin::here()).unwrap();
    let plan = Arc::new(plan(&registry));
    let ledger: Arc<dyn Calls> = Arc::new(MemoryCalls::default());
    let engine = Engine::new(
        Arc::clone(&plan),
        CallMode::Stored(gateway(&registry, &plan, &ledger, Arc::new(Silent))),
    );
    let end = engine.row(vec![Some(Value::text("nike.com"))]).await;
    let Outcome::Failed(error) = &end.outcomes[0] else { panic!("{:?}", end.outcomes) };
    let expect = format!("`{}` returned `company_domain`, which it does not declare", word("integration"));
    assert_eq!(error.message(), expect);
}
