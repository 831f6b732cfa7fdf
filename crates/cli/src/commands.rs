//! The subcommands: one file for each, with a function from the arguments to an exit code.

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

use runner::failure::{Failure, error_code::ErrorCode, exit::Exit};

use crate::printer::Printer;

/// Runs a command's asynchronous part, until it ends or its caller cancels it.
fn block_on<T>(printer: &Printer, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Failure::new(Exit::Internal, ErrorCode::Internal, "no threads can be started").caused_by(&error)
    })?;
    runtime.block_on(async {
        // This must happen before the first file is created.
        crate::signals::survive_full_files();
        tokio::select! {
            done = work => done,
            () = printer.cancelled() => {
                Err(Failure::new(Exit::Interrupted, ErrorCode::Internal, "the command was cancelled"))
            }
        }
    })
}
