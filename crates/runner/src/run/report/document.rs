//! The one document that `enrich --json` prints.

use std::{collections::BTreeMap, path::Path};

use engine::plan::Plan;
use marl_core::ErrorKind;
use schemars::JsonSchema;
use serde::Serialize;

use super::Report;
use crate::{
    document::{Version, names_of, rounded},
    run::files::Output,
    spec::consent::{Consent, Left},
};

/// What a run spent with one provider, in its unit.
#[derive(JsonSchema, Serialize)]
struct SpentUnits {
    provider: String,
    unit: String,
    amount: f64,
}

impl SpentUnits {
    fn of(((provider, unit), amount): (&(String, String), &f64)) -> Self {
        Self { provider: provider.clone(), unit: unit.clone(), amount: rounded(*amount) }
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The outcome of a run, for programs.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "enrich")]
pub struct RunDocument {
    schema_version: Version<2>,
    /// The run's number, for `marl runs show`.
    run: i64,
    /// Whether the answers are the sandbox's: samples, never real.
    sandbox: bool,
    /// `finished`, `interrupted` or `stopped`.
    status: &'static str,
    exit_code: u8,
    /// How many rows the table has.
    rows: u64,
    /// How many rows were selected.
    rows_selected: u64,
    /// Notes on how the table was read, if that is not obvious from the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    table_notes: Vec<String>,
    /// The path of the enriched table; null if an older output stays, or none was written.
    output: Option<String>,
    /// The path of the new table if an older output holds more and stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    unfinished: Option<String>,
    /// Why the older output stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    older_stays: Option<String>,
    /// The columns of an earlier run that the output keeps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    columns_carried: Vec<String>,
    /// How many answers of the older output are gone, because the newer answer has no data for them.
    #[serde(skip_serializing_if = "is_zero")]
    answers_gone: u64,
    /// How many rows of the older output that hold answers are left out, because the table does not
    /// have them any more.
    #[serde(skip_serializing_if = "is_zero")]
    rows_removed: u64,
    /// The path of the list of failed rows; null if there is none.
    errors_file: Option<String>,
    elapsed_ms: u64,
    /// The outcomes of each step.
    integrations: Vec<Integration>,
    calls: Calls,
    /// What was spent, in the settings' currency; null if a price is not known.
    cost: Option<f64>,
    currency: Option<String>,
    /// What the pending calls cost at most that this run ordered, in the settings' currency; left out if this run
    /// ordered none of them, null if a price is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending_cost: Option<Option<f64>>,
    /// What the answers to earlier runs' orders cost; left out if there are none, null if a price is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    collected_cost: Option<Option<f64>>,
    /// What they cost in the vendors' own units.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    collected_units: Vec<SpentUnits>,
    /// What was spent in the vendors' own units, for vendors that publish their prices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    units: Vec<SpentUnits>,
    /// Filled cells that stayed although a step found a value for them.
    cells_kept: u64,
    /// Cells with a placeholder (`N/A`, `-`, `#REF!`) that were filled.
    cells_said_nothing: u64,
    /// Filled cells of the table that got another value.
    cells_replaced: u64,
    /// The columns of these cells.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    columns_replaced: Vec<String>,
    /// Filled cells that stayed and differ from the answer that filled other columns of their row: the
    /// row may mix two companies or two people.
    #[serde(skip_serializing_if = "is_zero")]
    cells_mixed: u64,
    /// The columns of these cells.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    columns_mixed: Vec<String>,
    /// Cells that a spreadsheet would have run as a formula.
    cells_guarded: u64,
    errors: Vec<ErrorCount>,
    remarks: Vec<RowsRemark>,
    /// Rows that have some fields of a step, while a call for further ones was not answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    incomplete: Vec<RowsRemark>,
    hint: Option<String>,
    /// A command that helps, ready to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_command: Option<String>,
    /// Settings and addresses that decide how much is spent, if they are not the defaults.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    settings: Vec<String>,
    /// What is left of the plan's hash that the run was bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<Left>,
}

#[derive(JsonSchema, Serialize)]
struct Integration {
    /// The step's name.
    name: String,
    /// The version of the step's first integration; null for a formula.
    version: Option<String>,
    value: u64,
    no_data: u64,
    failed: u64,
    /// The number of skipped rows, by reason.
    skipped: BTreeMap<&'static str, u64>,
}

