//! `marl why`: explains where a cell comes from.

use runner::{
    explain::why::{self, CellQuestion},
    failure::{Failure, exit::Exit},
};

use super::block_on;
use crate::{args::WhyArgs, human::why_lines, printer::Printer};

pub(crate) fn run(args: &WhyArgs, printer: &Printer) -> Result<Exit, Failure> {
    let question = CellQuestion {
        table: args.table.clone(),
        reading: args.reading.options_until(printer.cancellation()),
        row: args.row,
        column: args.column.clone(),
        run: args.run,
        ledger: args.ledger.choice(),
    };
    let document = block_on(printer, why::explain(&question))?;
    if printer.is_json() {
        printer.document(&document);
        return Ok(Exit::Done);
    }
    if document.samples {
        printer.note("samples", "answers from the sandbox, not real data");
    }
    for (at, explained) in document.chain.iter().enumerate() {
        if at > 0 {
            printer.data("which came from");
        }
        why_lines(explained).iter().for_each(|line| printer.data(line));
    }
    Ok(Exit::Done)
}
