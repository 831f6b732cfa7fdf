//! `marl doctor`: whether marl could work here, one line a check, each with what to do.

use runner::{
    doctor::{self, Check, DoctorSpec},
    failure::{Failure, exit::Exit},
};

use super::block_on;
use crate::{args::DoctorArgs, printer::Printer};

pub(crate) fn run(args: &DoctorArgs, printer: &Printer) -> Result<Exit, Failure> {
    let spec = DoctorSpec { offline: args.offline, ledger: args.ledger.choice() };
    let document = block_on(printer, doctor::check(&spec))?;
    if printer.is_json() {
        printer.document(&document);
    } else {
        document.checks.iter().for_each(|check| print(check, printer));
    }
    Ok(document.exit())
}

fn print(Check { name, status, message, fix, .. }: &Check, printer: &Printer) {
    let fix = fix.as_ref().map(|fix| format!("; fix: {fix}")).unwrap_or_default();
    printer.data(&format!("{:<8} {name:<17} {message}{fix}", status.name()));
}
