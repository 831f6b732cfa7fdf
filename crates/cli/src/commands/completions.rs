//! `marl completions SHELL`: prints completions from the definitions of the command line. It installs
//! nothing.

use clap::CommandFactory;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    args::{Args, CompletionsArgs},
    printer::Printer,
};
use runner::{
    document::Version,
    failure::{Failure, exit::Exit},
};

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "completions")]
pub(super) struct CompletionsDocument {
    schema_version: Version<1>,
    shell: String,
    script: String,
}

pub(crate) fn run(args: &CompletionsArgs, printer: &Printer) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "marl", &mut script);
    if printer.is_json() {
        let (shell, script) = (args.shell.to_string(), String::from_utf8_lossy(&script).into_owned());
        printer.document(&CompletionsDocument { schema_version: Version, shell, script });
    } else {
        printer.raw(&script);
    }
    Ok(Exit::Done)
}
