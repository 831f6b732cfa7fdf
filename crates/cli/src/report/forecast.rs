//! A plan, told: what a run would do and cost.

use std::{collections::BTreeMap, time::Duration};

use engine::{
    CallForecast, StepForecast,
    gateway::Standing,
    plan::{Plan, Task},
};
use serde::Serialize;

use super::{binding, spoken, thousands};

/// The version of the document's form; raised when a field changes its meaning.
const SCHEMA_VERSION: u32 = 1;

/// Everything that is known of a plan.
pub(crate) struct Planned {
    pub(crate) table: String,
    pub(crate) rows: u64,
    pub(crate) columns: usize,
    pub(crate) rows_picked: u64,
    pub(crate) ledger: String,
    pub(crate) ledger_exists: bool,
    pub(crate) steps: Vec<StepForecast>,
    pub(crate) remarks: BTreeMap<(usize, String), u64>,
    pub(crate) currency: Option<String>,
    /// By provider and operation, the price if known.
    pub(crate) prices: BTreeMap<(&'static str, String), Option<f64>>,
    /// By provider and operation, how long a call usually takes, if known.
    pub(crate) durations: BTreeMap<(&'static str, String), Option<Duration>>,
    pub(crate) parallel: usize,
    pub(crate) max_calls: Option<u64>,
    pub(crate) max_cost: Option<f64>,
    pub(crate) sample: Vec<SampleRow>,
}

/// An example row with the calls it would make.
#[derive(Serialize)]
pub(crate) struct SampleRow {
    pub(crate) row: u64,
    pub(crate) calls: Vec<SampleCall>,
}

/// A call of an example row.
#[derive(Serialize)]
pub(crate) struct SampleCall {
    pub(crate) step: String,
    pub(crate) provider: &'static str,
    pub(crate) operation: String,
    /// `null` where they depend on an answer that is not there.
    pub(crate) parameters: Option<serde_json::Value>,
    pub(crate) standing: &'static str,
    pub(crate) certain: bool,
}

/// The word for how a call stands.
pub(crate) fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Reused => "in_ledger",
        Standing::InDoubt => "in_doubt",
        Standing::Broken => "broken",
        Standing::New => "new",
        Standing::Stale => "stale",
        Standing::Failed => "failed_before",
        Standing::SentAgain => "sent_again",
        Standing::Busy => "busy",
    }
}

impl Planned {
    fn calls(&self) -> impl Iterator<Item = &CallForecast> {
        self.steps.iter().flat_map(|step| &step.calls)
    }

    /// Calls that are sent for certain, and the most.
    pub(crate) fn send(&self) -> (u64, u64) {
        let exactly: u64 = self.calls().map(|call| call.send).sum();
        let possible: u64 = self.calls().map(|call| call.possible).sum();
        (exactly, exactly + possible)
    }

    /// What that costs; `None` where a price is unknown, which is never free.
    pub(crate) fn cost(&self) -> Option<(f64, f64)> {
        let mut cost = (0.0, 0.0);
        for call in self.calls().filter(|call| call.send + call.possible > 0) {
            let price = self.price(call)?;
            cost.0 += price * call.send as f64;
            cost.1 += price * (call.send + call.possible) as f64;
        }
        // Sums of prices such as 0.1 would show their rounding.
        let round = |cost: f64| (cost * 1e9).round() / 1e9;
        Some((round(cost.0), round(cost.1)))
    }

    fn price(&self, call: &CallForecast) -> Option<f64> {
        self.prices.get(&(call.provider, call.operation.clone())).copied().flatten()
    }

    /// Operations that would be sent and have no price.
    fn unpriced(&self) -> Vec<String> {
        let unpriced =
            self.calls().filter(|call| call.send + call.possible > 0 && self.price(call).is_none());
        let mut names: Vec<String> =
            unpriced.map(|call| format!("{} {}", call.provider, call.operation)).collect();
        names.sort();
        names.dedup();
        names
    }

    /// How long that takes, if past calls tell. Providers are asked side by side.
    fn time(&self) -> Option<(Duration, Duration)> {
        let mut by_provider: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for call in self.calls().filter(|call| call.send + call.possible > 0) {
            let usual = self.durations.get(&(call.provider, call.operation.clone())).copied().flatten()?;
            let seconds = usual.as_secs_f64() / self.parallel as f64;
            let time = by_provider.entry(call.provider).or_default();
            time.0 += seconds * call.send as f64;
            time.1 += seconds * (call.send + call.possible) as f64;
        }
        let longest = |part: fn(&(f64, f64)) -> f64| by_provider.values().map(part).fold(0.0, f64::max);
        let (least, most) = (longest(|time| time.0), longest(|time| time.1));
        Some((Duration::from_secs_f64(least), Duration::from_secs_f64(most)))
    }
}