#[derive(JsonSchema, Serialize)]
struct Calls {
    /// Attempts that left this machine.
    sent: u64,
    /// Of these, those whose call had been attempted before.
    retried: u64,
    /// Calls that the ledger answered.
    reused: u64,
    /// Calls that shared the answer of an equal call.
    joined: u64,
    /// Calls that were sent, may have been paid for, and have no known answer.
    in_doubt: u64,
    doubts_sent_again: u64,
    /// Requests that carried these calls. Asking for pending answers does not count.
    requests: u64,
    /// Calls whose vendors answer later: the same command asks for the answers, and buys nothing again.
    #[serde(skip_serializing_if = "is_zero")]
    pending: u64,
    /// Answers that earlier runs had ordered.
    #[serde(skip_serializing_if = "is_zero")]
    collected: u64,
    /// Calls that were executed, or maybe executed; calls of free operations are not counted.
    bought: u64,
    /// Of these, those that the vendor did not bill.
    #[serde(skip_serializing_if = "is_zero")]
    unbilled: u64,
}

#[derive(JsonSchema, Serialize)]
struct ErrorCount {
    integration: String,
    kind: ErrorKind,
    message: String,
    count: u64,
    example_row: u64,
}

/// Why rows were skipped, if the reason alone does not explain it, or what their values lack.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Remark")]
struct RowsRemark {
    integration: String,
    remark: String,
    rows: u64,
}

fn remarks(plan: &Plan, counts: &BTreeMap<(usize, String), u64>) -> Vec<RowsRemark> {
    let remark = |((step, remark), rows): (&(usize, String), &u64)| RowsRemark {
        integration: plan.steps[*step].name.clone(),
        remark: remark.clone(),
        rows: *rows,
    };
    counts.iter().map(remark).collect()
}

/// The document of a run.
pub fn document(report: &Report, plan: &Plan) -> RunDocument {
    let counts = &report.counts;
    let integrations = plan.steps.iter().enumerate().map(|(at, step)| {
        let counted = counts.steps.get(at).cloned().unwrap_or_default();
        Integration {
            name: step.name.clone(),
            version: step.contracts().next().map(|contract| contract.version.to_string()),
            value: counted.value,
            no_data: counted.no_data,
            failed: counted.failed,
            skipped: counted.skipped.iter().map(|(reason, count)| (reason.name(), *count)).collect(),
        }
    });
    let mut errors: Vec<ErrorCount> = counts
        .messages
        .iter()
        .map(|((step, kind, message), seen)| ErrorCount {
            integration: plan.steps[*step].name.clone(),
            kind: *kind,
            message: message.clone(),
            count: seen.count,
            example_row: seen.example_row,
        })
        .collect();
    errors.sort_by_key(|error| (std::cmp::Reverse(error.count), error.example_row));
    let path = |path: &Path| path.display().to_string();
    RunDocument {
        schema_version: Version,
        run: report.run,
        sandbox: report.sandbox,
        status: report.status.name(),
        exit_code: report.exit.code(),
        rows: report.rows,
        rows_selected: report.rows_selected,
        table_notes: report.table_notes.clone(),
        output: report.written().map(path),
        unfinished: report.unfinished().map(path),
        older_stays: match &report.output {
            Output::Beside { why, .. } => Some(why.clone()),
            Output::Written | Output::None | Output::Failed => None,
        },
        columns_carried: report.carried.clone(),
        answers_gone: report.gone,
        rows_removed: report.removed,
        errors_file: report.errors_file.as_deref().map(path),
        elapsed_ms: u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX),
        integrations: integrations.collect(),
        calls: Calls {
            sent: counts.sent,
            retried: counts.retried,
            reused: counts.reused,
            joined: counts.joined,
            in_doubt: counts.in_doubt(),
            doubts_sent_again: counts.doubts_sent_again.values().sum(),
            requests: counts.requests(),
            pending: counts.pending(),
            collected: counts.collected.answers,
            bought: counts.bought,
            unbilled: counts.unbilled,
        },
        cost: counts.cost().map(rounded),
        pending_cost: (counts.ordered > 0).then(|| counts.pending_cost.map(rounded)),
        collected_cost: (counts.collected.answers > 0).then(|| counts.collected.cost().map(rounded)),
        collected_units: counts.collected.units.iter().map(SpentUnits::of).collect(),
        currency: report.currency.clone(),
        units: counts.units.iter().map(SpentUnits::of).collect(),
        cells_kept: counts.kept,
        cells_said_nothing: counts.said_nothing,
        cells_replaced: counts.replaced.values().sum(),
        columns_replaced: names_of(plan, counts.replaced.keys()),
        cells_mixed: counts.mixed.values().sum(),
        columns_mixed: names_of(plan, counts.mixed.keys()),
        cells_guarded: report.guarded_cells,
        errors,
        remarks: remarks(plan, &counts.remarks),
        incomplete: remarks(plan, &counts.incomplete),
        hint: report.hint.clone(),
        next_command: report.next_command.clone(),
        settings: report.settings.clone(),
        consent: report.consent.as_ref().map(Consent::document),
    }
}
