//! Runs a program to its end and measures what it used. This module must not know the cases.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use wait4::Wait4;

use crate::{cargo, failure::Failure};

/// The resources that a run of a program used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Used {
    pub(super) wall: Duration,
    /// The CPU time in user and system mode.
    pub(super) cpu: Duration,
    /// The peak resident memory, in bytes.
    pub(super) memory: u64,
}

/// Runs a program. A run that fails is an error rather than a measurement.
pub(super) fn run(command: &mut Command) -> Result<Used, Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
    let started = Instant::now();
    let child = command.spawn().map_err(|error| cargo::not_started(command, &error))?;
    let ended = child.wait4().map_err(|error| cargo::not_started(command, &error))?;
    let wall = started.elapsed();
    if !ended.status.success() {
        return Err(Failure::new(format!("`{}` failed: {}", cargo::shown(command), ended.status)));
    }
    let rusage = ended.rusage;
    Ok(Used { wall, cpu: rusage.utime + rusage.stime, memory: rusage.maxrss })
}

/// The median of some figures; `NaN` for none.
pub(super) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match figures.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => figures[middle],
        _ => f64::midpoint(figures[middle - 1], figures[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_in_the_middle() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(vec![4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
    }
}
