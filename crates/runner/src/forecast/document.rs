//! The plan for programs, as one document. This module counts nothing itself.

use std::collections::BTreeMap;

use engine::{
    CallForecast,
    plan::{Plan, Task},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Approval, Planned, SampleRow};
use crate::{
    document::{Version, names_of},
    spec::consent::{Consent, Left},
};

/// A plan, for programs.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "plan")]
pub struct PlanDocument<'a> {
    schema_version: Version<2>,
    table: Table<'a>,
    /// Notes on how the table was read, if that is not obvious from the file.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    table_notes: &'a [String],
    /// Whether the answers are samples from the sandbox, which are never real.
    sandbox: bool,
    ledger: Ledger<'a>,
    steps: Vec<PlannedStep<'a>>,
    /// Output cells that hold a placeholder (`N/A`, `-`, `#REF!`) and count as empty.
    cells_said_nothing: Bounds<u64>,
    /// Filled cells of the table that get another value.
    cells_replaced: Bounds<u64>,
    /// The columns of these cells.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    columns_replaced: Vec<String>,
    /// The calls that are sent.
    send: Bounds<u64>,
    /// The cost in the settings' currency: at least, if every call is answered, and at most. Null if a price
    /// is not known.
    cost: Option<Bounds<f64>>,
    /// What they cost in the vendors' own units, for vendors that publish their prices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    units: Vec<PlannedUnits<'a>>,
    currency: Option<&'a str>,
    /// The operations without a price.
    unpriced: Vec<String>,
    /// How long the run takes, estimated from past calls; null if there are none.
    seconds: Option<Bounds<f64>>,
    parallel: usize,
    /// Beyond `send`: how often a call whose answer is lost may be sent in total.
    doubts_resent: Option<u32>,
    max_calls: Option<u64>,
    max_cost: Option<f64>,
    /// Settings and addresses that affect how much is spent and differ from the defaults.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    settings: &'a [String],
    /// What is left of the hash that was named with `--plan`.
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<Left>,
    sample: &'a [SampleRow],
    /// The hash for `marl enrich --plan`.
    plan: &'a str,
    /// The command that runs exactly this plan.
    command: &'a str,
}

#[derive(JsonSchema, Serialize)]
struct Table<'a> {
    path: &'a str,
    rows: u64,
    columns: usize,
    rows_picked: u64,
}

#[derive(JsonSchema, Serialize)]
struct Ledger<'a> {
    path: &'a str,
    exists: bool,
}

/// What is certain, and the maximum.
#[derive(JsonSchema, Serialize)]
struct Bounds<T> {
    exactly: T,
    at_most: T,
}

/// What the calls of one provider cost in its unit.
#[derive(JsonSchema, Serialize)]
struct PlannedUnits<'a> {
    provider: &'a str,
    unit: &'a str,
    exactly: f64,
    at_most: f64,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Step")]
struct PlannedStep<'a> {
    name: &'a str,
    uses: Vec<IntegrationUse<'a>>,
    formula: Option<&'a str>,
    #[serde(rename = "where")]
    condition: Option<&'a str>,
    outputs: Vec<&'a str>,
    rows: Rows,
    remarks: Vec<StepRemark<'a>>,
    calls: Vec<Call<'a>>,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Use")]
struct IntegrationUse<'a> {
    integration: &'a str,
    version: &'a str,
    inputs: BTreeMap<&'a str, &'a str>,
}

#[derive(JsonSchema, Serialize)]
struct Rows {
    answered: u64,
    no_data: u64,
    to_ask: u64,
    /// By reason.
    skipped: BTreeMap<&'static str, u64>,
    /// By kind.
    failed: BTreeMap<&'static str, u64>,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Remark")]
struct StepRemark<'a> {
    rows: u64,
    remark: &'a str,
}

