//! A recorded run, told to people and programs.

use std::path::Path;

use ledger_sqlite::{RunRecord, RunState};
use marl_core::words::counted;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use super::{RunDocument, Tally};
use crate::{
    consent,
    document::Version,
    project,
    time::{date, span},
};

/// A run as it stands in the ledger.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Run<'a> {
    id: i64,
    state: RunState,
    command: &'a str,
    input: &'a str,
    output: &'a str,
    /// The steps with bindings and versions, as `marl why` reads them.
    steps: &'a Json,
    /// Of marl.
    version: &'a str,
    /// In ms since 1970.
    started_at: i64,
    /// In ms since 1970.
    ended_at: Option<i64>,
    #[schemars(with = "Option<Summary<'_>>")]
    summary: Option<&'a Json>,
    /// Whether it was asked to stop.
    stop_asked: bool,
    /// For a run that died: the command that goes on from it, or plans what is left to buy.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_command: Option<String>,
}

/// A run in a list: how it went, in one short line. `marl runs show` has the rest.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "RunLine")]
pub(crate) struct Line {
    id: i64,
    state: RunState,
    /// In UTC: `2026-11-22T14:03:11Z`.
    started: String,
    /// From the working folder, if it lies below it.
    input: Option<String>,
    output: Option<String>,
    /// Of a run that was a single call.
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<String>,
    /// That were selected; null until they are counted.
    rows: Option<u64>,
    /// Failures of steps; while the run goes on, rows with one.
    failed: Option<u64>,
    /// Attempts that left this machine.
    sent: Option<u64>,
    /// Calls that were executed, or maybe executed; null until the end.
    bought: Option<u64>,
    /// What was spent; null when it is not known.
    cost: Option<f64>,
    exit_code: Option<u64>,
}

impl From<&RunRecord> for Line {
    fn from(run: &RunRecord) -> Self {
        let summary = run.summary.as_ref().unwrap_or(&Json::Null);
        let progress = &summary["progress"];
        let steps = summary["integrations"].as_array();
        let failures = |steps: &Vec<Json>| steps.iter().filter_map(|step| step["failed"].as_u64()).sum();
        let path = |path: &str| (!path.is_empty()).then(|| project::shown(Path::new(path)));
        Self {
            id: run.id,
            state: run.state,
            started: date(run.started_at),
            input: path(&run.input),
            output: path(&run.output),
            tool: summary["tool"].as_str().map(str::to_owned),
            rows: progress["rows"].as_u64().or_else(|| summary["rows_selected"].as_u64()),
            failed: progress["failed"].as_u64().or_else(|| steps.map(failures)),
            sent: progress["sent"].as_u64().or_else(|| summary["calls"]["sent"].as_u64()),
            bought: summary["calls"]["bought"].as_u64(),
            cost: summary["cost"].as_f64(),
            exit_code: summary["exit_code"].as_u64(),
        }
    }
}

/// The command that goes on from a run that died. What was answered is not bought again; a cap was
/// that run's alone, so that to buy more under it needs a new plan.
pub(crate) fn resumed(run: &RunRecord) -> Option<String> {
    (run.state == RunState::Died).then(|| consent::going_on(&run.command)).flatten()
}

impl<'a> From<&'a RunRecord> for Run<'a> {
    fn from(run: &'a RunRecord) -> Self {
        Self {
            id: run.id,
            state: run.state,
            command: &run.command,
            input: &run.input,
            output: &run.output,
            steps: &run.steps,
            version: &run.version,
            started_at: run.started_at,
            ended_at: run.ended_at,
            summary: run.summary.as_ref(),
            stop_asked: run.stop_asked,
            next_command: resumed(run),
        }
    }
}

/// A call, and what came of it.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "tools call")]
pub(crate) struct CallDocument<'a> {
    pub(crate) schema_version: Version<1>,
    pub(crate) provider: &'a str,
    pub(crate) tool: &'a str,
    pub(crate) parameters: Json,
    /// `found`, `no_data`, `failed` or `stopped`.
    pub(crate) state: &'static str,
    /// The provider's answer, freed of its envelope.
    pub(crate) reply: Json,
    pub(crate) run: i64,
    pub(crate) ledger: String,
    /// In the settings' currency; null when it is not known.
    pub(crate) price: Option<f64>,
    pub(crate) exit_code: u8,
}

