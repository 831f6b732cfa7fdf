//! The tools: what each takes, and the command that it is.

use std::sync::Arc;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Value as Json, json};

use super::answer::Part;
use crate::commands;

/// A tool whose answer is a command's document.
struct Entry {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    schema: fn() -> Json,
    /// The commands whose document it answers with.
    answers: &'static [&'static str],
    reads_only: bool,
    /// Whether it may send calls to the outside.
    open_world: bool,
}

const TOOLS: [Entry; 10] = [
    Entry {
        name: "integrations",
        title: "List or describe integrations",
        description: "What can be added to a table: each integration with the columns it needs and gives. With a \
                      name, one of them whole: types, descriptions, the calls it makes.",
        schema: || object(json!({ "name": text("Describe this one only") }), &[]),
        answers: &["integrations", "describe"],
        reads_only: true,
        open_world: false,
    },
    Entry {
        name: "columns",
        title: "Look at a table's columns",
        description: "Per column the type its values suggest, how much is filled, how many are distinct, examples; \
                      and which integrations could run on the table as it is.",
        schema: || object(json!({ "table": text("Path of a .csv, .tsv or .jsonl file") }), &["table"]),
        answers: &["columns"],
        reads_only: true,
        open_world: false,
    },
    Entry {
        name: "rows",
        title: "Look at a table's rows",
        description: "Rows of a table, or of a run's output or errors file: by number, by a condition in CEL, some columns.",
        schema: || {
            object(
                json!({
                    "table": text("Path of a .csv, .tsv or .jsonl file"),
                    "rows": text("Ranges from 1, the header not counted: 1-20,35"),
                    "filter": text("A condition in CEL over the columns: country == \"DE\""),
                    "columns": list("Only these columns"),
                    "limit": number("The most rows"),
                }),
                &["table"],
            )
        },
        answers: &["rows"],
        reads_only: true,
        open_world: false,
    },
    Entry {
        name: "plan",
        title: "Plan a run",
        description: "Exactly what a run would send and cost, and what may come beyond that; sends nothing, costs \
                      nothing. Its `plan` is the hash that `start_run` takes.",
        schema: || run_schema(json!({ "sample": number("Show so many example rows with their calls") }), &[]),
        answers: &["plan"],
        reads_only: true,
        open_world: false,
    },
    Entry {
        name: "start_run",
        title: "Start a run",
        description: "Starts a run in the background and gives its number. It may cost money, so it needs the hash \
                      of a plan that was agreed to, or max_calls. The same run again buys nothing twice.",
        schema: || {
            run_schema(
                json!({
                    "plan": text("The hash that `plan` gave, with the same arguments"),
                    "output": text("Where the enriched table goes; beside the input by default"),
                    "parallel": number("Calls in flight to each provider"),
                }),
                &[],
            )
        },
        answers: &["detached"],
        reads_only: false,
        open_world: true,
    },
    Entry {
        name: "run_status",
        title: "See how runs go",
        description: "One run: state, how far it is, counts, cost, the output and errors file. With wait_seconds it \
                      waits for the end, telling progress. Without a number, the latest runs.",
        schema: || {
            object(
                json!({
                    "run": number("The run's number"),
                    "wait_seconds": number("Wait so long for its end; 100 at the most"),
                    "sandbox": flag("The sandbox's runs"),
                }),
                &[],
            )
        },
        answers: &["runs show", "runs"],
        reads_only: true,
        open_world: false,
    },
    Entry {
        name: "explain_cell",
        title: "Explain a cell",
        description: "Where a cell of an enriched table comes from: integration, calls, times, cost, source; or why it is empty.",
        schema: || {
            object(
                json!({
                    "table": text("The enriched table"),
                    "row": number("The row, from 1"),
                    "column": text("The column"),
                    "run": number("The run, if not the last that wrote the table"),
                    "sandbox": flag("A run of the sandbox"),
                }),
                &["table", "row", "column"],
            )
        },
        answers: &["why"],
        reads_only: true,
        open_world: false,
    },
    Entry {
        name: "stop_run",
        title: "Stop a run",
        description: "Asks a run to end early and in order: what is in flight is awaited, what was answered is written.",
        schema: || {
            object(
                json!({ "run": number("The run's number"), "sandbox": flag("A run of the sandbox") }),
                &["run"],
            )
        },
        answers: &["runs stop"],
        reads_only: false,
        open_world: false,
    },
    Entry {
        name: "ledger",
        title: "What has been bought",
        description: "What the ledger holds: calls by provider, operation and state.",
        schema: || object(json!({ "sandbox": flag("The sandbox's ledger") }), &[]),
        answers: &["ledger stats"],
        reads_only: true,
        open_world: false,
    },
    Entry {
        name: "more",
        title: "The rest of a long answer",
        description: "The next part of an answer that was cut: its handle and next_offset.",
        schema: || {
            object(
                json!({ "handle": text("The answer's handle"), "offset": number("Its next_offset") }),
                &["handle", "offset"],
            )
        },
        answers: &[],
        reads_only: true,
        open_world: false,
    },
];

