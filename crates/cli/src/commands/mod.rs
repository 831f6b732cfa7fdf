//! One file a subcommand, each a function from what was typed to an exit code.

pub(crate) mod columns;
pub(crate) mod completions;
pub(crate) mod describe;
pub(crate) mod detach;
pub(crate) mod doctor;
pub(crate) mod enrich;
pub(crate) mod exit_codes;
pub(crate) mod gaps;
pub(crate) mod integrations;
pub(crate) mod ledger;
pub(crate) mod man;
pub(crate) mod mcp;
pub(crate) mod plan;
pub(crate) mod recipe;
pub(crate) mod rows;
pub(crate) mod runs;
pub(crate) mod sandbox;
pub(crate) mod schema;
pub(crate) mod tools;
pub(crate) mod why;

use std::future::Future;

use table::{TableSummary, shown};

use crate::{
    args::{LedgerChoice, TableArgs},
    error_code::ErrorCode,
    exit,
    failure::Failure,
    typed::{self, command_over, flag},
};

/// The place of a table's column.
fn known_column(sketch: &TableSummary, column: &str, reading: &TableArgs) -> Result<usize, Failure> {
    const LISTED: usize = 12;
    if let Some(at) = sketch.columns.iter().position(|known| known == column) {
        return Ok(at);
    }
    let message = format!("{} has no column `{}`", sketch.path.display(), shown(column));
    let columns = command_over("columns", &sketch.path, reading);
    let failure = Failure::new(exit::NOT_FOUND, ErrorCode::NotFound, message);
    let near = engine::nearest(column, sketch.columns.iter().map(String::as_str));
    let mended =
        near.and_then(|near| typed::with_word_in(&["--columns", "--column", "--column-type"], column, near));
    let failure = failure.next(mended.unwrap_or_else(|| format!("{} --json", columns.join(" "))));
    Err(failure.hint(match near {
        Some(near) => format!("did you mean `{}`?", shown(near)),
        None => {
            let first: Vec<String> =
                sketch.columns.iter().take(LISTED).map(|name| format!("`{}`", shown(name))).collect();
            let others = if sketch.columns.len() > LISTED { " and others" } else { "" };
            format!("its columns are {}{others}", first.join(", "))
        }
    }))
}

/// The flags that lead to the same ledger.
fn of_ledger(choice: &LedgerChoice) -> String {
    let path =
        choice.ledger.as_ref().map(|path| format!(" --ledger {}", typed::word(&path.to_string_lossy())));
    let sandbox = if choice.sandbox { " --sandbox" } else { "" };
    format!("{}{sandbox}", path.unwrap_or_default())
}

/// Runs a command's asynchronous part.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Failure::new(exit::INTERNAL, ErrorCode::Internal, "no threads can be started").caused_by(&error)
    })?;
    runtime.block_on(async {
        // Before the first file is made.
        crate::signals::survive_full_files();
        work.await
    })
}