#[derive(JsonSchema, Serialize)]
struct Call<'a> {
    provider: &'a str,
    operation: &'a str,
    /// Already answered.
    in_ledger: u64,
    /// Left in doubt, and not sent again.
    in_doubt: u64,
    /// Ordered by an earlier run and not answered yet: the run asks for the answers, which is free.
    pending: u64,
    /// Sent because the answer is too old.
    stale: u64,
    /// Sent because the call failed before.
    failed_before: u64,
    /// Sent again although the call is in doubt: the user chose to, or the vendor recognises the repetition and
    /// bills it once.
    sent_again: u64,
    /// Sent for certain; includes the three counts above.
    send: u64,
    /// Calls that may follow from answers that are not known yet.
    possible: u64,
    /// The fewest requests that carry these calls, for certain and at most. Left out if each call has a request
    /// of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    requests: Option<Bounds<u64>>,
    price: Option<f64>,
}

/// The plan for programs.
pub fn planned_document<'a>(
    planned: &'a Planned,
    plan: &'a Plan,
    approval: &'a Approval,
) -> PlanDocument<'a> {
    let (exactly, at_most) = planned.send();
    let replaced = planned.cells_replaced();
    let steps = plan.steps.iter().zip(&planned.steps).enumerate();
    let steps = steps.map(|(at, (step, forecast))| PlannedStep {
        name: &step.name,
        uses: step.alternatives().iter().map(IntegrationUse::of).collect(),
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
            .map(|((_, remark), rows)| StepRemark { rows: *rows, remark })
            .collect(),
        calls: forecast.calls.iter().map(|call| Call::of(call, planned)).collect(),
    });
    PlanDocument {
        schema_version: Version,
        table_notes: &planned.table_notes,
        table: Table {
            path: &planned.table,
            rows: planned.rows,
            columns: planned.columns,
            rows_picked: planned.rows_picked,
        },
        sandbox: planned.sandbox,
        ledger: Ledger { path: &planned.ledger, exists: planned.ledger_exists },
        steps: steps.collect(),
        cells_said_nothing: Bounds { exactly: planned.placeholders.0, at_most: planned.placeholders.1 },
        cells_replaced: Bounds { exactly: replaced.0, at_most: replaced.1 },
        columns_replaced: names_of(plan, planned.replaced.keys()),
        send: Bounds { exactly, at_most },
        cost: planned.cost().map(|(exactly, at_most)| Bounds { exactly, at_most }),
        units: planned
            .units()
            .into_iter()
            .map(|((provider, unit), (exactly, at_most))| PlannedUnits { provider, unit, exactly, at_most })
            .collect(),
        currency: planned.currency.as_deref(),
        unpriced: planned.unpriced(),
        seconds: planned
            .time()
            .map(|(least, most)| Bounds { exactly: least.as_secs_f64(), at_most: most.as_secs_f64() }),
        parallel: planned.parallel,
        doubts_resent: planned.doubts_resent,
        max_calls: planned.max_calls,
        max_cost: planned.max_cost,
        settings: &planned.settings,
        consent: planned.consent.as_ref().map(Consent::document),
        sample: &planned.sample,
        plan: &approval.hash,
        command: &approval.command,
    }
}

impl<'a> IntegrationUse<'a> {
    fn of(alternative: &'a engine::plan::Alternative) -> Self {
        let contract = alternative.integration.contract();
        let inputs = alternative.inputs.iter().map(|input| (input.column.name.as_str(), input.from.as_str()));
        Self { integration: &contract.name, version: &contract.version, inputs: inputs.collect() }
    }
}

impl<'a> Call<'a> {
    fn of(call: &'a CallForecast, planned: &Planned) -> Self {
        let bounds = |(exactly, at_most)| Bounds { exactly, at_most };
        Self {
            provider: &call.provider,
            operation: &call.operation,
            in_ledger: call.reused,
            in_doubt: call.in_doubt,
            pending: call.pending,
            stale: call.stale,
            failed_before: call.failed_before,
            sent_again: call.sent_again,
            send: call.send,
            possible: call.possible,
            requests: planned.requests(call).map(bounds),
            price: planned.price(call),
        }
    }
}