/// All tools, as clients see them.
pub(super) fn all() -> Vec<Tool> {
    TOOLS
        .iter()
        .map(|entry| {
            let hints = ToolAnnotations::with_title(entry.title)
                .read_only(entry.reads_only)
                .destructive(false)
                // Answers are bought once: the same run again sends nothing.
                .idempotent(true)
                .open_world(entry.open_world);
            Tool::new(entry.name, entry.description, map((entry.schema)()))
                .with_raw_output_schema(map(output_schema(entry.answers)))
                .with_annotations(hints)
        })
        .collect()
}

/// A document, or a part of one that is long. Refusals are no answers, and have a form of their own.
fn output_schema(answers: &[&str]) -> Json {
    let mut schema = commands::schema::any_of::<Part<'_>>(answers);
    schema.insert("type".to_owned(), "object".into());
    schema.into()
}

/// A call's arguments, held to the tool's own schema. A `null` is none.
///
/// # Errors
/// What is wrong with them, in words that teach.
pub(super) fn checked(name: &str, mut arguments: JsonObject) -> Result<JsonObject, String> {
    let entry = TOOLS.iter().find(|entry| entry.name == name);
    let schema = (entry.ok_or_else(|| format!("no tool is called `{name}`"))?.schema)();
    let known = schema["properties"].as_object().ok_or("the tool has no schema")?;
    arguments.retain(|_, value| !value.is_null());
    for (argument, value) in &arguments {
        let Some(property) = known.get(argument) else {
            let near = engine::nearest(argument, known.keys().map(String::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(format!("`{name}` has no argument `{}`{near}", marl_core::excerpt(argument, 60)));
        };
        let (fits, what) = match property["type"].as_str() {
            Some("string") => (value.is_string(), "a text"),
            Some("integer") => (value.is_u64(), "a whole number from 0"),
            Some("boolean") => (value.is_boolean(), "true or false"),
            _ => (value.as_array().is_some_and(|items| items.iter().all(Json::is_string)), "a list of texts"),
        };
        if !fits {
            return Err(format!("`{argument}` of `{name}` takes {what}"));
        }
    }
    Ok(arguments)
}

/// What a plan and a run take.
fn run_schema(more: Json, required: &[&str]) -> Json {
    let mut properties = json!({
        "table": text("Path of a .csv, .tsv or .jsonl file"),
        "integrations": list("Integrations: `find_ceo`, `ceo=linkedin_profile`, or `a|b` for a waterfall"),
        "want": list("Columns to bring, by whichever integrations it takes"),
        "recipe": text("Path of a recipe, in place of integrations and the like"),
        "map": list("`STEP.INPUT=COLUMN`: feed an input from a column of another name"),
        "prefix": list("`STEP=PREFIX`: begin a step's output columns with a word"),
        "where": list("`STEP=CEL`: run a step only where the condition holds"),
        "formula": list("`COLUMN=CEL`: fill a column without a call"),
        "column_type": list("`COLUMN=TYPE`: what a column of the table holds, for conditions and formulas"),
        "provider_column": list("`STEP=COLUMN`: write which integration of a waterfall answered"),
        "existing": text("What happens to filled output cells: keep (default), overwrite, fail"),
        "limit": number("Only the first so many rows"),
        "rows": text("Only these rows: 1-20,35"),
        "filter": text("Only rows for which a condition in CEL holds"),
        "only": text("Only rows that are failed, no-data or empty"),
        "max_age": text("Take answers at most this old: 30d"),
        "max_calls": number("Buy at most so many calls"),
        "sandbox": flag("Sample answers from a local server: nothing is bought"),
    });
    if let (Some(all), Json::Object(more)) = (properties.as_object_mut(), more) {
        all.extend(more);
    }
    object(properties, &[&["table"], required].concat())
}

fn object(properties: Json, required: &[&str]) -> Json {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn text(description: &str) -> Json {
    json!({ "type": "string", "description": description })
}

fn number(description: &str) -> Json {
    json!({ "type": "integer", "minimum": 0, "description": description })
}

fn flag(description: &str) -> Json {
    json!({ "type": "boolean", "description": description })
}

fn list(description: &str) -> Json {
    json!({ "type": "array", "items": { "type": "string" }, "description": description })
}

fn map(json: Json) -> Arc<JsonObject> {
    match json {
        Json::Object(object) => Arc::new(object),
        _ => Arc::default(),
    }
}
