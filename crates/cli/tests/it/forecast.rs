//! Tests that the plan equals the run: on random tables, steps and ledgers, the sandbox counts exactly what
//! the plan predicts.

use std::sync::Arc;

use async_trait::async_trait;
use engine::{
    CallMode, Engine, Forecast, RowEnd, Silent,
    gateway::{Gateway, Settings},
    ledger::{Calls, Freshness, MaxAge, RunStart, Runs},
    plan::{Existing, Header, Plan, Refresh, Request, Set, StepRequest, Tweak},
};
use futures::{StreamExt, stream};
use integration_find_ceo::FindCeo;
use integration_linkedin::LinkedinProfile;
use integration_web_research::WebResearch;
use ledger_sqlite::Store;
use marl_core::{
    CallSpec, Column, Connection, Context, Contract, Error, Fields, Integration, Registration, Registry, Row,
    Secret, SemanticType, Value,
};
use proptest::{prelude::*, test_runner::TestRunner};
use provider_datagen::DataGen;
use sandbox::{Options, Sandbox};

const RESEARCH: CallSpec = CallSpec::once("datagen", "chatgpt_webresearch");
const PERSON: CallSpec = CallSpec::once("datagen", "get_linkedin_person_data");
const DOMAIN: Column = Column::required("company_domain", SemanticType::Domain, "");

/// An alternative to `find_ceo`, which produces the same outputs with another question.
struct OtherCeo;

const DOMAINS: &[Column] = &[DOMAIN];
const CEO: &[Column] = &[
    Column::optional("ceo_linkedin_url", SemanticType::LinkedinUrl, ""),
    Column::optional("ceo_name", SemanticType::Text, ""),
];

static OTHER_CEO: Contract =
    Contract::new("other_ceo", "1", "").inputs(DOMAINS).outputs(CEO).calls(const { &[RESEARCH] });

#[async_trait]
impl Integration for OtherCeo {
    fn contract(&self) -> &Contract {
        &OTHER_CEO
    }

    async fn enrich(&self, row: &Row, cx: &Context) -> Result<Fields, Error> {
        // Half of the domains are replaced, so that the two integrations sometimes ask the same question.
        let domain = row.text("company_domain");
        let other = if domain.len().is_multiple_of(2) { "nike.com" } else { domain };
        let row = Row::new([("company_domain", Value::text(other))]);
        FindCeo.enrich(&row, cx).await
    }
}

/// Asks twice, the second time with the first answer.
struct Chief;

static CHIEF: Contract = Contract::new("chief", "1", "")
    .inputs(DOMAINS)
    .outputs(const { &[Column::optional("headline", SemanticType::Text, "")] })
    .calls(const { &[RESEARCH, PERSON] });

#[async_trait]
impl Integration for Chief {
    fn contract(&self) -> &Contract {
        &CHIEF
    }

    async fn enrich(&self, row: &Row, cx: &Context) -> Result<Fields, Error> {
        let ceo = FindCeo.enrich(row, cx).await?;
        let Some(url) = ceo.cell("ceo_linkedin_url") else { return Ok(Fields::none()) };
        let person = Row::new([("linkedin_url", Value::text(url))]);
        let profile = LinkedinProfile.enrich(&person, cx).await?;
        let mut fields = Fields::none();
        fields.set("headline", profile.cell("headline").map(Value::text));
        Ok(fields)
    }
}

fn registry() -> Registry {
    let all = [
        Registration::integration(|| Box::new(FindCeo)),
        Registration::integration(|| Box::new(LinkedinProfile)),
        Registration::integration(|| Box::new(WebResearch)),
        Registration::integration(|| Box::new(OtherCeo)),
        Registration::integration(|| Box::new(Chief)),
        Registration::provider(&provider_datagen::INFO, |connection| Box::new(DataGen::new(connection))),
    ];
    Registry::from_registrations(&all).unwrap()
}

/// One random case.
#[derive(Debug, Clone)]
struct Case {
    /// The domain, the number of employees, an existing name, and a profile.
    rows: Vec<[String; 4]>,
    before: Asked,
    /// How many rows the earlier run processed.
    rows_before: usize,
    now: Asked,
}

/// The steps, by their indices in [`STEPS`], and the options for them.
#[derive(Debug, Clone)]
struct Asked {
    steps: Vec<usize>,
    conditions: Vec<(usize, usize)>,
    existing: Existing,
    refresh: Option<usize>,
}

