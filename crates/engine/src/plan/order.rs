//! The order of steps: that of the request, unless a dependency requires another one.

use super::{Advice, Part, PlanError, name::Named};

/// Returns the indices of the steps in the order in which they can run. For each step, `after` holds the
/// steps that must end first.
pub(super) fn order(steps: &[Named<'_>], after: &[Vec<usize>]) -> Result<Vec<usize>, PlanError> {
    let mut order: Vec<usize> = Vec::with_capacity(steps.len());
    while order.len() < steps.len() {
        let ready =
            |at: &usize| !order.contains(at) && after[*at].iter().all(|before| order.contains(before));
        match (0..steps.len()).find(ready) {
            Some(next) => order.push(next),
            None => return Err(cycle(steps, after, &order)),
        }
    }
    Ok(order)
}

fn cycle(steps: &[Named<'_>], after: &[Vec<usize>], done: &[usize]) -> PlanError {
    // Each remaining step waits for another one, so a walk along these edges visits a step twice.
    let first = (0..steps.len()).find(|at| !done.contains(at)).unwrap_or_default();
    let mut path = vec![first];
    let around = loop {
        let here = path[path.len() - 1];
        let next = after[here].iter().copied().find(|before| !done.contains(before)).unwrap_or(here);
        if let Some(start) = path.iter().position(|at| *at == next) {
            break &path[start..];
        }
        path.push(next);
    };
    let mut around = around.to_vec();
    around.sort_unstable();
    let names: Vec<String> = around.iter().map(|at| format!("`{}`", steps[*at].name)).collect();
    let last = &steps[around[around.len() - 1]];
    let error = match around.as_slice() {
        [_] => PlanError::unfit(format!("{} needs its own column", names[0])),
        _ => PlanError::unfit(format!("{} need each other's columns", names.join(" and "))),
    };
    if around.iter().all(|at| steps[*at].alternatives.is_empty()) {
        return error.advise([Advice::FormulaOrder]).about(last.about(Part::Formula));
    }
    let (step, prefix) = (last.name.to_owned(), format!("{}_", last.name));
    error.advise([Advice::BindOneInput, Advice::PrefixOneStep { step, prefix }]).about(last.about(Part::Step))
}
