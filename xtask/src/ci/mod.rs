//! `cargo xtask ci`: every check that must pass before a change is merged, in order.
//!
//! It stops at the first failure and shows how to repeat that step alone.

mod registry;
mod scaffold;

use std::{path::Path, time::Instant};

use crate::{cargo, console, failure::Failure, tidy};

/// Run every check: format, lints, tests, docs, tidy, registry, scaffold
#[derive(Debug, clap::Args)]
pub(crate) struct CiArgs {
    /// Skip the release build, the docs and the scaffold check
    #[arg(long)]
    quick: bool,

    /// Skip the tests, when they were run just before
    #[arg(long)]
    skip_tests: bool,
}

/// A check, its name, and the command that repeats it.
struct Step {
    name: &'static str,
    repeat: &'static str,
    check: fn(&Path) -> Result<(), Failure>,
}

const FORMAT: Step =
    Step { name: "format", repeat: "cargo fmt --all --check", check: |root| line(root, FORMAT.repeat) };
const LINTS: Step = Step {
    name: "lints",
    repeat: "cargo clippy --workspace --all-targets --locked -- -D warnings",
    check: |root| line(root, LINTS.repeat),
};
const TESTS: Step =
    Step { name: "tests", repeat: "cargo test --workspace --locked", check: |root| line(root, TESTS.repeat) };
const DOCS: Step = Step {
    name: "docs",
    repeat: "RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps --locked",
    check: |root| {
        let arguments = ["doc", "--workspace", "--no-deps", "--locked"];
        cargo::run(cargo::command(root, &arguments).env("RUSTDOCFLAGS", "-D warnings"))
    },
};
const TIDY: Step =
    Step { name: "tidy", repeat: "cargo xtask tidy", check: |root| tidy::run(root, &tidy::TidyArgs {}) };
const REGISTRY: Step = Step { name: "registry", repeat: registry::REPEAT, check: registry::check };
const SCAFFOLD: Step = Step { name: "scaffold", repeat: scaffold::REPEAT, check: scaffold::check };

pub(crate) fn run(root: &Path, args: &CiArgs) -> Result<(), Failure> {
    check_components(root)?;
    let started = Instant::now();
    for step in steps(args) {
        console::progress(&format!("== {}", step.name));
        let step_started = Instant::now();
        (step.check)(root)
            .map_err(|failure| failure.hint(format!("repeat the step `{}`: {}", step.name, step.repeat)))?;
        console::progress(&format!("== {}: {:.1} s", step.name, step_started.elapsed().as_secs_f64()));
    }
    console::progress(&format!("== all checks passed: {:.1} s", started.elapsed().as_secs_f64()));
    Ok(())
}

fn steps(args: &CiArgs) -> Vec<Step> {
    let mut steps = vec![FORMAT, LINTS];
    if !args.skip_tests {
        steps.push(TESTS);
    }
    if !args.quick {
        steps.push(DOCS);
    }
    steps.push(TIDY);
    if !args.quick {
        steps.extend([REGISTRY, SCAFFOLD]);
    }
    steps
}

/// Checks that the toolchain has the two components that are needed beside the compiler.
fn check_components(root: &Path) -> Result<(), Failure> {
    for (tool, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let output = cargo::command(root, &[tool, "--version"]).output();
        if !output.is_ok_and(|output| output.status.success()) {
            return Err(Failure::new(format!("`cargo {tool}` is not installed"))
                .hint(format!("run `rustup component add {component}`")));
        }
    }
    Ok(())
}

/// Runs the command line of a step.
fn line(root: &Path, line: &str) -> Result<(), Failure> {
    let arguments: Vec<&str> = line.split(' ').skip(1).collect();
    cargo::run(&mut cargo::command(root, &arguments))
}
