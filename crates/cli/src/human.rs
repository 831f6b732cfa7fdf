//! Turns runs, plans and explanations of cells into lines for people. The printer prints them.

mod aligned;
mod event_printer;
mod forecast;
mod money;
mod preview;
mod progress;
mod run;
mod summary;
mod why;

pub(crate) use runner::binding::binding;

pub(crate) use aligned::{aligned, most_columns};
pub(crate) use event_printer::EventPrinter;
pub(crate) use forecast::planned_lines;
pub(crate) use money::{amount, units};
pub(crate) use preview::Preview;
pub(crate) use progress::Bar;
pub(crate) use run::{run_lines, spent};
pub(crate) use summary::summary;
pub(crate) use why::why_lines;
