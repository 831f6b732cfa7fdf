//! Tests of steps with several integrations: which of them are asked, and with which result.

use marl_core::Field;

use super::*;
use crate::plan::{Set, Tweak};

/// An integration that does what the row's text says for it: `a:name b:fails`.
struct Scripted(&'static Contract);

const NAME: Column = Column::optional("name", SemanticType::Text, "");
const TITLE: Column = Column::optional("title", SemanticType::Text, "");

const fn contract(name: &'static str, outputs: &'static [Column]) -> Contract {
    Contract::new(name, "1", "")
        .inputs(const { &[Column::required("says", SemanticType::Text, "")] })
        .outputs(outputs)
        .calls(const { &[CallSpec::once("p", "o")] })
}

static A: Contract = contract("a", const { &[NAME, TITLE] });
static B: Contract = contract("b", const { &[TITLE, NAME] });
/// Has only one of the columns.
static C: Contract = contract("c", const { &[TITLE] });
/// Needs a column that a row may lack.
static D: Contract =
    contract("d", const { &[NAME] }).inputs(const { &[Column::required("needs", SemanticType::Text, "")] });

#[async_trait]
impl Integration for Scripted {
    fn contract(&self) -> &Contract {
        self.0
    }

    async fn enrich(&self, row: &Row, cx: &Context) -> Result<Fields, Error> {
        let name = self.0.name.as_str();
        let all = if name == "d" { row.text("needs") } else { row.text("says") };
        let own = all.split(' ').find_map(|part| part.strip_prefix(name)?.strip_prefix(':'));
        let mut fields = Fields::none();
        cx.call(
            &CallSpec::once("p", "o"),
            json!({ "d": format!("{}.com", own.unwrap_or("nothing")), "by": name }),
        )
        .await?;
        for output in self.0.outputs.iter() {
            let has = own.is_some_and(|own| own == output.name || own == "both");
            if has {
                let value = Value::text(format!("{} of {name}", output.name));
                fields.put(output.name.clone(), Field { value, source: None });
            }
        }
        Ok(fields)
    }
}

/// A caller that fails, leaves doubts and closes as the parameters say.
#[derive(Default)]
struct ScriptedAnswers(Mutex<Vec<String>>);

#[async_trait]
impl Caller for ScriptedAnswers {
    async fn call(&self, call: Call) -> CallEnd {
        self.0.lock().unwrap().push(call.parameters["by"].as_str().unwrap_or_default().to_owned());
        match call.parameters["d"].as_str().unwrap_or_default() {
            "fails.com" => CallEnd::Failed(Error::new(ErrorKind::Upstream, "500")),
            "doubt.com" => CallEnd::Failed(Error::new(ErrorKind::InDoubt, "maybe paid")),
            "budget.com" => CallEnd::Closed(SkipReason::Budget),
            "stopped.com" => CallEnd::Closed(SkipReason::ProviderStopped),
            _ => CallEnd::Reply(Reply::found(json!("x"))),
        }
    }
}

fn plan(word: &str, columns: &[&str]) -> Plan {
    let all = [
        Registration::integration(|| Box::new(Scripted(&A))),
        Registration::integration(|| Box::new(Scripted(&B))),
        Registration::integration(|| Box::new(Scripted(&C))),
        Registration::integration(|| Box::new(Scripted(&D))),
        Registration::provider(&INFO, no_connection),
    ];
    let registry = Registry::from_registrations(&all).unwrap();
    let request = Request {
        steps: vec![StepRequest::parse(word)],
        tweaks: vec![Tweak { step: None, set: Set::ProviderColumn("by".to_owned()) }],
        ..Request::default()
    };
    let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
    Plan::new(&request, &Header { table: "t.csv", columns: &columns, samples: &[] }, &registry).unwrap()
}

/// Runs a row through a step; returns the integrations that were asked, the outcome, and the written cells.
async fn through(word: &str, cells: &[(&str, &str)]) -> String {
    let names: Vec<&str> = cells.iter().map(|(name, _)| *name).collect();
    let plan = Arc::new(plan(word, &names));
    let asked = Arc::new(ScriptedAnswers::default());
    let caller = Arc::clone(&asked) as Arc<dyn Caller>;
    let mode = CallMode::Live { caller: Arc::clone(&caller), refreshing: caller };
    let cell = |at: &usize| Some(cells[*at].1).filter(|cell| !cell.is_empty()).map(Value::text);
    let end = Engine::new(Arc::clone(&plan), mode).row(plan.reads().iter().map(cell).collect()).await;
    let outcome = match &end.outcomes[0] {
        Outcome::Value(_) => "value".to_owned(),
        Outcome::NoData => "no data".to_owned(),
        Outcome::Skipped(reason) => reason.to_string(),
        Outcome::Failed(error) => error.to_string(),
    };
    let written = plan.outputs().zip(&end.written);
    let written: Vec<String> =
        written.filter_map(|(output, cell)| Some(format!("{}={}", output.name, cell.as_ref()?))).collect();
    let asked = asked.0.lock().unwrap().join("");
    format!("{asked} {outcome} {}", written.join(" ")).trim_end().to_owned()
}

#[tokio::test]
async fn the_next_is_asked_only_for_what_is_still_empty() {
    for (says, expect) in [
        ("a:both b:both", "a value name=name of a title=title of a by=a"),
        ("a:name b:both", "ab value name=name of a title=title of b by=a, b"),
        ("a:none b:both", "ab value name=name of b title=title of b by=b"),
        ("a:none b:none", "ab no data"),
        ("a:fails b:both", "ab value name=name of b title=title of b by=b"),
        ("a:fails b:none", "ab upstream: 500"),
        ("a:none b:fails", "ab upstream: 500"),
        ("a:name b:fails", "ab value name=name of a by=a"),
        ("a:stopped b:both", "ab value name=name of b title=title of b by=b"),
        ("a:stopped b:none", "ab provider_stopped"),
        // After a doubt, or with the budget used up, no other integration is asked.
        ("a:doubt b:both", "a in_doubt: maybe paid"),
        ("a:budget b:both", "a budget"),
        ("a:name b:doubt", "ab value name=name of a by=a"),
        ("a:none b:budget", "ab budget"),
        ("a:fails b:budget", "ab upstream: 500"),
    ] {
        assert_eq!(through("a|b", &[("says", says)]).await, expect, "{says}");
    }
}

#[tokio::test]
async fn an_integration_that_cannot_fill_an_empty_cell_is_not_asked() {
    let table = |says| [("says", says), ("name", ""), ("title", "")];
    assert_eq!(
        through("a|c|b", &table("a:title c:both b:both")).await,
        "ab value name=name of b title=title of a by=a, b"
    );
    assert_eq!(
        through("a|c|b", &table("a:name c:both b:both")).await,
        "ac value name=name of a title=title of c by=a, c"
    );
    let kept = [("says", "a:title b:both"), ("name", "own"), ("title", "")];
    assert_eq!(through("a|b", &kept).await, "a value title=title of a by=a", "a filled cell is not empty");
    let kept = [("says", "a:name b:both"), ("name", "own"), ("title", "")];
    assert_eq!(through("a|b", &kept).await, "ab value title=title of b by=a, b");
    let full = [("says", "a:both b:both"), ("name", "own"), ("title", "own")];
    assert_eq!(through("a|b", &full).await, " existing");
}

#[tokio::test]
async fn an_alternative_without_its_input_is_skipped() {
    let table = |says, needs| [("says", says), ("needs", needs)];
    assert_eq!(through("d|a", &table("a:both", "")).await, "a value name=name of a by=a");
    assert_eq!(through("d|a", &table("a:both", "d:name")).await, "d value name=name of d by=d");
    assert_eq!(through("d|a", &table("a:both", "d:none")).await, "da value name=name of a by=a");
    assert_eq!(through("d|a", &table("a:none", "")).await, "a no data");
    assert_eq!(through("d|a", &table("", "")).await, " missing_input");
}

/// Runs a row whose cells the step itself has filled: which integration filled them is determined again.
#[tokio::test]
async fn a_filled_row_is_explained_by_the_integration_that_filled_it() {
    let cells = [("says", "a:none b:both"), ("name", "name of b"), ("title", "title of b")];
    let plan = Arc::new(plan("a|b", &["says", "name", "title"]));
    let caller = Arc::new(ScriptedAnswers::default()) as Arc<dyn Caller>;
    let engine =
        Engine::new(Arc::clone(&plan), CallMode::Live { caller: Arc::clone(&caller), refreshing: caller });
    let cells = plan.reads().iter().map(|at| Some(Value::text(cells[*at].1))).collect();
    let end = engine.step(0, cells).await;
    assert!(matches!(end.outcome, Outcome::Value(_)), "{:?}", end.outcome);
    assert_eq!(end.by.as_deref(), Some("b"));
}
