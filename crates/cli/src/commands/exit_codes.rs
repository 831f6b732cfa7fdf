//! `marl exit-codes`: the table of exit codes. That it is a subcommand makes it a topic of
//! `marl help`, which must not become a command of its own for that.

use crate::{exit, failure::Failure, printer::Printer};

pub(crate) fn run(printer: &Printer) -> Result<u8, Failure> {
    printer.data(exit::HELP);
    Ok(exit::DONE)
}
