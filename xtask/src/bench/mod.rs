//! `cargo xtask bench`: the costs of marl compared with a bare loop, and its resources.
//!
//! It reports measurements and never judges them, because times differ from machine to machine.

mod cases;
mod inputs;
mod measure;
mod server;

use std::path::{Path, PathBuf};

use crate::{cargo, console, failure::Failure};
use cases::Case;

/// Measure the release binary against a local sandbox, compared with a bare loop
///
/// The bare loop is `crates/cli/examples/bare_loop.rs`, which makes the same calls without ledger, retries
/// and plan.
#[derive(Debug, clap::Args)]
pub(crate) struct BenchArgs {
    /// Run with a twentieth of the rows and fewer repetitions
    #[arg(long)]
    quick: bool,

    /// Run only these cases
    #[arg(value_enum)]
    cases: Vec<Case>,
}

/// The context of every case.
pub(super) struct Bench {
    marl: PathBuf,
    bare_loop: PathBuf,
    root: PathBuf,
    folder: tempfile::TempDir,
    quick: bool,
}

impl Bench {
    /// A number of rows, reduced with `--quick`.
    fn rows(&self, full: usize) -> usize {
        if self.quick { full / 20 } else { full }
    }

    /// Builds marl with commits that do not wait for the disk, in a separate folder, so that nobody mistakes
    /// the build for the real program.
    fn build_not_durable(&self) -> Result<PathBuf, Failure> {
        let target = cargo::target_folder(&self.root)?.join("not-durable");
        let build = ["build", "--release", "--locked", "-p", "cli", "--bin", "marl"];
        let mut command = cargo::command(&self.root, &build);
        command.args(["--features", "commits-wait-for-nothing", "--target-dir"]).arg(&target);
        cargo::run(&mut command)?;
        Ok(cargo::program(&target.join("release"), "marl"))
    }

    /// A number of repetitions, reduced with `--quick`.
    fn times(&self, full: usize) -> usize {
        if self.quick { full.div_ceil(3) } else { full }
    }
}

pub(crate) fn run(root: &Path, args: &BenchArgs) -> Result<(), Failure> {
    let bench = build(root, args.quick)?;
    let all = args.cases.is_empty();
    let cases = Case::ALL.into_iter().filter(|case| all || args.cases.contains(case));
    let mut lines = vec![cases::HEADER.to_owned()];
    for case in cases {
        lines.extend(case.measure(&bench)?);
    }
    console::line("");
    lines.iter().for_each(|line| console::line(line));
    console::line("");
    inputs::COMMANDS.iter().for_each(|line| console::line(line));
    Ok(())
}

/// Builds the program as it is shipped. The bare loop is built separately, so that its dependencies cannot
/// change features of the program.
fn build(root: &Path, quick: bool) -> Result<Bench, Failure> {
    let build = ["build", "--release", "--locked", "-p", "cli"];
    cargo::run(cargo::command(root, &build).args(["--bin", "marl"]))?;
    cargo::run(cargo::command(root, &build).args(["--example", "bare_loop"]))?;
    let release = cargo::target_folder(root)?.join("release");
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new("no temporary folder can be made").caused_by(error))?;
    Ok(Bench {
        marl: cargo::program(&release, "marl"),
        bare_loop: cargo::program(&release.join("examples"), "bare_loop"),
        root: root.to_owned(),
        folder,
        quick,
    })
}
