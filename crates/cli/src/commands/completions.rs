//! `marl completions SHELL`: from the same definitions as the command line itself. Installs nothing.

use clap::CommandFactory;

use crate::{
    args::{Args, CompletionsArgs},
    exit,
    failure::Failure,
    printer::Printer,
};

pub(crate) fn run(args: &CompletionsArgs, printer: &Printer) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "marl", &mut script);
    printer.raw(&script);
    Ok(exit::DONE)
}
