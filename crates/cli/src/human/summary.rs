//! The summary of a run as lines for people. This module counts nothing.

use engine::plan::Plan;
use marl_core::{
    value::PLACEHOLDER_EXAMPLES,
    words::{counted, either, thousands},
};
use table::shown;

use runner::{
    document::names_of,
    run::{
        files::Output,
        report::{Report, Status},
    },
    time::human_duration,
};

use super::money::units;

/// Examples of placeholders, in words.
pub(super) fn placeholder_examples() -> String {
    PLACEHOLDER_EXAMPLES.map(|cell| format!("`{cell}`")).join(", ")
}

/// How many of the most frequent reasons are listed.
const MOST_REASONS: usize = 5;

/// The lines of a run's summary, each with a leading keyword; an empty list if there is no summary.
pub(crate) fn summary(report: &Report, plan: &Plan) -> Vec<String> {
    let mut lines = vec![headline(report)];
    lines.extend(table(report, plan));
    lines.push(format!("calls    {}", calls(report)));
    lines.extend(cost(report));
    lines.extend(orders(report));
    if report.counts.kept > 0 {
        let kept = counted(report.counts.kept, "filled cell");
        let (were, them) = match report.counts.kept {
            1 => ("it was", "it"),
            _ => ("they were", "them"),
        };
        lines.push(format!("kept     {kept} as {were}; `--existing overwrite` replaces {them}"));
    }
    if report.counts.said_nothing > 0 {
        let cells = counted(report.counts.said_nothing, "cell");
        let examples = placeholder_examples();
        lines.push(format!(
            "filled   {cells} of your own that held a placeholder ({examples}) and counted as empty"
        ));
    }
    let replaced: u64 = report.counts.replaced.values().sum();
    if replaced > 0 {
        let columns = columns_of(plan, report.counts.replaced.keys());
        let cells = counted(replaced, "filled cell");
        lines.push(format!(
            "replaced {cells} of your table ({columns}); `--existing keep` keeps {}",
            either(replaced, "it", "them")
        ));
    }
    let mixed: u64 = report.counts.mixed.values().sum();
    if mixed > 0 {
        let columns = columns_of(plan, report.counts.mixed.keys());
        let cells = counted(mixed, "filled cell");
        let differ = either(
            mixed,
            "differs from the answer that filled the rest of its row",
            "differ from the answers that filled the rest of their rows",
        );
        lines.push(format!(
            "mixed    {cells} of your table ({columns}) {differ}; check, or use `--existing overwrite`"
        ));
    }
    if report.guarded_cells > 0 {
        let guarded = counted(report.guarded_cells, "answer");
        let alike = either(report.guarded_cells, "looks like a formula", "look like formulas");
        lines.push(format!("guarded  {guarded} that {alike} got an apostrophe; `--raw-cells` leaves it out"));
    }
    lines.extend(output(report));
    if let Some(path) = &report.errors_file {
        lines.push(format!("errors   {}", path.display()));
    }
    lines.extend(reasons(report, plan));
    for ((step, remark), rows) in report.counts.remarks.iter().take(MOST_REASONS) {
        let (name, rows) = (&plan.steps[*step].name, counted(*rows, "row"));
        lines.push(format!("skipped  {rows} of {name}: {remark}"));
    }
    for ((step, lacks), rows) in report.counts.incomplete.iter().take(MOST_REASONS) {
        let (name, rows) = (&plan.steps[*step].name, counted(*rows, "row"));
        lines.push(format!("lacking  {rows} of {name}: {lacks}; the same command tries again"));
    }
    if let Some(consent) = &report.consent {
        lines.push(format!("consent  {}", consent.describe()));
    }
    if let Some(hint) = &report.hint {
        lines.push(format!("hint     {hint}"));
    }
    lines.extend(again(report));
    lines
}

