//! The cases of the benchmark. Each returns its lines of the result table. This module must not judge a result.

use std::{fs, path::Path, time::Duration};

use crate::{console, failure::Failure};

use super::{
    Bench,
    inputs::{self, Width},
    measure::{self, Used, median},
    server::Server,
};

pub(super) const HEADER: &str =
    "case                                                        marl   bare loop       ratio";

/// The groups of cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Case {
    /// Slow answers: the wall time compared with the ideal
    Latency,
    /// Immediate answers: rows per second and CPU time
    Throughput,
    /// Like throughput, with commits that do not wait for the disk (never shipped)
    Durability,
    /// The peak resident memory
    Memory,
    /// Stored answers: a rerun and a plan
    Rerun,
    /// A complete run over ten rows
    Startup,
    /// The size of the binary
    Size,
}

impl Case {
    pub(super) const ALL: [Self; 7] = [
        Self::Latency,
        Self::Throughput,
        Self::Durability,
        Self::Memory,
        Self::Rerun,
        Self::Startup,
        Self::Size,
    ];

    pub(super) fn measure(self, bench: &Bench) -> Result<Vec<String>, Failure> {
        match self {
            Self::Latency => latency(bench),
            Self::Throughput => throughput(bench),
            Self::Durability => durability(bench),
            Self::Memory => memory(bench),
            Self::Rerun => rerun(bench),
            Self::Startup => startup(bench),
            Self::Size => size(bench),
        }
    }
}

fn latency(bench: &Bench) -> Result<Vec<String>, Failure> {
    const LATENCY: Duration = Duration::from_millis(50);
    let rows = bench.rows(2_000);
    let table = inputs::table(bench, rows, rows)?;
    let server = Server::start(bench, "50ms")?;
    let mut lines = Vec::new();
    for parallel in [5, 16] {
        let what = format!("wall time of ideal, {rows} rows, 50 ms, parallel {parallel}");
        let both = side_by_side(bench, &what, &table, parallel, &server, 3)?;
        let calls_in_a_row = rows.div_ceil(parallel);
        let ideal = LATENCY.as_secs_f64() * calls_in_a_row as f64;
        lines.push(both.line(&what, "x", |used| used.wall.as_secs_f64() / ideal));
    }
    Ok(lines)
}

fn throughput(bench: &Bench) -> Result<Vec<String>, Failure> {
    let rows = bench.rows(100_000);
    let table = inputs::table(bench, rows, rows)?;
    let server = Server::start(bench, "0ms")?;
    let mut lines = Vec::new();
    for parallel in [16, 64] {
        let what = format!("{rows} rows, no latency, parallel {parallel}");
        let both = side_by_side(bench, &what, &table, parallel, &server, 3)?;
        let count = rows as f64;
        lines.push(both.line(&format!("rows/s, {what}"), "", |used| count / used.wall.as_secs_f64()));
        lines.push(
            both.line("CPU s per 1000 rows, same runs", "s", |used| used.cpu.as_secs_f64() * 1000.0 / count),
        );
    }
    Ok(lines)
}

fn durability(bench: &Bench) -> Result<Vec<String>, Failure> {
    let not_durable = bench.build_not_durable()?;
    let rows = bench.rows(100_000);
    let table = inputs::table(bench, rows, rows)?;
    let server = Server::start(bench, "0ms")?;
    let mut lines = Vec::new();
    for parallel in [16, 64] {
        let what = format!("synchronous=NORMAL, {rows} rows, parallel {parallel}");
        let mut both = Both { marl: Vec::new(), bare_loop: Vec::new() };
        console::progress(&format!("{what} ..."));
        for _ in 0..bench.times(3) {
            let mut command = inputs::marl_of(&not_durable, bench, &table, parallel, &server)?;
            both.marl.push(measure::run(&mut command)?);
            both.bare_loop.push(measure::run(&mut inputs::bare_loop(bench, &table, parallel, &server)?)?);
        }
        let count = rows as f64;
        lines.push(both.line(&format!("rows/s, {what}"), "", |used| count / used.wall.as_secs_f64()));
        lines.push(
            both.line("CPU s per 1000 rows, same runs", "s", |used| used.cpu.as_secs_f64() * 1000.0 / count),
        );
    }
    Ok(lines)
}