/// The plan for people, in lines.
pub(crate) fn planned_lines(planned: &Planned, plan: &Plan, hash: &str, command: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut say = |word: &str, text: &str| lines.push(format!("{word:<8} {text}").trim_end().to_owned());
    let picked = if planned.rows_picked < planned.rows {
        format!(", {} of them picked", thousands(planned.rows_picked))
    } else {
        String::new()
    };
    let rows = counted(planned.rows, "row");
    say(
        "table",
        &format!("{}: {rows}, {}{picked}", planned.table, counted(planned.columns as u64, "column")),
    );
    let none = if planned.ledger_exists { "" } else { " (none yet)" };
    say("ledger", &format!("{}{none}", planned.ledger));
    for (at, (step, forecast)) in plan.steps.iter().zip(&planned.steps).enumerate() {
        say(&format!("step {}", at + 1), &binding(step));
        say("", &rows_of(forecast));
        for ((_, remark), count) in planned.remarks.iter().filter(|((of, _), _)| *of == at).take(3) {
            say("", &format!("  {}: {remark}", counted(*count, "row")));
        }
        for call in &forecast.calls {
            say("", &calls_of(call));
        }
    }
    let (exactly, most) = planned.send();
    let beyond = if most > exactly {
        format!(" for certain, up to {}", thousands(most))
    } else {
        " exactly".to_owned()
    };
    say("send", &format!("{}{beyond}", counted(exactly, "call")));
    say("cost", &cost(planned));
    say("time", &time(planned));
    if let Some(most) = planned.max_calls {
        say("cap", &format!("at most {} (`--max-calls`)", counted(most, "call")));
    }
    if let Some(most) = planned.max_cost {
        say(
            "cap",
            &format!("at most {most} {} (`--max-cost`)", planned.currency.as_deref().unwrap_or_default()),
        );
    }
    for row in &planned.sample {
        say(&format!("row {}", row.row), if row.calls.is_empty() { "no call" } else { "" });
        for call in &row.calls {
            let parameters = match &call.parameters {
                Some(parameters) => parameters.to_string(),
                None => "depends on an answer that is not there".to_owned(),
            };
            let maybe = if call.certain { "" } else { ", perhaps" };
            let (step, provider, operation) = (&call.step, call.provider, &call.operation);
            say("", &format!("{step}: {provider} {operation} ({}{maybe})", call.standing));
            say("", &format!("  {parameters}"));
        }
    }
    say("plan", hash);
    say("run", command);
    lines
}

fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", thousands(count))
}

fn rows_of(forecast: &StepForecast) -> String {
    let mut parts = Vec::new();
    let mut add = |count: u64, what: &str| {
        if count > 0 {
            parts.push(format!("{} {what}", thousands(count)));
        }
    };
    add(forecast.value, "answered");
    add(forecast.no_data, "no data");
    add(forecast.unanswered, "to ask");
    for (reason, count) in &forecast.skipped {
        add(*count, &format!("skipped ({})", reason.name()));
    }
    for (kind, count) in &forecast.failed {
        add(*count, kind.name());
    }
    if parts.is_empty() { "no rows".to_owned() } else { format!("rows: {}", parts.join(", ")) }
}

fn calls_of(call: &CallForecast) -> String {
    let mut parts = Vec::new();
    if call.reused > 0 {
        parts.push(format!("{} in the ledger", thousands(call.reused)));
    }
    if call.in_doubt > 0 {
        parts.push(format!("{} in doubt", thousands(call.in_doubt)));
    }
    let mut why = Vec::new();
    for (count, what) in [
        (call.stale, "whose answer is old or asked for anew"),
        (call.failed_before, "that failed before"),
        (call.sent_again, "that may have been paid for"),
    ] {
        if count > 0 {
            why.push(format!("{} {what}", thousands(count)));
        }
    }
    let why = if why.is_empty() { String::new() } else { format!(" ({})", why.join(", ")) };
    parts.push(format!("{} to send{why}", thousands(call.send)));
    if call.possible > 0 {
        parts.push(format!("up to {} more as answers come", thousands(call.possible)));
    }
    format!("{} {}: {}", call.provider, call.operation, parts.join(", "))
}

fn cost(planned: &Planned) -> String {
    let unit = planned.currency.as_deref().unwrap_or_default();
    match planned.cost() {
        Some((least, most)) if least < most => format!("{least} to {most} {unit}"),
        Some((least, _)) => format!("{least} {unit}"),
        None => format!("unknown: no price for {}", planned.unpriced().join(", ")),
    }
}

fn time(planned: &Planned) -> String {
    let parallel = planned.parallel;
    match planned.time() {
        Some(_) if planned.send().1 == 0 => "none: nothing is sent".to_owned(),
        Some((least, most)) if spoken(least) == spoken(most) => {
            format!("about {} at parallel {parallel}, as past calls went", spoken(least))
        }
        Some((least, most)) => {
            format!("about {} to {} at parallel {parallel}, as past calls went", spoken(least), spoken(most))
        }
        None => "unknown: the ledger has no past calls to tell from".to_owned(),
    }
}