/// The columns of outputs as text: `column CEO`, `columns CEO, Size`.
pub(super) fn columns_of<'a>(plan: &Plan, outputs: impl Iterator<Item = &'a usize>) -> String {
    let names: Vec<String> = names_of(plan, outputs).iter().map(|name| shown(name)).collect();
    let word = if names.len() == 1 { "column" } else { "columns" };
    format!("{word} {}", names.join(", "))
}

fn output(report: &Report) -> Vec<String> {
    let path = report.output_path.display();
    let mut lines = match &report.output {
        Output::Written if report.sandbox => vec![format!("output   {path} (samples)")],
        Output::Written => vec![format!("output   {path}")],
        Output::None => {
            vec!["output   none written: there is nothing to add; an older output is unchanged".into()]
        }
        Output::Failed => vec![format!("output   none written; {path} is unchanged")],
        Output::Beside { why, at } => {
            let beside = at.as_ref().map(|at| format!("beside   {} is this run's table", at.display()));
            let stays = format!("output   {path} stays as it was: {why}");
            std::iter::once(stays).chain(beside).collect()
        }
    };
    if !report.carried.is_empty() && report.written().is_some() {
        let columns: Vec<String> = report.carried.iter().map(|name| shown(name)).collect();
        lines.push(format!(
            "carried  {}: columns of an earlier run; `--overwrite` leaves them out",
            columns.join(", ")
        ));
    }
    if report.gone > 0 && report.written().is_some() {
        let gone = counted(report.gone, "answer");
        let them = either(report.gone, "it", "them");
        lines.push(format!("gone     {gone} of the older output: the newer answer has no data for {them}"));
    }
    if report.removed > 0 && report.written().is_some() {
        let rows = counted(report.removed, "row");
        let their = either(report.removed, "its", "their");
        lines.push(format!(
            "removed  {rows} of the older output, with {their} answers: the table no longer has {}",
            either(report.removed, "it", "them")
        ));
    }
    lines
}

/// What the same command would do now; only for a run that processed every row.
fn again(report: &Report) -> Option<String> {
    let counts = &report.counts;
    let would_repeat = counts.repeatable_failures > 0
        || counts.pending() > 0
        || (report.resends_doubts && counts.in_doubt() > 0);
    if report.status != Status::Finished || counts.sent == 0 || would_repeat || report.asks_anew {
        return None;
    }
    let age = human_duration(report.max_age);
    Some(format!(
        "again    the same command would send 0 calls: answers are kept for {age}; `--refresh` asks again"
    ))
}

fn headline(report: &Report) -> String {
    let word = match report.status {
        Status::Finished => "done",
        Status::Interrupted => "interrupted",
        Status::Stopped => "stopped",
    };
    let rows = if report.rows_selected < report.rows {
        format!("{} of {}", thousands(report.rows_selected), counted(report.rows, "row"))
    } else {
        counted(report.rows, "row")
    };
    let word = if report.status == Status::Finished { word.to_owned() } else { format!("{word} after") };
    let time = human_duration(report.elapsed);
    match report.status {
        Status::Finished => format!("{word} in {time}: {rows}"),
        _ => format!("{word} {time}: {rows}"),
    }
}

/// The outcomes by integration, aligned.
fn table(report: &Report, plan: &Plan) -> Vec<String> {
    let width = plan.steps.iter().map(|step| step.name.len()).max().unwrap_or_default().max(12);
    let mut lines =
        vec![format!("  {:width$}  {:>9}  {:>9}  {:>9}   skipped", "", "value", "no data", "failed")];
    for (at, step) in plan.steps.iter().enumerate() {
        let counted = report.counts.steps.get(at).cloned().unwrap_or_default();
        let skipped: Vec<String> = counted
            .skipped
            .iter()
            .map(|(reason, count)| format!("{} {}", thousands(*count), reason.name()))
            .collect();
        let skipped = if skipped.is_empty() { "0".to_owned() } else { skipped.join(", ") };
        lines.push(format!(
            "  {:width$}  {:>9}  {:>9}  {:>9}   {skipped}",
            step.name,
            thousands(counted.value),
            thousands(counted.no_data),
            thousands(counted.failed),
        ));
    }
    lines
}

