//! The order of steps: the given one, unless a dependency forces another.

use super::{PlanError, bind::Bound};

/// Indices of the steps in the order in which they can run.
pub(super) fn order(steps: &[Bound]) -> Result<Vec<usize>, PlanError> {
    let mut order: Vec<usize> = Vec::with_capacity(steps.len());
    while order.len() < steps.len() {
        let ready =
            |at: &usize| !order.contains(at) && steps[*at].after().all(|before| order.contains(&before));
        match (0..steps.len()).find(ready) {
            Some(next) => order.push(next),
            None => return Err(cycle(steps, &order)),
        }
    }
    Ok(order)
}

fn cycle(steps: &[Bound], done: &[usize]) -> PlanError {
    let stuck: Vec<String> =
        (0..steps.len()).filter(|at| !done.contains(at)).map(|at| format!("`{}`", steps[at].name)).collect();
    PlanError::unfit(format!("{} need each other's columns", stuck.join(" and ")))
        .hint("bind one of their inputs to a column of the table with `--map step.input=column`")
}
