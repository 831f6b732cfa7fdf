//! The plan as lines for people. This module counts nothing.

use engine::{CallForecast, StepForecast, plan::Plan};
use marl_core::words::{counted, thousands};

use runner::{
    binding::binding,
    forecast::{Approval, Planned},
    time::human_duration,
};

use super::{
    money::{amount, units},
    summary::{columns_of, placeholder_examples},
};

/// The plan as lines for people.
pub(crate) fn planned_lines(planned: &Planned, plan: &Plan, approval: &Approval) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = |word: &str, text: &str| lines.push(format!("{word:<8} {text}").trim_end().to_owned());
    let picked = if planned.rows_picked < planned.rows {
        format!(", {} of them picked", thousands(planned.rows_picked))
    } else {
        String::new()
    };
    let rows = counted(planned.rows, "row");
    line(
        "table",
        &format!("{}: {rows}, {}{picked}", planned.table, counted(planned.columns as u64, "column")),
    );
    let none = if planned.ledger_exists { "" } else { " (none yet)" };
    line("ledger", &format!("{}{none}", planned.ledger));
    for (at, (step, forecast)) in plan.steps.iter().zip(&planned.steps).enumerate() {
        line(&format!("step {}", at + 1), &binding(step));
        line("", &rows_of(forecast));
        for ((_, remark), count) in planned.remarks.iter().filter(|((of, _), _)| *of == at).take(3) {
            line("", &format!("  {}: {remark}", counted(*count, "row")));
        }
        for call in &forecast.calls {
            line("", &calls_of(call, planned.requests(call)));
        }
    }
    if planned.placeholders.1 > 0 {
        let cells = counted(planned.placeholders.1, "cell");
        let examples = placeholder_examples();
        line(
            "fill",
            &format!("up to {cells} of your own that hold a placeholder ({examples}) and count as empty"),
        );
    }
    let replaced = planned.cells_replaced();
    if replaced.1 > 0 {
        let up_to = if replaced.0 < replaced.1 { "up to " } else { "" };
        let cells = counted(replaced.1, "filled cell");
        let columns = columns_of(plan, planned.replaced.keys());
        line("replace", &format!("{up_to}{cells} of your table ({columns})"));
        line("", "  `--existing keep` keeps filled cells");
    }
    let (exactly, most) = planned.send();
    let beyond = if most > exactly {
        format!(" for certain, up to {}", thousands(most))
    } else {
        " exactly".to_owned()
    };
    line("send", &format!("{}{beyond}", counted(exactly, "call")));
    line("cost", &cost(planned));
    line("time", &time(planned));
    if let Some(attempts) = planned.doubts_resent {
        line(
            "",
            &format!(
                "a call whose answer is lost is sent again, up to {attempts} times in total, and may be paid for each time (in doubt: retry)"
            ),
        );
    }
    if let Some(most) = planned.max_calls {
        line("cap", &format!("at most {} (`--max-calls`)", counted(most, "call")));
    }
    if let Some(most) = planned.max_cost {
        line(
            "cap",
            &format!("at most {most} {} (`--max-cost`)", planned.currency.as_deref().unwrap_or_default()),
        );
    }
    planned.settings.iter().for_each(|setting| line("settings", setting));
    if let Some(consent) = &planned.consent {
        line("consent", &consent.describe());
    }
    for row in &planned.sample {
        line(&format!("row {}", row.row), if row.calls.is_empty() { "no call" } else { "" });
        for call in &row.calls {
            let parameters = match &call.parameters {
                Some(parameters) => parameters.to_string(),
                None => "depends on an answer that is not known yet".to_owned(),
            };
            // `possible` implies that the call is not certain.
            let maybe = if call.certain || call.standing == "possible" { "" } else { ", not certain" };
            let (step, provider, operation) = (&call.step, &call.provider, &call.operation);
            line("", &format!("{step}: {provider} {operation} ({}{maybe})", call.standing));
            line("", &format!("  {parameters}"));
        }
    }
    line("plan", &approval.hash);
    line("run", &approval.command);
    lines
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

fn calls_of(call: &CallForecast, requests: Option<(u64, u64)>) -> String {
    let mut parts = Vec::new();
    if call.reused > 0 {
        parts.push(format!("{} in the ledger", thousands(call.reused)));
    }
    if call.pending > 0 {
        parts.push(format!("{} ordered and not answered yet", thousands(call.pending)));
    }
    if call.in_doubt > 0 {
        parts.push(format!("{} in doubt", thousands(call.in_doubt)));
    }
    let mut why = Vec::new();
    for (count, what) in [
        (call.stale, "answered before, but too old or to be refreshed"),
        (call.failed_before, "that failed before"),
        (call.sent_again, "that may have been paid for"),
    ] {
        if count > 0 {
            why.push(format!("{} {what}", thousands(count)));
        }
    }
    let why = if why.is_empty() { String::new() } else { format!(" ({})", why.join(", ")) };
    let requests = match requests {
        Some((least, _)) if call.send > 0 => format!(" in {}", counted(least, "request")),
        _ => String::new(),
    };
    parts.push(format!("{} to send{requests}{why}", thousands(call.send)));
    if call.possible > 0 {
        parts.push(format!("up to {} more as answers come", thousands(call.possible)));
    }
    format!("{} {}: {}", call.provider, call.operation, parts.join(", "))
}

fn cost(planned: &Planned) -> String {
    let currency = planned.currency.as_deref().unwrap_or_default();
    let money = match planned.cost() {
        Some((least, most)) if least < most => format!("{least} to {most} {currency}").trim_end().to_owned(),
        Some((least, _)) => format!("{least} {currency}").trim_end().to_owned(),
        None => format!("unknown: no price for {}", planned.unpriced().join(", ")),
    };
    let by_vendor = planned.units().into_iter().map(|((provider, unit), (least, most))| {
        if least < most {
            format!("; {} to {}", amount(least), units(provider, unit, most))
        } else {
            format!("; {}", units(provider, unit, most))
        }
    });
    by_vendor.fold(money, |all, part| all + &part)
}

fn time(planned: &Planned) -> String {
    let parallel = planned.parallel;
    match planned.time() {
        Some(_) if planned.send().1 == 0 => "none: nothing is sent".to_owned(),
        Some((least, most)) if human_duration(least) == human_duration(most) => {
            format!("about {} at parallel {parallel}, estimated from past calls", human_duration(least))
        }
        Some((least, most)) => {
            format!(
                "about {} to {} at parallel {parallel}, estimated from past calls",
                human_duration(least),
                human_duration(most)
            )
        }
        None => "unknown: the ledger has no past calls to estimate from".to_owned(),
    }
}
