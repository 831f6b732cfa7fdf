//! `marl exit-codes`: the table of exit codes. That it is a subcommand makes it a topic of
//! `marl help`, which must not become a command of its own for that.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{document::Version, exit, failure::Failure, printer::Printer};

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "exit-codes")]
pub(super) struct Document {
    schema_version: Version<1>,
    exit_codes: Vec<Code>,
}

#[derive(JsonSchema, Serialize)]
struct Code {
    code: u8,
    meaning: &'static str,
}

pub(crate) fn run(printer: &Printer) -> Result<u8, Failure> {
    if printer.is_json() {
        let exit_codes = exit::meanings().map(|(code, meaning)| Code { code, meaning }).collect();
        printer.document(&Document { schema_version: Version, exit_codes });
    } else {
        exit::HELP.lines().for_each(|line| printer.data(line));
    }
    Ok(exit::DONE)
}
