//! The one document that `enrich --json` prints.

use std::collections::BTreeMap;

use engine::plan::Plan;
use marl_core::ErrorKind;
use serde::Serialize;

use super::Report;

/// The version of the document's form; raised when a field changes its meaning.
const SCHEMA_VERSION: u32 = 1;

/// A run, told to programs.
#[derive(Serialize)]
pub(crate) struct Document {
    schema_version: u32,
    run: i64,
    status: &'static str,
    exit_code: u8,
    rows: u64,
    rows_selected: u64,
    output: Option<String>,
    errors_file: Option<String>,
    elapsed_ms: u64,
    integrations: Vec<Integration>,
    calls: Calls,
    cost: Option<f64>,
    currency: Option<String>,
    cells_kept: u64,
    cells_guarded: u64,
    errors: Vec<ErrorCount>,
    remarks: Vec<Remark>,
    hint: Option<String>,
}

#[derive(Serialize)]
struct Integration {
    name: String,
    /// Of the first integration; a formula has none.
    version: Option<u32>,
    value: u64,
    no_data: u64,
    failed: u64,
    skipped: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
struct Calls {
    sent: u64,
    retried: u64,
    reused: u64,
    joined: u64,
    in_doubt: u64,
    doubts_sent_again: u64,
    bought: u64,
}

#[derive(Serialize)]
struct ErrorCount {
    integration: String,
    kind: ErrorKind,
    message: String,
    count: u64,
    example_row: u64,
}

/// Why rows were skipped, where the reason alone does not say.
#[derive(Serialize)]
struct Remark {
    integration: String,
    remark: String,
    rows: u64,
}

/// Sums of prices such as 0.1 would show how they were rounded.
pub(super) fn rounded(cost: f64) -> f64 {
    (cost * 1e9).round() / 1e9
}

/// The document of a run.
pub(crate) fn document(report: &Report, plan: &Plan) -> Document {
    let counts = &report.counts;
    let integrations = plan.steps.iter().enumerate().map(|(at, step)| {
        let counted = counts.steps.get(at).cloned().unwrap_or_default();
        Integration {
            name: step.name.clone(),
            version: step.contracts().next().map(|contract| contract.version),
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
    let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    Document {
        schema_version: SCHEMA_VERSION,
        run: report.run,
        status: report.status.name(),
        exit_code: report.exit_code,
        rows: report.rows,
        rows_selected: report.rows_selected,
        output: path(&report.output),
        errors_file: path(&report.errors_file),
        elapsed_ms: u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX),
        integrations: integrations.collect(),
        calls: Calls {
            sent: counts.sent,
            retried: counts.retried,
            reused: counts.reused,
            joined: counts.joined,
            in_doubt: counts.in_doubt(),
            doubts_sent_again: counts.doubts_sent_again.values().sum(),
            bought: counts.bought,
        },
        cost: counts.cost().map(rounded),
        currency: report.currency.clone(),
        cells_kept: counts.kept,
        cells_guarded: report.guarded_cells,
        errors,
        remarks: counts
            .remarks
            .iter()
            .map(|((step, remark), rows)| Remark {
                integration: plan.steps[*step].name.clone(),
                remark: remark.clone(),
                rows: *rows,
            })
            .collect(),
        hint: report.hint.clone(),
    }
}