/// How far a run is, or at its end what its command answered.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its form is asked for")]
enum Summary<'a> {
    SoFar(SoFar),
    Run(Box<RunDocument>),
    Call(Box<CallDocument<'a>>),
}

/// How far a run is.
#[derive(JsonSchema, Serialize)]
pub(crate) struct SoFar {
    progress: Progress,
}

#[derive(JsonSchema, Serialize)]
struct Progress {
    rows: u64,
    /// Rows that have been through.
    done: u64,
    /// Rows of which a step failed.
    failed: u64,
    /// Attempts that left this machine.
    sent: u64,
}

impl SoFar {
    /// Of so many rows.
    pub(crate) fn of(tally: &Tally, rows: u64) -> Self {
        let glance = tally.glance();
        Self { progress: Progress { rows, done: glance.rows, failed: glance.failed, sent: glance.sent } }
    }
}

/// What is known of a run; `ledger` is where it is recorded.
pub(crate) fn run_lines(run: &RunRecord, ledger: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut say = |word: &str, text: &str| lines.push(format!("{word:<8} {text}"));
    say("run", &format!("{} {}", run.id, run.state.name()));
    say("command", &run.command);
    say("started", &date(run.started_at));
    say("took", &span(run.started_at, run.ended_at));
    say("ledger", ledger);
    for (word, path) in [("input", &run.input), ("output", &run.output)] {
        if !path.is_empty() {
            say(word, path);
        }
    }
    for step in run.steps["steps"].as_array().into_iter().flatten() {
        say("step", &step_line(step));
    }
    if let Some(command) = resumed(run) {
        say("next", &command);
    }
    let Some(summary) = &run.summary else { return lines };
    if let Some(tool) = summary["tool"].as_str() {
        say("call", &format!("{} {tool}: {}", text(&summary["provider"]), text(&summary["state"])));
        return lines;
    }
    let progress = &summary["progress"];
    if progress.is_object() {
        let (done, rows) = (&progress["done"], &progress["rows"]);
        let (sent, failed) = (&progress["sent"], &progress["failed"]);
        say(
            "so far",
            &format!(
                "{done} of {}, {failed} failed, {sent} sent",
                counted(rows.as_u64().unwrap_or_default(), "row")
            ),
        );
        return lines;
    }
    for step in summary["integrations"].as_array().into_iter().flatten() {
        say("counts", &counts(step));
    }
    let calls = &summary["calls"];
    let (sent, retried, reused) = (&calls["sent"], &calls["retried"], &calls["reused"]);
    say(
        "calls",
        &format!(
            "{sent} sent ({retried} retried), {} bought, {} joined, {reused} reused, {} in doubt",
            calls["bought"], calls["joined"], calls["in_doubt"]
        ),
    );
    say("cost", &cost(summary).unwrap_or_else(|| "unknown: no prices are set".to_owned()));
    if let Some(hint) = summary["hint"].as_str() {
        say("hint", hint);
    }
    lines
}

/// What a run bought, in calls, or in money where prices are set; `-` while nobody has counted.
pub(crate) fn spent(run: &RunRecord) -> String {
    let Some(summary) = &run.summary else { return "-".to_owned() };
    match (cost(summary), summary["calls"]["bought"].as_u64()) {
        (Some(cost), _) => cost,
        (None, Some(bought)) => format!("{bought} bought"),
        (None, None) => "-".to_owned(),
    }
}

fn cost(summary: &Json) -> Option<String> {
    let cost = summary["cost"].as_f64()?;
    Some(format!("{cost} {}", text(&summary["currency"])).trim_end().to_owned())
}

fn step_line(step: &Json) -> String {
    let inputs = step["inputs"].as_object().into_iter().flatten();
    let inputs: Vec<String> = inputs.map(|(input, column)| format!("{input} <- {}", text(column))).collect();
    match step["formula"].as_str() {
        Some(formula) => format!("{} = {formula}", text(&step["name"])),
        // A version was a number once.
        None => {
            let version = step["version"].to_string();
            format!("{} {}: {}", text(&step["integration"]), version.trim_matches('"'), inputs.join(", "))
        }
    }
}

fn counts(step: &Json) -> String {
    let skipped = step["skipped"].as_object().into_iter().flatten();
    let skipped: u64 = skipped.filter_map(|(_, count)| count.as_u64()).sum();
    format!(
        "{}: {} value, {} no data, {} failed, {skipped} skipped",
        text(&step["name"]),
        step["value"],
        step["no_data"],
        step["failed"]
    )
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_default()
}
