//! A vendor that recognises repeated requests and bills tokens: what is lost on the way is repeated by itself,
//! and the ledger's total is the sandbox's bill.

use std::{sync::Arc, time::Duration};

use engine::{
    Silent,
    gateway::{BreakerSettings, Gateway, Retry, Settings},
    ledger::{MaxAge, RunStart, Runs, Upkeep},
};
use futures::future::join_all;
use ledger_sqlite::Store;
use marl_core::{Caller, Connection, Context, Registry, Row, Secret, Value};
use sandbox::{Options, Sandbox};
use tokio::runtime::Runtime;

const FILE: &str = r#"
format = 1

[provider]
name = "tokens"
description = "Tokens: answers by a model"
base = "https://tokens.example"
key = { bearer = true, env = "TOKENS_API_KEY" }

[operation.answer]
method = "POST"
path = "/responses"
body = { model = "m", input = "{question}" }
bills = "answered"
price = { list = 1, worst = 20 }
unit = "credit"
cost = [{ at = "/usage/input_tokens", each = 0.001 }, { at = "/usage/output_tokens", each = 0.004 }]
idempotency = { header = "Idempotency-Key", for = "24h" }

[integration.model_answer]
description = "A model's answer"
operation = "answer"
inputs.question = { type = "text", about = "the question" }
outputs.answer = { type = "text", at = "/output/0/content/0/text", about = "the answer" }
"#;

const QUESTIONS: u64 = 60;

fn settings() -> Settings {
    let retry = Retry { base: Duration::ZERO, ..Retry::default() };
    // A run of bad luck is no outage here.
    let breaker = BreakerSettings { after: 1_000, ..BreakerSettings::default() };
    Settings { retry: Some(retry), breaker, ..Settings::default() }
}

fn start() -> RunStart {
    let text = String::new;
    RunStart { command: text(), input: text(), output: text(), steps: text(), version: text(), consent: None }
}

/// Asks all questions in one run.
async fn run(store: &Store, registry: &Registry, base_url: String) {
    let connection = Connection { base_url, key: Some(Secret::new("key")), contact: None };
    let provider = registry.provider("tokens").unwrap().connect(connection);
    let started = store.begin(&start(), MaxAge::default()).await.unwrap();
    let gateway = Gateway::new([provider], started.calls, settings(), Arc::new(Silent));
    let integration = registry.integration("model_answer").unwrap();
    let ask = |n: u64| {
        let caller = Arc::new(gateway.clone()) as Arc<dyn Caller>;
        async move {
            let question = Value::Text(format!("What does company-{n}.com do?"));
            let cx = Context::new(caller, Arc::new(integration.contract().clone()));
            let _ = integration.enrich(&Row::new(vec![("question", question)]), &cx).await;
        }
    };
    join_all((0..QUESTIONS).map(ask)).await;
}

#[test]
fn what_is_lost_is_repeated_and_billed_once() {
    let file = declared::read("tokens.toml", FILE).unwrap();
    let mut registry = Registry::gather().unwrap();
    file.add_to(&mut registry).unwrap();
    let runtime = Runtime::new().unwrap();
    for seed in 0..3 {
        runtime.block_on(async {
            let faults = ["cut-after=0.2", "truncate=0.1", "504=0.1", "cut-before=0.1", "500=0.1"];
            let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
            let sandbox = Sandbox::start(Options { seed, faults, ..Options::default() }).await.unwrap();
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(&folder.path().join("ledger.db")).await.unwrap();
            for _ in 0..20 {
                run(&store, &registry, sandbox.base("tokens")).await;
                if store.stats().await.unwrap().calls.iter().map(|calls| calls.count).sum::<u64>()
                    == QUESTIONS
                    && store.doubts().await == Ok(0)
                {
                    break;
                }
            }
            let calls = store.stats().await.unwrap().calls;
            let states: Vec<_> = calls.iter().map(|calls| (calls.state.as_str(), calls.count)).collect();
            assert_eq!(states, [("found", QUESTIONS)], "seed {seed}");
            let stats = sandbox.stats().vendors["tokens"].clone();
            let thousandths = calls[0].units.unwrap() * 1_000.0;
            assert!((thousandths - stats.credit_thousandths as f64).abs() < 1e-6, "{thousandths} {stats:?}");
            assert_eq!((stats.billed, stats.billed_duplicates), (QUESTIONS, 0), "seed {seed}");
            assert!(stats.calls > QUESTIONS + 20, "many answers were lost: {stats:?}");
            sandbox.stop().await;
        });
    }
}
