//! The tables and command lines of the benchmark. This module runs nothing.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::Command,
};

use crate::failure::Failure;

use super::{Bench, server::Server};

/// The command lines that are run, for the report.
pub(super) const COMMANDS: [&str; 4] = [
    "sandbox:   marl sandbox --port 0 --latency TIME",
    "marl:      DATAGEN_API_BASE_URL=URL DATAGEN_API_KEY=sandbox marl enrich --input IN --output OUT \
     --integrations linkedin_profile --parallel N --progress none --json",
    "plan:      marl plan with the arguments of that run",
    "bare loop: bare_loop IN OUT N URL",
];

/// The width of a row, which determines the cost of reading and writing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// A number and an address, about 50 bytes.
    Narrow,
    /// Further columns as in an export, about 190 bytes in total.
    Wide,
}

/// Writes a table with `rows` narrow rows, of which `distinct` are different.
pub(super) fn table(bench: &Bench, rows: usize, distinct: usize) -> Result<PathBuf, Failure> {
    table_of(bench, rows, distinct, Width::Narrow)
}

/// Writes a table with rows of this width.
pub(super) fn table_of(
    bench: &Bench,
    rows: usize,
    distinct: usize,
    width: Width,
) -> Result<PathBuf, Failure> {
    let path = bench.folder.path().join(format!("{rows}-{distinct}-{width:?}.csv"));
    let write = || {
        let mut file = BufWriter::new(File::create(&path)?);
        let (names, cells) = match width {
            Width::Narrow => ("", ""),
            Width::Wide => (
                ",company,street,city,country,industry,note",
                ",Example Works Ltd,12 Long Harbour Road,Rotterdam,Netherlands,Machine tools,\
                 \"asked for a quote, wants a call in the second quarter\"",
            ),
        };
        writeln!(file, "id,linkedin_url{names}")?;
        for row in 0..rows {
            writeln!(file, "{row},https://www.linkedin.com/in/sandbox-row-{}{cells}", row % distinct)?;
        }
        file.flush()
    };
    write().map_err(|error| {
        Failure::new(format!("the table {} cannot be written", path.display())).caused_by(error)
    })?;
    Ok(path)
}

/// A run of marl over a table, in a new folder, because the ledger of an older run would answer its calls.
pub(super) fn marl(
    bench: &Bench,
    table: &Path,
    parallel: usize,
    server: &Server,
) -> Result<Command, Failure> {
    marl_of(&bench.marl, bench, table, parallel, server)
}

/// A run of another build of marl over a table, in a new folder.
pub(super) fn marl_of(
    program: &Path,
    bench: &Bench,
    table: &Path,
    parallel: usize,
    server: &Server,
) -> Result<Command, Failure> {
    let folder = own_folder(bench)?;
    let settings = folder.join("marl.toml");
    fs::write(&settings, "[limits]\nmax_parallel = 64\n").map_err(|error| {
        Failure::new(format!("{} cannot be written", settings.display())).caused_by(error)
    })?;
    let mut command = Command::new(program);
    command
        .arg("enrich")
        .args(["--integrations", "linkedin_profile", "--progress", "none", "--json"])
        .args(["--parallel", &parallel.to_string()])
        .arg("--input")
        .arg(table)
        .arg("--output")
        .arg(folder.join("enriched.csv"))
        .env("DATAGEN_API_BASE_URL", server.url())
        .env("DATAGEN_API_KEY", "sandbox")
        .current_dir(folder);
    Ok(command)
}

/// The plan for a run of this module, over that run's ledger.
pub(super) fn plan_of(bench: &Bench, run: &Command) -> Command {
    let mut command = Command::new(&bench.marl);
    command.arg("plan").args(run.get_args().skip(1));
    for (name, value) in run.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command.current_dir(run.get_current_dir().unwrap_or(Path::new(".")));
    command
}

/// The ledger of a command of this module.
pub(super) fn ledger_of(command: &Command) -> PathBuf {
    command.get_current_dir().unwrap_or(Path::new("")).join(".marl").join("ledger.db")
}

/// The bare loop over a table.
pub(super) fn bare_loop(
    bench: &Bench,
    table: &Path,
    parallel: usize,
    server: &Server,
) -> Result<Command, Failure> {
    let folder = own_folder(bench)?;
    let mut command = Command::new(&bench.bare_loop);
    command.arg(table).arg(folder.join("enriched.csv")).arg(parallel.to_string()).arg(server.url());
    command.current_dir(folder);
    Ok(command)
}

/// A new folder that is kept until the end of the benchmark.
fn own_folder(bench: &Bench) -> Result<PathBuf, Failure> {
    let made = tempfile::Builder::new().disable_cleanup(true).tempdir_in(bench.folder.path());
    made.map(|folder| folder.path().to_owned())
        .map_err(|error| Failure::new("no temporary folder can be made").caused_by(error))
}