const STEPS: [(&str, &str); 9] = [
    ("find_ceo", ""),
    ("both=find_ceo|other_ceo", "b_"),
    ("turned=other_ceo|find_ceo", "t_"),
    ("linkedin_profile", ""),
    ("boss=linkedin_profile", "boss_"),
    ("third=linkedin_profile", "third_"),
    ("chief", "chief_"),
    ("web_research", ""),
    ("again=find_ceo", "again_"),
];

/// The columns for inputs that are not fed by columns with their names.
const FED: [(&str, &str); 3] =
    [("linkedin_profile", "profile"), ("boss", "b_ceo_linkedin_url"), ("third", "t_ceo_linkedin_url")];

const CONDITIONS: [&str; 6] = [
    "employees > 100",
    "ceo_name == null",
    "row[\"profile\"] != null && employees < 500000",
    "size == \"large\"",
    "company_domain.contains(\"m\")",
    "employees / 0 > 1",
];

impl Asked {
    fn request(&self) -> Request {
        let mut steps: Vec<usize> = self.steps.clone();
        // A step that feeds another one is part of the request.
        steps.extend(self.steps.iter().filter(|step| **step == 4).map(|_| 1));
        steps.extend(self.steps.iter().filter(|step| **step == 5).map(|_| 2));
        steps.sort_unstable();
        steps.dedup();
        let mut requests = vec![StepRequest::formula("size", "employees > 1000 ? \"large\" : \"small\"")];
        let mut tweaks = Vec::new();
        for step in &steps {
            let (word, prefix) = STEPS[*step];
            let mut request = StepRequest::parse(word);
            request.prefix = prefix.to_owned();
            let name = request.name().to_owned();
            for (_, column) in FED.iter().filter(|(fed, _)| *fed == name) {
                request.inputs.insert("linkedin_url".to_owned(), (*column).to_owned());
            }
            let condition = self.conditions.iter().find(|(of, _)| of == step);
            tweaks.extend(condition.map(|(_, condition)| Tweak {
                step: Some(name),
                set: Set::Condition(CONDITIONS[*condition].to_owned()),
            }));
            requests.push(request);
        }
        let refreshed = self.refresh.filter(|step| steps.contains(step));
        let name = |step: usize| StepRequest::parse(STEPS[step].0).name().to_owned();
        Request {
            steps: requests,
            tweaks,
            existing: self.existing,
            refresh: refreshed.map_or(Refresh::None, |step| Refresh::Names(vec![name(step)])),
            types: [("employees".to_owned(), SemanticType::Integer)].into(),
            ..Request::default()
        }
    }
}

fn asked() -> impl Strategy<Value = Asked> {
    let steps = prop::collection::vec(0..STEPS.len(), 1..5);
    let conditions = prop::collection::vec((0..STEPS.len(), 0..CONDITIONS.len()), 0..3);
    let existing = prop_oneof![3 => Just(Existing::Keep), 1 => Just(Existing::Overwrite)];
    let refresh = prop::option::weighted(0.2, 0..STEPS.len());
    (steps, conditions, existing, refresh).prop_map(|(steps, conditions, existing, refresh)| Asked {
        steps,
        conditions,
        existing,
        refresh,
    })
}

fn case() -> impl Strategy<Value = Case> {
    let one_of = |words: &'static [&'static str]| prop::sample::select(words).prop_map(str::to_owned);
    let row = (
        one_of(&[
            "nike.com",
            "3m.com",
            "https://www.Nike.com/",
            "nobody.example",
            "",
            "not a domain",
            "1und1.ag",
            "microsoft.com",
            "apple.com",
        ]),
        one_of(&["", "12", "75,400", "2100000", "many"]),
        one_of(&["", "", "My Own"]),
        one_of(&[
            "",
            "linkedin.com/in/sandbox-jo",
            "linkedin.com/in/sandbox-al",
            "https://www.linkedin.com/in/sandbox-JO/",
            "x",
        ]),
    );
    let row = row.prop_map(|(domain, employees, name, profile)| [domain, employees, name, profile]);
    (prop::collection::vec(row, 1..14), asked(), 0..8_usize, asked())
        .prop_map(|(rows, before, rows_before, now)| Case { rows, before, rows_before, now })
}

