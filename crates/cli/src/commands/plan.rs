//! `marl plan`: prints what a run would do and cost. It sends nothing and creates no ledger.

use std::sync::Arc;

use runner::{
    failure::{Failure, exit::Exit},
    forecast::{self, planned_document},
    job::{Job, connections::Connections, header},
};

use super::block_on;
use crate::{
    args::PlanArgs,
    human::{EventPrinter, planned_lines},
    printer::Printer,
};

pub(crate) fn run(args: &PlanArgs, printer: &Arc<Printer>) -> Result<Exit, Failure> {
    let mut spec = args.enrich.spec(printer.invocation());
    spec.reading.cancellation = printer.cancellation();
    let job = Job::prepare(spec)?;
    let caps = job.caps()?;
    forecast::check_output(&job)?;
    printer.table_notes(&job.table);
    header::near_columns(&job.plan, &job.table.columns).iter().for_each(|note| printer.warn(note));
    block_on(printer, async {
        let connections = Connections::of(&job, caps).await?;
        let observer = EventPrinter::new(Arc::clone(printer));
        let planned = forecast::plan(&job, &connections, args.sample, &observer).await;
        let warning = connections.warning_of_resends(&job);
        connections.close().await;
        let (planned, approval) = planned?;
        warning.iter().for_each(|warning| printer.warn(warning));
        if printer.is_json() {
            printer.document(&planned_document(&planned, &job.plan, &approval));
        } else {
            let lines = planned_lines(&planned, &job.plan, &approval);
            lines.iter().for_each(|line| printer.data(line));
        }
        Ok(Exit::Done)
    })
}
