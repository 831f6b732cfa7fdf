//! The developer's tools: `cargo xtask <command>`, one module a command.
//!
//! They read and write this repository and run `cargo`; nothing of them is shipped. Avoid
//! adding dependencies here: everyone who builds the workspace compiles them.

mod bench;
mod cargo;
mod ci;
mod contracts;
mod failure;
mod new_integration;
mod say;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;

/// The developer's tools of this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    NewIntegration(new_integration::Args),
    Tidy(tidy::Args),
    Ci(ci::Args),
    Bench(bench::Args),
}

fn main() -> ExitCode {
    match run(&Args::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say::failure(&failure);
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<(), Failure> {
    let root = workspace::root()?;
    match command {
        Command::NewIntegration(args) => new_integration::run(&root, args),
        Command::Tidy(args) => tidy::run(&root, args),
        Command::Ci(args) => ci::run(&root, args),
        Command::Bench(args) => bench::run(&root, args),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definitions_are_sound() {
        super::Args::command().debug_assert();
    }
}