/// A plan, told to programs.
#[derive(Serialize)]
pub(crate) struct Document<'a> {
    schema_version: u32,
    table: Table<'a>,
    ledger: Ledger<'a>,
    steps: Vec<Step<'a>>,
    send: Bounds<u64>,
    cost: Option<Bounds<f64>>,
    currency: Option<&'a str>,
    unpriced: Vec<String>,
    seconds: Option<Bounds<f64>>,
    parallel: usize,
    max_calls: Option<u64>,
    max_cost: Option<f64>,
    sample: &'a [SampleRow],
    plan: &'a str,
    command: &'a str,
}

#[derive(Serialize)]
struct Table<'a> {
    path: &'a str,
    rows: u64,
    columns: usize,
    rows_picked: u64,
}

#[derive(Serialize)]
struct Ledger<'a> {
    path: &'a str,
    exists: bool,
}

/// What is certain, and the most.
#[derive(Serialize)]
struct Bounds<T> {
    exactly: T,
    at_most: T,
}

#[derive(Serialize)]
struct Step<'a> {
    name: &'a str,
    uses: Vec<Use<'a>>,
    formula: Option<&'a str>,
    #[serde(rename = "where")]
    condition: Option<&'a str>,
    outputs: Vec<&'a str>,
    rows: Rows,
    remarks: Vec<Remark<'a>>,
    calls: Vec<Call<'a>>,
}

#[derive(Serialize)]
struct Use<'a> {
    integration: &'a str,
    version: u32,
    inputs: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
struct Rows {
    answered: u64,
    no_data: u64,
    to_ask: u64,
    skipped: BTreeMap<&'static str, u64>,
    failed: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
struct Remark<'a> {
    rows: u64,
    remark: &'a str,
}

#[derive(Serialize)]
struct Call<'a> {
    provider: &'a str,
    operation: &'a str,
    in_ledger: u64,
    in_doubt: u64,
    stale: u64,
    failed_before: u64,
    sent_again: u64,
    send: u64,
    possible: u64,
    price: Option<f64>,
}

/// The plan for programs.
pub(crate) fn planned_document<'a>(
    planned: &'a Planned,
    plan: &'a Plan,
    hash: &'a str,
    command: &'a str,
) -> Document<'a> {
    let (exactly, at_most) = planned.send();
    let steps = plan.steps.iter().zip(&planned.steps).enumerate();
    let steps = steps.map(|(at, (step, forecast))| Step {
        name: &step.name,
        uses: step.alternatives().iter().map(Use::of).collect(),
        formula: match &step.task {
            Task::Compute(formula) => Some(formula.expression.text()),
            Task::Ask(_) => None,
        },
        condition: step.condition.as_ref().map(|condition| condition.expression.text()),
        outputs: step.columns().map(|output| output.name.as_str()).collect(),
        rows: Rows {
            answered: forecast.value,
            no_data: forecast.no_data,
            to_ask: forecast.unanswered,
            skipped: forecast.skipped.iter().map(|(reason, count)| (reason.name(), *count)).collect(),
            failed: forecast.failed.iter().map(|(kind, count)| (kind.name(), *count)).collect(),
        },
        remarks: planned
            .remarks
            .iter()
            .filter(|((of, _), _)| *of == at)
            .map(|((_, remark), rows)| Remark { rows: *rows, remark })
            .collect(),
        calls: forecast.calls.iter().map(|call| Call::of(call, planned.price(call))).collect(),
    });
    Document {
        schema_version: SCHEMA_VERSION,
        table: Table {
            path: &planned.table,
            rows: planned.rows,
            columns: planned.columns,
            rows_picked: planned.rows_picked,
        },
        ledger: Ledger { path: &planned.ledger, exists: planned.ledger_exists },
        steps: steps.collect(),
        send: Bounds { exactly, at_most },
        cost: planned.cost().map(|(exactly, at_most)| Bounds { exactly, at_most }),
        currency: planned.currency.as_deref(),
        unpriced: planned.unpriced(),
        seconds: planned
            .time()
            .map(|(least, most)| Bounds { exactly: least.as_secs_f64(), at_most: most.as_secs_f64() }),
        parallel: planned.parallel,
        max_calls: planned.max_calls,
        max_cost: planned.max_cost,
        sample: &planned.sample,
        plan: hash,
        command,
    }
}

impl<'a> Use<'a> {
    fn of(alternative: &'a engine::plan::Alternative) -> Self {
        let contract = alternative.integration.contract();
        let inputs = alternative.inputs.iter().map(|input| (input.column.name, input.from.as_str()));
        Self { integration: contract.name, version: contract.version, inputs: inputs.collect() }
    }
}

impl<'a> Call<'a> {
    fn of(call: &'a CallForecast, price: Option<f64>) -> Self {
        Self {
            provider: call.provider,
            operation: &call.operation,
            in_ledger: call.reused,
            in_doubt: call.in_doubt,
            stale: call.stale,
            failed_before: call.failed_before,
            sent_again: call.sent_again,
            send: call.send,
            possible: call.possible,
            price,
        }
    }
}
