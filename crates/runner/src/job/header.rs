//! A table as plans and people see it: its header, its name, and notes on how it was read. This module reads
//! no file.

use std::path::Path;

use engine::plan::{self, Header, Plan};
use table::TableSummary;

/// The table's columns in the form that planning takes; `name` is the table's name in messages.
pub fn header<'a>(summary: &'a TableSummary, name: &'a str) -> Header<'a> {
    Header { table: name, columns: &summary.columns, samples: &summary.samples }
}

/// Notes on how the table was read, if that is not obvious from the file.
pub fn table_notes(summary: &TableSummary) -> Vec<String> {
    summary.notes.iter().map(ToString::to_string).collect()
}

/// Warnings about outputs that go into a new column although a column with a similar name exists.
pub fn near_columns(plan: &Plan, columns: &[String]) -> Vec<String> {
    let steps = plan.steps.iter().flat_map(|step| step.outputs.iter().map(move |output| (step, output)));
    // Only a name that the user typed can be a typing mistake.
    let named = steps.filter(|(step, output)| {
        !output.existing
            && step.task.asks_integrations()
            && output.name != format!("{}{}", step.prefix, output.of)
    });
    let note = |(step, output): (&plan::Step, &plan::Output)| {
        let near = columns.iter().find(|column| engine::is_slip(&output.name, column))?;
        Some(format!(
            "`--into {}.{}={}` adds a new column; did you mean `{}`?",
            step.name,
            output.of,
            table::shown(&output.name),
            table::shown(near)
        ))
    };
    named.filter_map(note).collect()
}

/// The table's name in messages.
pub(crate) fn table_name(summary: &TableSummary) -> String {
    let path: &Path = &summary.path;
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
