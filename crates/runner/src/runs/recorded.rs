//! A recorded run, as a document.

use std::path::Path;

use engine::ledger::{RunRecord, RunState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{
    document::rounded,
    failure::exit::Exit,
    project::paths,
    run::{
        progress::{ProgressDocument, RunProgress},
        report::RunDocument,
    },
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
    /// marl's version.
    pub version: String,
    /// When the run started, in ms since 1970.
    pub started_at: i64,
    /// When the run ended, in ms since 1970.
    pub ended_at: Option<i64>,
    /// The progress, or at the end the command's document; null before the first record.
    pub summary: Option<RunSummary>,
    /// Whether it was asked to stop.
    pub stop_asked: bool,
    /// For a run that died: the command that goes on from it, or plans what is left to buy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_command: Option<String>,
}

impl RecordedRun {
    /// The exit code that the run's command ended with, as far as the ledger knows it.
    pub fn exit(&self) -> Exit {
        let recorded = self.summary.as_ref().and_then(RunSummary::exit_code);
        match (self.state, recorded.and_then(Exit::from_code)) {
            (RunState::Running, _) => Exit::NotYet,
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
    /// The tool, for a run that was a single call.
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<String>,
    /// The number of selected rows; null until they are counted.
    rows: Option<u64>,
    /// Failures of steps; while the run goes on, rows with one.
    failed: Option<u64>,
    /// Attempts that left this machine.
    sent: Option<u64>,
    /// Calls that were executed, or maybe executed; null until the end.
    bought: Option<u64>,
    /// What was spent; null if it is not known.
    cost: Option<f64>,
    exit_code: Option<u64>,
}

impl From<&RunRecord> for RunLine {
    fn from(run: &RunRecord) -> Self {
        let summary = run.summary.as_ref().unwrap_or(&Json::Null);
        let progress = so_far(summary);
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
            rows: progress.map(|progress| progress.rows).or_else(|| summary["rows_selected"].as_u64()),
            failed: progress.map(|progress| progress.failed).or_else(|| steps.map(failures)),
            sent: progress.map(|progress| progress.calls_sent).or_else(|| summary["calls"]["sent"].as_u64()),
            bought: summary["calls"]["bought"].as_u64(),
            cost: paid(summary),
            exit_code: summary["exit_code"].as_u64(),
        }
    }
}

/// What a run paid according to its summary, also for answers that an earlier run had ordered; `None` if a price
/// is not known.
pub fn paid(summary: &Json) -> Option<f64> {
    let collected = match &summary["collected_cost"] {
        Json::Null if summary["calls"]["collected"].as_u64().is_some() => return None,
        cost => cost.as_f64().unwrap_or_default(),
    };
    Some(rounded(summary["cost"].as_f64()? + collected))
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
            summary: run.summary.map(RunSummary::from),
            stop_asked: run.stop_asked,
        }
    }
}

/// The progress of a run, or at its end its command's document.
#[derive(Debug, Clone, JsonSchema, Serialize)]
#[serde(untagged)]
#[schemars(rename = "Summary")]
pub enum RunSummary {
    /// How far the run is, or was when it died.
    SoFar(ProgressDocument),
    /// What the run's command answered at its end.
    Ended(#[schemars(with = "EndSummary")] Json),
}

impl RunSummary {
    /// The exit code that the run's command ended with, if it has ended.
    fn exit_code(&self) -> Option<u64> {
        match self {
            Self::SoFar(_) => None,
            Self::Ended(document) => document["exit_code"].as_u64(),
        }
    }
}

impl From<Json> for RunSummary {
    fn from(summary: Json) -> Self {
        match so_far(&summary) {
            Some(progress) => Self::SoFar(ProgressDocument { progress }),
            None => Self::Ended(summary),
        }
    }
}

/// How far a run is, if it was not at its end when the summary was recorded.
fn so_far(summary: &Json) -> Option<RunProgress> {
    ProgressDocument::deserialize(summary).ok().map(|document| document.progress)
}

/// What a run's command answered at its end.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its form is asked for")]
enum EndSummary {
    Run(Box<RunDocument>),
    Call(Box<CallDocument>),
    /// What an earlier version of marl recorded, in the form of that version.
    Earlier(serde_json::Map<String, Json>),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn progress_is_read_in_its_form_and_in_that_of_earlier_versions() {
        let now = json!({ "progress": { "rows_done": 2, "rows": 5, "failed": 1, "calls_sent": 3, "elapsed_ms": 9 } });
        assert_eq!(serde_json::to_value(RunSummary::from(now.clone())).unwrap(), now);
        let earlier = json!({ "progress": { "rows": 5, "done": 2, "failed": 1, "sent": 3 } });
        let mut expect = now;
        expect["progress"]["elapsed_ms"] = Json::Null;
        assert_eq!(serde_json::to_value(RunSummary::from(earlier)).unwrap(), expect);
        let ended = json!({ "status": "finished", "exit_code": 7 });
        assert_eq!(RunSummary::from(ended).exit_code(), Some(7));
    }
}
