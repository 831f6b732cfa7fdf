//! Runs a program to its end and tells what it used.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use wait4::Wait4;

use crate::{cargo, failure::Failure};

/// What one run of a program used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Used {
    pub(super) wall: Duration,
    /// In user and system mode together.
    pub(super) cpu: Duration,
    /// The most memory that was resident, in bytes.
    pub(super) memory: u64,
}

/// Runs a program; one that fails measured nothing.
pub(super) fn run(command: &mut Command) -> Result<Used, Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
    let begun = Instant::now();
    let child = command.spawn().map_err(|error| cargo::not_started(command, &error))?;
    let ended = child.wait4().map_err(|error| cargo::not_started(command, &error))?;
    let wall = begun.elapsed();
    if !ended.status.success() {
        return Err(Failure::new(format!("`{}` failed: {}", cargo::shown(command), ended.status)));
    }
    let rusage = ended.rusage;
    Ok(Used { wall, cpu: rusage.utime + rusage.stime, memory: rusage.maxrss })
}

/// The middle one of some figures.
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
