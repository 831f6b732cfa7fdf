//! `marl runs`: what was run, how it went, and asking a run to stop.

use engine::ledger::{RunRecord, Store};
use marl_core::Registry;
use serde::Serialize;
use serde_json::json;

use crate::{
    args::{RunsArgs, RunsCommand},
    exit,
    failure::Failure,
    place::Place,
    printer::Printer,
    time::{date, span},
};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    ledger: String,
    total: u64,
    runs: &'a [RunRecord],
}

#[derive(Serialize)]
struct OneDocument<'a> {
    schema_version: u32,
    ledger: String,
    #[serde(flatten)]
    run: &'a RunRecord,
}

pub(crate) fn run(args: &RunsArgs, printer: &Printer) -> Result<u8, Failure> {
    let place = Place::find(&Registry::gather()?)?;
    match &args.command {
        None => list(&*place.existing_ledger(&args.ledger)?, args.limit, printer),
        Some(RunsCommand::Show { id, ledger }) => show(&*place.existing_ledger(ledger)?, *id, printer),
        Some(RunsCommand::Stop { id, ledger }) => stop(&*place.existing_ledger(ledger)?, *id, printer),
    }
}

fn list(store: &Store, most: u32, printer: &Printer) -> Result<u8, Failure> {
    let (runs, total) = store.runs(most)?;
    if printer.is_json() {
        printer.document(&Document { schema_version: 1, ledger: ledger(store), total, runs: &runs });
        return Ok(exit::DONE);
    }
    for run in &runs {
        printer.data(&format!(
            "{:>5}  {:<11}  {}  {:>10}  {:>14}  {}",
            run.id,
            run.state.name(),
            date(run.started_at),
            span(run.started_at, run.ended_at),
            spent(run),
            run.output
        ));
    }
    if total > runs.len() as u64 {
        printer.talk(&format!("{} of {total} runs; `--limit N` lists more", runs.len()));
    }
    Ok(exit::DONE)
}

/// What a run bought, in calls, or in money where prices are set; `-` while nobody has counted.
fn spent(run: &RunRecord) -> String {
    let Some(summary) = &run.summary else { return "-".to_owned() };
    match cost(summary) {
        Some(cost) => cost,
        None => format!("{} bought", summary["calls"]["bought"]),
    }
}

fn cost(summary: &serde_json::Value) -> Option<String> {
    let cost = summary["cost"].as_f64()?;
    Some(format!("{cost} {}", text(&summary["currency"])).trim_end().to_owned())
}

fn show(store: &Store, id: i64, printer: &Printer) -> Result<u8, Failure> {
    let run = find(store, id)?;
    if printer.is_json() {
        printer.document(&OneDocument { schema_version: 1, ledger: ledger(store), run: &run });
        return Ok(exit::DONE);
    }
    let mut lines = vec![
        ("run", format!("{} {}", run.id, run.state.name())),
        ("command", run.command.clone()),
        ("started", date(run.started_at)),
        ("took", span(run.started_at, run.ended_at)),
        ("ledger", ledger(store)),
        ("input", run.input.clone()),
        ("output", run.output.clone()),
    ];
    for step in run.steps["steps"].as_array().into_iter().flatten() {
        let inputs = step["inputs"].as_object().into_iter().flatten();
        let inputs: Vec<String> =
            inputs.map(|(input, column)| format!("{input} <- {}", text(column))).collect();
        let (name, version) = (text(&step["integration"]), &step["version"]);
        lines.push(("step", format!("{name} {version}: {}", inputs.join(", "))));
    }
    if let Some(summary) = &run.summary {
        for step in summary["integrations"].as_array().into_iter().flatten() {
            let skipped: u64 = step["skipped"]
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(_, count)| count.as_u64())
                .sum();
            lines.push((
                "counts",
                format!(
                    "{}: {} value, {} no data, {} failed, {skipped} skipped",
                    text(&step["name"]),
                    step["value"],
                    step["no_data"],
                    step["failed"]
                ),
            ));
        }
        let calls = &summary["calls"];
        let (sent, retried, reused) = (&calls["sent"], &calls["retried"], &calls["reused"]);
        lines.push((
            "calls",
            format!(
                "{sent} sent ({retried} retried), {} bought, {} joined, {reused} reused, {} in doubt",
                calls["bought"], calls["joined"], calls["in_doubt"]
            ),
        ));
        lines.push(("cost", cost(summary).unwrap_or_else(|| "unknown: no prices are set".to_owned())));
    }
    for (word, line) in lines {
        printer.data(&format!("{word:<8} {line}"));
    }
    Ok(exit::DONE)
}

fn stop(store: &Store, id: i64, printer: &Printer) -> Result<u8, Failure> {
    let run = find(store, id)?;
    let asked = store.is_alive(id) && store.ask_to_stop(id)?;
    if printer.is_json() {
        printer.document(&json!({ "schema_version": 1, "run": id, "asked": asked, "state": run.state }));
    } else if asked {
        printer.data(&format!("run {id} is asked to stop; `marl runs show {id}` says when it has"));
    } else {
        printer.data(&format!("run {id} is not running: it {}", run.state.name()));
    }
    Ok(exit::DONE)
}

fn find(store: &Store, id: i64) -> Result<RunRecord, Failure> {
    store.run(id)?.ok_or_else(|| {
        Failure::new(exit::NOT_FOUND, "not_found", format!("{} has no run {id}", ledger(store)))
            .hint("`marl runs` lists them")
    })
}

fn ledger(store: &Store) -> String {
    crate::project::shown(store.path())
}

fn text(json: &serde_json::Value) -> &str {
    json.as_str().unwrap_or_default()
}