/// A sandbox and a ledger.
struct Place {
    sandbox: Sandbox,
    store: Store,
    registry: Registry,
    _folder: tempfile::TempDir,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("ledger.db")).await.unwrap();
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        Self { sandbox, store, registry: registry(), _folder: folder }
    }

    fn gateway(&self, calls: Arc<dyn Calls>) -> Gateway {
        let connection =
            || Connection { base_url: self.sandbox.url(), key: Some(Secret::new("sandbox")), contact: None };
        let providers = self.registry.providers().map(|entry| entry.connect(connection()));
        Gateway::new(providers, calls, Settings { parallel: 8, ..Settings::default() }, Arc::new(Silent))
    }

    fn plan(&self, request: &Request) -> Arc<Plan> {
        let columns = ["company_domain", "employees", "ceo_name", "profile"].map(str::to_owned);
        let header = Header { table: "t.csv", columns: &columns, samples: &[] };
        Arc::new(Plan::new(request, &header, &self.registry).unwrap_or_else(|error| panic!("{error}")))
    }

    async fn rows(&self, plan: &Arc<Plan>, mode: CallMode, rows: &[[String; 4]]) -> Vec<RowEnd> {
        let engine = Engine::new(Arc::clone(plan), mode);
        let cell = |text: &String| Some(text).filter(|text| !text.is_empty()).map(Value::text);
        let ends = rows.iter().map(|row| engine.row(plan.reads().iter().map(|at| cell(&row[*at])).collect()));
        stream::iter(ends).buffered(8).collect().await
    }

    /// The calls that the plan predicts: for certain, and at most.
    async fn dry_run(&self, request: &Request, rows: &[[String; 4]]) -> (u64, u64) {
        let plan = self.plan(request);
        let calls = self.store.reader(Freshness::Now(MaxAge::default())).await.unwrap();
        let ends = self.rows(&plan, CallMode::Stored(self.gateway(calls)), rows).await;
        let mut forecast = Forecast::new(plan.steps.len());
        ends.iter().for_each(|end| forecast.add(end));
        let steps = forecast.steps();
        let calls = || steps.iter().flat_map(|step| &step.calls);
        let send: u64 = calls().map(|call| call.send).sum();
        (send, send + calls().map(|call| call.possible).sum::<u64>())
    }

    /// Runs, and returns how many calls the sandbox counted.
    async fn run(&self, request: &Request, rows: &[[String; 4]]) -> u64 {
        let before = self.sandbox.stats().calls;
        let plan = self.plan(request);
        let words = || "test".to_owned();
        let start = RunStart {
            command: words(),
            input: words(),
            output: words(),
            steps: "{}".to_owned(),
            version: words(),
            consent: None,
        };
        let started = self.store.begin(&start, MaxAge::default()).await.unwrap();
        let gateway = self.gateway(started.calls);
        let mode = CallMode::Live { caller: Arc::new(gateway.clone()), refreshing: gateway.refreshing() };
        self.rows(&plan, mode, rows).await;
        self.sandbox.stats().calls - before
    }
}

#[test]
fn the_sandbox_counts_what_the_plan_predicted() {
    let cases = std::env::var("MARL_PLAN_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(60);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let exact = std::cell::Cell::new(0_u32);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&case(), |case| {
            let ((exactly, at_most), seen, after) = runtime.block_on(async {
                let place = Place::new().await;
                let some = &case.rows[..case.rows_before.min(case.rows.len())];
                place.run(&case.before.request(), some).await;
                let request = case.now.request();
                let predicted = place.dry_run(&request, &case.rows).await;
                // What is refreshed counts from the start of the next run.
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                let seen = place.run(&request, &case.rows).await;
                let again = Request { refresh: Refresh::None, ..request };
                let after = place.dry_run(&again, &case.rows).await;
                place.sandbox.stop().await;
                (predicted, seen, after)
            });
            prop_assert!(
                exactly <= seen && seen <= at_most,
                "{exactly} to {at_most} calls were predicted, and {seen} were sent"
            );
            exact.set(exact.get() + u32::from(exactly == at_most && seen > 0));
            prop_assert_eq!(after, (0, 0), "a second run has nothing to send");
            Ok(())
        })
        .unwrap();
    let exact = exact.get();
    assert!(exact * 10 >= cases, "only {exact} of {cases} plans with calls were exact");
}
