//! The developer's tools: `cargo xtask <command>`, one module per command.
//!
//! They read and write this repository and run `cargo`; none of them is shipped. Avoid new dependencies here,
//! because everyone who builds the workspace compiles them.

mod bench;
mod cargo;
mod ci;
mod console;
mod contracts;
mod failure;
mod new_integration;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;

/// The developer's tools of this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct XtaskArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    NewIntegration(new_integration::NewIntegrationArgs),
    Tidy(tidy::TidyArgs),
    Ci(ci::CiArgs),
    Bench(bench::BenchArgs),
}

fn main() -> ExitCode {
    match run(&XtaskArgs::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            console::failure(&failure);
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
    fn the_command_line_is_valid() {
        super::XtaskArgs::command().debug_assert();
    }
}
