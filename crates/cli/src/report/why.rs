//! The story of a cell, for people and programs.

use engine::ledger::CallState;
use marl_core::terminal;
use schemars::JsonSchema;
use serde::Serialize;

/// A column's story; the columns it came from follow.
#[derive(Debug, Default, JsonSchema, Serialize)]
pub(crate) struct Explained {
    pub(crate) column: String,
    pub(crate) value: Option<String>,
    pub(crate) from: Origin,
    /// The step, where it has a name of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) step: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) integration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    /// The formula that computed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) formula: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    pub(crate) inputs: Vec<InputCell>,
    pub(crate) calls: Vec<CallStory>,
    /// Why it is empty, or why it is not what the answer gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// Where a cell comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    /// A step gave it.
    Value,
    /// The run kept what the input table had.
    Kept,
    /// A step found out that there is nothing.
    NoData,
    /// A step failed on the row.
    Failed,
    /// A step did not run on the row.
    Skipped,
    /// The column is the table's own.
    #[default]
    Own,
}

#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct InputCell {
    pub(crate) input: String,
    pub(crate) column: String,
    pub(crate) value: Option<String>,
}

/// A call with what the ledger holds of it.
#[derive(Debug, Clone, JsonSchema, Serialize)]
pub(crate) struct CallStory {
    pub(crate) provider: String,
    pub(crate) operation: String,
    pub(crate) parameters: serde_json::Value,
    pub(crate) state: Option<CallState>,
    pub(crate) sent: Option<String>,
    pub(crate) age: Option<String>,
    pub(crate) duration_ms: Option<i64>,
    pub(crate) attempts: Option<u32>,
    pub(crate) price: Option<f64>,
    pub(crate) request_id: Option<String>,
    pub(crate) error_kind: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) run: Option<i64>,
}

pub(crate) fn why_lines(explained: &Explained) -> Vec<String> {
    let shown = |value: &Option<String>| match value {
        Some(value) => format!("\"{}\"", terminal::line(value, 200)),
        None => "(empty)".to_owned(),
    };
    let mut lines = vec![format!("{:<14} {}", explained.column, shown(&explained.value))];
    let mut say = |word: &str, text: String| lines.push(format!("{word:<14} {text}"));
    if let (Some(name), Some(version)) = (&explained.integration, &explained.version) {
        let output = explained.output.as_deref().map(|output| format!(", output {output}"));
        let step = explained.step.as_deref().map(|step| format!(", step {step}"));
        say("from", format!("{name} {version}{}{}", output.unwrap_or_default(), step.unwrap_or_default()));
    }
    if let Some(formula) = &explained.formula {
        say("from", format!("formula {formula}"));
    }
    for input in &explained.inputs {
        say("read", format!("{} = {} ({})", input.input, shown(&input.value), input.column));
    }
    for call in &explained.calls {
        say("call", told(call));
        say("", terminal::line(&call.parameters.to_string(), 400));
    }
    if let Some(source) = &explained.source {
        say("source", source.clone());
    }
    if let Some(note) = &explained.note {
        say("note", note.clone());
    }
    lines
}

fn told(call: &CallStory) -> String {
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
        None => text.push_str(", cost unknown"),
    }
    text
}
