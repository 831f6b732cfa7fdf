//! A run without a command line and without a terminal: the request, the project and its settings, the
//! connections, the rows, the pipeline, the record, the plan's hash, and every document for programs.
//!
//! Functions return data. Nothing here prints, reads the process's arguments or ends the process.

pub mod binding;
pub mod catalog;
pub mod columns;
pub mod doctor;
pub mod document;
pub mod explain;
pub mod failure;
pub mod forecast;
pub mod job;
pub mod new_recipe;
pub mod project;
pub mod rows;
pub mod run;
pub mod runs;
pub mod spec;
pub mod time;
pub mod tools;
pub mod upkeep;

#[cfg(test)]
mod plugins {
    use integration_find_ceo as _;
    use integration_linkedin as _;
    use integration_web_research as _;
    use provider_datagen as _;
}