fn rerun(bench: &Bench) -> Result<Vec<String>, Failure> {
    let server = Server::start(bench, "0ms")?;
    let mut lines = Vec::new();
    for (full, width) in [(100_000, Width::Narrow), (1_000_000, Width::Narrow), (1_000_000, Width::Wide)] {
        let rows = bench.rows(full);
        let table = inputs::table_of(bench, rows, rows, width)?;
        let wide = if width == Width::Wide { " of 190 bytes" } else { "" };
        console::progress(&format!("buying {rows} answers ..."));
        let mut run = inputs::marl(bench, &table, 64, &server)?;
        measure::run(&mut run)?;
        let mut plan = inputs::plan_of(bench, &run);
        for (what, command) in [("stored rerun of", &mut run), ("plan of", &mut plan)] {
            let what = format!("{what} {rows} distinct rows{wide}");
            let mut used = Vec::new();
            for _ in 0..bench.times(3) {
                console::progress(&format!("{what} ..."));
                used.push(measure::run(command)?);
            }
            let of = |figure: &dyn Fn(&Used) -> f64| median(used.iter().map(figure).collect());
            let speed = of(&|used| rows as f64 / used.wall.as_secs_f64());
            let memory = of(&|used| used.memory as f64 / MIB);
            lines.push(line(&format!("rows/s, {what}"), &figure(speed, ""), "", ""));
            lines.push(line("peak memory, same runs", &figure(memory, "MiB"), "", ""));
        }
        let ledger = inputs::ledger_of(&run);
        let bytes = fs::metadata(&ledger).map_or(f64::NAN, |file| file.len() as f64) / rows as f64;
        lines.push(line("bytes of ledger a call", &figure(bytes, ""), "", ""));
    }
    Ok(lines)
}

fn memory(bench: &Bench) -> Result<Vec<String>, Failure> {
    let server = Server::start(bench, "0ms")?;
    let mut lines = Vec::new();
    for full in [10_000, 1_000_000] {
        let rows = bench.rows(full);
        let distinct = rows.min(1_000);
        let table = inputs::table(bench, rows, distinct)?;
        let what = format!("peak memory, {rows} rows, {distinct} distinct");
        console::progress(&format!("{what} ..."));
        // The bare loop calls once per row and keeps every row, so it is not comparable here.
        let used = measure::run(&mut inputs::marl(bench, &table, 16, &server)?)?;
        lines.push(line(&what, &figure(used.memory as f64 / MIB, "MiB"), "", ""));
    }
    Ok(lines)
}

fn startup(bench: &Bench) -> Result<Vec<String>, Failure> {
    let table = inputs::table(bench, 10, 10)?;
    let server = Server::start(bench, "0ms")?;
    let what = "wall time, 10 rows, no latency";
    let both = side_by_side(bench, what, &table, 5, &server, 20)?;
    Ok(vec![both.line(what, "ms", |used| used.wall.as_secs_f64() * 1000.0)])
}

fn size(bench: &Bench) -> Result<Vec<String>, Failure> {
    let size = |path: &Path| {
        fs::metadata(path)
            .map(|data| data.len() as f64 / MIB)
            .map_err(|error| Failure::new(format!("{} cannot be read", path.display())).caused_by(error))
    };
    Ok(vec![line("size of the binary", &figure(size(&bench.marl)?, "MiB"), "", "")])
}

const MIB: f64 = 1024.0 * 1024.0;

/// The measurements of both programs.
struct Both {
    marl: Vec<Used>,
    bare_loop: Vec<Used>,
}

impl Both {
    /// The medians of a figure for both programs, and their ratio.
    fn line(&self, what: &str, unit: &str, figure_of: impl Fn(&Used) -> f64) -> String {
        let median = |runs: &[Used]| median(runs.iter().map(&figure_of).collect());
        let (marl, bare_loop) = (median(&self.marl), median(&self.bare_loop));
        line(what, &figure(marl, unit), &figure(bare_loop, unit), &figure(marl / bare_loop, ""))
    }
}

/// Runs both programs alternately, so that other load on the machine affects both alike.
fn side_by_side(
    bench: &Bench,
    what: &str,
    table: &Path,
    parallel: usize,
    server: &Server,
    times: usize,
) -> Result<Both, Failure> {
    console::progress(&format!("{what} ..."));
    let mut both = Both { marl: Vec::new(), bare_loop: Vec::new() };
    for _ in 0..bench.times(times) {
        both.marl.push(measure::run(&mut inputs::marl(bench, table, parallel, server)?)?);
        both.bare_loop.push(measure::run(&mut inputs::bare_loop(bench, table, parallel, server)?)?);
    }
    Ok(both)
}

fn line(what: &str, marl: &str, bare_loop: &str, ratio: &str) -> String {
    format!("{what:<52}{marl:>12}{bare_loop:>12}{ratio:>12}").trim_end().to_owned()
}

/// A figure with a useful number of digits.
fn figure(figure: f64, unit: &str) -> String {
    let digits = match figure {
        figure if figure >= 100.0 => 0,
        figure if figure >= 1.0 => 2,
        _ => 4,
    };
    format!("{figure:.digits$} {unit}").trim_end().to_owned()
}
