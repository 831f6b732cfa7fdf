//! `marl schema`: prints the JSON Schema of commands' answers, generated from the types themselves.

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde::Serialize;

use super::{completions, detach, exit_codes, man, sandbox};
use crate::{
    args::SchemaArgs,
    printer::{Printer, Warning},
};
use runner::{
    catalog::{DescribeDocument, IntegrationsDocument},
    columns::ColumnsDocument,
    doctor::DoctorDocument,
    document::Version,
    explain::{gaps::GapsDocument, why::WhyDocument},
    failure::{ErrorLine, Failure, error_code::ErrorCode, exit::Exit},
    forecast::PlanDocument,
    new_recipe::RecipeDocument,
    rows::RowsDocument,
    run::{progress::ProgressDocument, report::RunDocument},
    runs::{RecordedRunDocument, RunsDocument, StopDocument},
    tools::{CallDocument, ToolDocument, ToolsDocument},
    upkeep::{BackupDocument, ExportedCall, LedgerStatsDocument, RemovalDocument},
};

/// A command's answer, or another document for programs.
struct KnownDocument {
    /// The command's words, or the document's name.
    of: &'static str,
    about: &'static str,
    whole: fn(SchemaGenerator) -> Schema,
}

impl KnownDocument {
    const fn new<T: JsonSchema>(of: &'static str, about: &'static str) -> Self {
        Self { of, about, whole: SchemaGenerator::into_root_schema_for::<T> }
    }
}

/// `enrich` answers at the end of its run, or at once with `--detach`.
#[derive(JsonSchema)]
#[schemars(untagged, rename = "enrich")]
#[expect(dead_code, reason = "only its form is asked for")]
enum Enrich<'a> {
    Run(Box<RunDocument>),
    Detached(detach::DetachedDocument<'a>),
}

/// In the order of the help text.
const ANSWERS: [KnownDocument; 31] = [
    KnownDocument::new::<Enrich<'_>>("enrich", "a run at its end; with --detach, the run that was started"),
    KnownDocument::new::<detach::DetachedDocument<'_>>(
        "detached",
        "the immediate answer of `enrich --detach`",
    ),
    KnownDocument::new::<PlanDocument<'_>>("plan", "what a run will do and cost"),
    KnownDocument::new::<RecipeDocument>("recipe new", "the recipe's text"),
    KnownDocument::new::<ColumnsDocument>("columns", "what a table's columns hold"),
    KnownDocument::new::<RowsDocument<'_>>("rows", "a page of a table's rows"),
    KnownDocument::new::<IntegrationsDocument<'_>>("integrations", "all contracts"),
    KnownDocument::new::<DescribeDocument<'_>>("describe", "one contract"),
    KnownDocument::new::<WhyDocument>("why", "a cell and where it came from"),
    KnownDocument::new::<GapsDocument>("gaps", "a table's empty output cells, each with its reason"),
    KnownDocument::new::<RunsDocument>("runs", "the latest runs"),
    KnownDocument::new::<RecordedRunDocument>("runs show", "one run"),
    KnownDocument::new::<RecordedRunDocument>("runs wait", "the same, at its end or after the timeout"),
    KnownDocument::new::<StopDocument>("runs stop", "whether the run was asked to end"),
    KnownDocument::new::<LedgerStatsDocument>("ledger stats", "what the ledger holds"),
    KnownDocument::new::<ExportedCall>("ledger export", "a call; one line each"),
    KnownDocument::new::<BackupDocument>("ledger backup", "the copy that was made"),
    KnownDocument::new::<RemovalDocument>("ledger prune", "what was removed"),
    KnownDocument::new::<RemovalDocument>("ledger forget", "the same"),
    KnownDocument::new::<ToolsDocument>("tools search", "the tools that were found"),
    KnownDocument::new::<ToolDocument>("tools show", "a tool"),
    KnownDocument::new::<CallDocument>("tools call", "a call and its reply"),
    KnownDocument::new::<sandbox::SandboxDocument<'_>>("sandbox", "where it serves; printed at its start"),
    KnownDocument::new::<DoctorDocument>("doctor", "the checks and their results"),
    KnownDocument::new::<SchemasDocument>("schema", "this list; with a command, its schema"),
    KnownDocument::new::<completions::CompletionsDocument>("completions", "the script"),
    KnownDocument::new::<man::ManDocument>("man", "the page, or where the pages are"),
    KnownDocument::new::<exit_codes::ExitCodesDocument>("exit-codes", "the table of exit codes"),
    KnownDocument::new::<ErrorLine<'_>>(
        "error",
        "the last line of stderr of a command that could not answer",
    ),
    KnownDocument::new::<Warning<'_>>("warning", "a line of stderr"),
    KnownDocument::new::<ProgressDocument>("progress", "a line of stderr under `enrich --progress jsonl`"),
];

/// The list of schemas.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "schema")]
struct SchemasDocument {
    schema_version: Version<1>,
    schemas: Vec<Listed>,
}

#[derive(JsonSchema, Serialize)]
struct Listed {
    /// The argument for `marl schema`.
    of: &'static str,
    about: &'static str,
}

pub(crate) fn run(args: &SchemaArgs, printer: &Printer) -> Result<Exit, Failure> {
    let asked = args.words.join(" ");
    if asked.is_empty() {
        list(printer);
    } else {
        printer.document(&(find(&asked)?.whole)(generator()));
    }
    Ok(Exit::Done)
}

fn list(printer: &Printer) {
    if printer.is_json() {
        let schemas = ANSWERS.iter().map(|answer| Listed { of: answer.of, about: answer.about }).collect();
        return printer.document(&SchemasDocument { schema_version: Version, schemas });
    }
    ANSWERS.iter().for_each(|answer| printer.data(&format!("{:<16} {}", answer.of, answer.about)));
}

fn find(asked: &str) -> Result<&'static KnownDocument, Failure> {
    ANSWERS.iter().find(|answer| answer.of == asked).ok_or_else(|| {
        let message = format!("there is no schema for `{asked}`");
        let near = engine::nearest(asked, ANSWERS.iter().map(|answer| answer.of));
        let hint =
            near.map_or("`marl schema` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
        Failure::new(Exit::NotFound, ErrorCode::NotFound, message).hint(hint).next("marl schema --json")
    })
}

/// The schema describes what is written, not what is read: a field that is always written is required.
fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_serialize().into_generator()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Args;

    /// The commands that do something themselves, rather than grouping subcommands.
    fn commands(command: &clap::Command, before: &str, found: &mut Vec<String>) {
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            let words = format!("{before} {}", sub.get_name()).trim().to_owned();
            if !sub.is_subcommand_required_set() {
                found.push(words.clone());
            }
            commands(sub, &words, found);
        }
    }

    #[test]
    fn every_command_has_a_schema() {
        let mut all = Vec::new();
        commands(&Args::command(), "", &mut all);
        // It speaks a protocol of its own.
        all.retain(|words| words != "mcp");
        for words in &all {
            assert!(ANSWERS.iter().any(|answer| answer.of == words), "`{words}` has no schema");
        }
        let others = ["detached", "error", "warning", "progress"];
        for answer in &ANSWERS {
            let of = answer.of;
            assert!(all.iter().any(|words| words == of) || others.contains(&of), "no command `{of}`");
        }
    }
}
