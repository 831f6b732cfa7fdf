//! What a run is, without a command line and without a terminal: what it is asked to do, the project
//! and its settings, connections, the rows, the pipeline, the record, the plan's hash, and every
//! document for programs.
//!
//! Functions return data; nothing here prints, reads the process's arguments or ends the process.

pub mod address;
pub mod advice;
mod after_run;
mod asked;
pub mod binding;
pub mod catalog;
pub mod columns;
pub mod connect;
pub mod connections;
pub mod consent;
pub mod document;
pub mod error_code;
pub mod exit;
pub mod explained;
pub mod failure;
pub mod files;
mod filter;
pub mod forecast;
pub mod gap;
pub mod gaps;
pub mod hash;
pub mod header;
pub mod invocation;
pub mod job;
pub mod ledger;
pub mod listing;
pub mod new_recipe;
pub mod observer;
pub mod outputs;
mod overwrite_guard;
mod owner;
pub mod page;
mod past;
pub mod past_run;
pub mod paths;
pub mod permission;
mod pipeline;
mod plan_form;
pub mod plan_hash;
pub mod project;
pub mod ranges;
pub mod recipe;
pub mod report;
pub mod rows;
pub mod run;
mod run_record;
mod select;
pub mod settings;
pub mod spec;
mod steps;
pub mod tally;
mod text_file;
pub mod time;
mod toml_error;
mod watch;
pub mod why;
pub mod workspace;

#[cfg(test)]
mod plugins {
    use integration_find_ceo as _;
    use integration_linkedin as _;
    use integration_web_research as _;
    use provider_datagen as _;
}