fn calls(report: &Report) -> String {
    let counts = &report.counts;
    let mut text = format!("{} sent", thousands(counts.sent));
    if counts.together.0 > 0 {
        text.push_str(&format!(" in {}", counted(counts.requests(), "request")));
    }
    if counts.retried > 0 {
        text.push_str(&format!(" ({} retried)", thousands(counts.retried)));
    }
    text.push_str(&format!(", {} joined, {} reused", thousands(counts.joined), thousands(counts.reused)));
    for (provider, count) in &counts.in_doubt {
        text.push_str(&format!(", {} of {provider} in doubt", thousands(*count)));
    }
    for (provider, count) in &counts.doubts_sent_again {
        text.push_str(&format!(", {} of {provider} sent again and maybe paid for twice", thousands(*count)));
    }
    text
}

/// Answers that come later, and answers that earlier runs had ordered.
fn orders(report: &Report) -> Vec<String> {
    let counts = &report.counts;
    let currency = report.currency.as_deref().unwrap_or_default();
    let mut lines = Vec::new();
    if counts.collected.answers > 0 {
        let mut amounts = Vec::new();
        let cost = counts.collected.cost().filter(|cost| *cost > 0.0);
        amounts.extend(cost.map(|cost| format!("{cost:.4} {currency}")));
        for ((provider, unit), amount) in &counts.collected.units {
            amounts.push(units(provider, unit, *amount));
        }
        let cost = if amounts.is_empty() { String::new() } else { format!(": {}", amounts.join(", ")) };
        let answers = counted(counts.collected.answers, "answer");
        lines.push(format!("arrived  {answers} ordered by an earlier run{cost}"));
    }
    for (provider, count) in &counts.pending {
        let calls = counted(*count, "call");
        lines.push(format!(
            "pending  {calls} to {provider} {}; the answers come later",
            either(*count, "is ordered", "are ordered")
        ));
    }
    if let Some(most) = counts.pending_cost.filter(|most| *most > 0.0) {
        lines.push(format!("         this run's orders may still cost up to {most:.4} {currency}"));
    }
    lines
}

/// The cost, in money and in the vendors' units, as far as either is known.
fn cost(report: &Report) -> Option<String> {
    let counts = &report.counts;
    let currency = report.currency.as_deref().unwrap_or_default();
    let mut amounts = Vec::new();
    amounts.extend(counts.cost().filter(|cost| *cost > 0.0).map(|cost| format!("{cost:.4} {currency}")));
    for ((provider, unit), amount) in &counts.units {
        amounts.push(units(provider, unit, *amount));
    }
    if amounts.is_empty() {
        return None;
    }
    let calls = counted(counts.bought, "call");
    let unbilled = match counts.unbilled {
        0 => String::new(),
        unbilled => format!(", of which {} cost nothing", thousands(unbilled)),
    };
    Some(format!("cost     {} for {calls}{unbilled}", amounts.join(", ")))
}

fn reasons(report: &Report, plan: &Plan) -> Vec<String> {
    let mut reasons: Vec<_> = report.counts.messages.iter().collect();
    reasons.sort_by_key(|(_, seen)| (std::cmp::Reverse(seen.count), seen.example_row));
    let more = reasons.len().saturating_sub(MOST_REASONS);
    let mut lines: Vec<String> = reasons
        .iter()
        .take(MOST_REASONS)
        .map(|((step, kind, message), seen)| {
            let name = &plan.steps[*step].name;
            let (count, row) = (thousands(seen.count), thousands(seen.example_row));
            format!("         {count} {kind} of {name}: {message}, first in row {row}")
        })
        .collect();
    if more > 0 {
        lines.push(format!("         and {} more", counted(more as u64, "reason")));
    }
    lines
}
