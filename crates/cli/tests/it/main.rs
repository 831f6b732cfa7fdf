//! Tests of the real binary over the sandbox, and of what only the linked program can show.
//!
//! There is a single test binary, since each one links the whole program. Nothing here leaves 127.0.0.1.

#![expect(clippy::unwrap_used, reason = "a test that cannot continue shows where")]

mod addresses;
mod agent;
mod behaviour;
mod calls;
mod carried;
mod chosen_names;
mod consent;
mod detach;
mod doctor;
mod error_lists;
mod errors;
mod exit_codes;
mod exports;
mod faults;
mod forecast;
mod form;
mod gaps;
mod hints;
mod hook;
mod json;
mod keeping;
mod kill;
mod ledger;
mod ledger_files;
mod links;
mod look;
mod mcp;
mod old_ledger;
mod older;
mod outputs;
mod own_columns;
mod owners;
mod pilot;
mod plan;
mod protocol;
mod providers;
mod random_runs;
mod recognised;
mod samples;
mod schema;
mod shell;
mod signals;
mod spending;
mod terminal;
mod tools;
mod vendors;
mod why;
mod workflows;
mod world;
