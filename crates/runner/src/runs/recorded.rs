//! A recorded run, told to programs.

use std::path::Path;

use engine::ledger::{RunRecord, RunState};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use crate::{
    failure::exit::Exit,
    project::paths,
    run::{progress::SoFar, report::RunDocument},
    spec::consent,
    time::date,
    tools::CallDocument,
};

/// A run as it stands in the ledger.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Run")]
pub struct RecordedRun {
    /// The run's number.
    pub id: i64,
    /// Whether the run goes on, or how it ended.
    pub state: RunState,
    /// The command line.
    pub command: String,
    /// The table's path, absolute; empty for a run that was a single call.
    pub input: String,
    /// The output's path, absolute; empty for a run that was a single call.
    pub output: String,
    /// The steps with bindings and versions, as `marl why` reads them.
    pub steps: Json,
    /// Of marl.
    pub version: String,
    /// In ms since 1970.
    pub started_at: i64,
    /// In ms since 1970.
    pub ended_at: Option<i64>,
    /// How far the run is, or at its end what its command answered; null before the first note.
    #[schemars(with = "Option<Summary>")]
    pub summary: Option<Json>,
    /// Whether it was asked to stop.
    pub stop_asked: bool,
    /// For a run that died: the command that goes on from it, or plans what is left to buy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_command: Option<String>,
}

impl RecordedRun {
    /// The exit code that the run's command ended with, as far as the ledger knows it.
    pub fn exit(&self) -> Exit {
        let recorded = self.summary.as_ref().and_then(|summary| summary["exit_code"].as_u64());
        match (self.state, recorded.and_then(Exit::of_code)) {
            (RunState::Running, _) => Exit::StillRunning,
            (RunState::Died, _) => Exit::Internal,
            (_, Some(code)) => code,
            (RunState::Interrupted, None) => Exit::Interrupted,
            (_, None) => Exit::Done,
        }
    }
}

/// A run in a list: how it went, in one short line. `marl runs show` has the rest.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "RunLine")]
pub struct RunLine {
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

impl From<&RunRecord> for RunLine {
    fn from(run: &RunRecord) -> Self {
        let summary = run.summary.as_ref().unwrap_or(&Json::Null);
        let progress = &summary["progress"];
        let steps = summary["integrations"].as_array();
        let failures = |steps: &Vec<Json>| steps.iter().filter_map(|step| step["failed"].as_u64()).sum();
        let path = |path: &str| (!path.is_empty()).then(|| paths::shown(Path::new(path)));
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
    (run.state == RunState::Died).then(|| consent::going_on_from(&run.command)).flatten()
}

impl From<RunRecord> for RecordedRun {
    fn from(run: RunRecord) -> Self {
        Self {
            next_command: resumed(&run),
            id: run.id,
            state: run.state,
            command: run.command,
            input: run.input,
            output: run.output,
            steps: run.steps,
            version: run.version,
            started_at: run.started_at,
            ended_at: run.ended_at,
            summary: run.summary,
            stop_asked: run.stop_asked,
        }
    }
}

/// How far a run is, or at its end what its command answered.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its form is asked for")]
enum Summary {
    SoFar(SoFar),
    Run(Box<RunDocument>),
    Call(Box<CallDocument>),
    /// What an earlier version of marl recorded, in the form of that version.
    Earlier(serde_json::Map<String, Json>),
}
