//! The explanation of a cell as lines for people. This module reads no ledger.

use marl_core::terminal;
use runner::explain::explained::{Explained, ExplainedCall};

use super::money::units;

/// The lines that explain one column's cell.
pub(crate) fn why_lines(explained: &Explained) -> Vec<String> {
    let shown = |value: &Option<String>| match value {
        Some(value) => format!("\"{}\"", terminal::line(value, 200)),
        None => "(empty)".to_owned(),
    };
    let mut lines = vec![format!("{:<14} {}", explained.column, shown(&explained.value))];
    let mut line = |word: &str, text: String| lines.push(format!("{word:<14} {text}"));
    if let (Some(name), Some(version)) = (&explained.integration, &explained.version) {
        let output = explained.output.as_deref().map(|output| format!(", output {output}"));
        let step = explained.step.as_deref().map(|step| format!(", step {step}"));
        line("from", format!("{name} {version}{}{}", output.unwrap_or_default(), step.unwrap_or_default()));
    }
    if let Some(formula) = &explained.formula {
        line("from", format!("formula {formula}"));
    }
    for input in &explained.inputs {
        line("read", format!("{} = {} ({})", input.input, shown(&input.value), input.column));
    }
    for call in &explained.calls {
        line("call", call_text(call));
        line("", terminal::line(&call.parameters.to_string(), 400));
    }
    if let Some(source) = &explained.source {
        line("source", source.clone());
    }
    if let Some(note) = &explained.note {
        line("note", note.clone());
    }
    lines
}

fn call_text(call: &ExplainedCall) -> String {
    let mut text = format!("{} {}", call.provider, call.operation);
    match (&call.sent, &call.age) {
        (Some(sent), Some(age)) => text.push_str(&format!(", sent {sent}, {age} ago")),
        _ => text.push_str(", not in the ledger"),
    }
    if let Some(took) = call.duration_ms {
        text.push_str(&format!(", in {:.1} s", took as f64 / 1000.0));
    }
    if let Some(attempts) = call.attempts {
        let word = if attempts == 1 { "attempt" } else { "attempts" };
        text.push_str(&format!(", {attempts} {word}"));
    }
    match call.price {
        Some(price) => text.push_str(&format!(", cost {price}")),
        None if call.units.is_none() => text.push_str(", cost unknown"),
        None => {}
    }
    if let (Some(number), Some(unit)) = (call.units, &call.unit) {
        text.push_str(&format!(", {}", units(&call.provider, unit, number)));
    }
    text
}
