//! `marl exit-codes`: prints the table of exit codes. As a subcommand it is also a topic of `marl help`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::printer::Printer;
use runner::{
    document::Version,
    failure::{
        Failure,
        exit::{Exit, help},
    },
};

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "exit-codes")]
pub(super) struct ExitCodesDocument {
    schema_version: Version<1>,
    exit_codes: Vec<Code>,
}

#[derive(Clone, JsonSchema, Serialize)]
struct Code {
    code: u8,
    meaning: &'static str,
}

pub(crate) fn run(printer: &Printer) -> Result<Exit, Failure> {
    if printer.is_json() {
        let exit_codes = Exit::ALL.map(|exit| Code { code: exit.code(), meaning: exit.meaning() }).to_vec();
        printer.document(&ExitCodesDocument { schema_version: Version, exit_codes });
    } else {
        help().lines().for_each(|line| printer.data(line));
    }
    Ok(Exit::Done)
}
