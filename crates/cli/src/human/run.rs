//! A recorded run as lines for people. This module reads no ledger.

use engine::ledger::RunRecord;
use marl_core::words::counted;
use runner::{
    run::progress::RunProgress,
    runs::{RecordedRunDocument, RunSummary, paid},
    time::{date, span},
};
use serde_json::Value as Json;

/// The lines for a run.
pub(crate) fn run_lines(RecordedRunDocument { run, ledger, .. }: &RecordedRunDocument) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = |word: &str, text: &str| lines.push(format!("{word:<8} {text}"));
    line("run", &format!("{} {}", run.id, run.state.name()));
    line("command", &run.command);
    line("started", &date(run.started_at));
    line("took", &span(run.started_at, run.ended_at));
    line("ledger", ledger);
    for (word, path) in [("input", &run.input), ("output", &run.output)] {
        if !path.is_empty() {
            line(word, path);
        }
    }
    for step in run.steps["steps"].as_array().into_iter().flatten() {
        line("step", &step_line(step));
    }
    if let Some(command) = &run.next_command {
        line("next", command);
    }
    let summary = match &run.summary {
        None => return lines,
        Some(RunSummary::SoFar(so_far)) => {
            line("so far", &progress_line(&so_far.progress));
            return lines;
        }
        Some(RunSummary::Ended(summary)) => summary,
    };
    if let Some(tool) = summary["tool"].as_str() {
        line("call", &format!("{} {tool}: {}", text(&summary["provider"]), text(&summary["state"])));
        return lines;
    }
    for step in summary["integrations"].as_array().into_iter().flatten() {
        line("counts", &counts(step));
    }
    let calls = &summary["calls"];
    let (sent, retried, reused) = (&calls["sent"], &calls["retried"], &calls["reused"]);
    line(
        "calls",
        &format!(
            "{sent} sent ({retried} retried), {} bought, {} joined, {reused} reused, {} in doubt",
            calls["bought"], calls["joined"], calls["in_doubt"]
        ),
    );
    line("cost", &cost(summary).unwrap_or_else(|| "unknown: no prices are set".to_owned()));
    if let Some(collected) = calls["collected"].as_u64() {
        line("arrived", &format!("{} ordered by an earlier run", counted(collected, "answer")));
    }
    if let Some(pending) = calls["pending"].as_u64() {
        let ordered = summary["pending_cost"].as_f64().filter(|cost| *cost > 0.0);
        let up_to = ordered.map(|cost| format!(", up to {cost} {}", text(&summary["currency"])));
        let up_to = up_to.unwrap_or_default();
        line("pending", &format!("{}{}", counted(pending, "call"), up_to.trim_end()));
    }
    if let Some(hint) = summary["hint"].as_str() {
        line("hint", hint);
    }
    lines
}

/// What a run bought: in money if prices are set, otherwise in calls; `-` if it is not counted yet.
pub(crate) fn spent(run: &RunRecord) -> String {
    let Some(summary) = &run.summary else { return "-".to_owned() };
    match (cost(summary), summary["calls"]["bought"].as_u64()) {
        (Some(cost), _) => cost,
        (None, Some(bought)) => format!("{bought} bought"),
        (None, None) => "-".to_owned(),
    }
}

fn cost(summary: &Json) -> Option<String> {
    let cost = paid(summary)?;
    Some(format!("{cost} {}", text(&summary["currency"])).trim_end().to_owned())
}

fn progress_line(RunProgress { rows_done, rows, failed, calls_sent, .. }: &RunProgress) -> String {
    format!("{rows_done} of {}, {failed} failed, {calls_sent} sent", counted(*rows, "row"))
}

fn step_line(step: &Json) -> String {
    let inputs = step["inputs"].as_object().into_iter().flatten();
    let inputs: Vec<String> = inputs.map(|(input, column)| format!("{input} <- {}", text(column))).collect();
    match step["formula"].as_str() {
        Some(formula) => format!("{} = {formula}", text(&step["name"])),
        // Earlier versions of marl recorded a version as a number.
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
