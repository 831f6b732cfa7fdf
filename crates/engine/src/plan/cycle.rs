//! Steps that could feed each other. An input that marl bound by itself, and that its step can do without, takes
//! no part in a cycle: the step that the user named first does not wait for a later one.

use super::{bind::BoundInput, bind::How, name::Named};

/// The inputs of the alternatives of each step.
type Bound = Vec<Vec<Vec<BoundInput>>>;

/// Leaves out optional inputs through which steps would wait for each other. What remains of a cycle is the
/// user's to resolve.
pub(super) fn opened(mut bound: Bound, steps: &[Named<'_>]) -> Bound {
    while let Some((reader, alternative, input)) = closing(&bound, steps) {
        bound[reader][alternative].remove(input);
    }
    bound
}

/// The place of an input that closes a cycle and that its step can do without.
fn closing(bound: &Bound, steps: &[Named<'_>]) -> Option<(usize, usize, usize)> {
    for (reader, alternatives) in bound.iter().enumerate() {
        for (at, inputs) in alternatives.iter().enumerate() {
            let contract = steps[reader].alternatives.get(at)?.contract();
            for (place, input) in inputs.iter().enumerate() {
                let closes = input.producer.is_some_and(|producer| {
                    producer > reader && waits_for(bound, producer, reader, &mut vec![false; bound.len()])
                });
                let others = |name: &str| {
                    inputs
                        .iter()
                        .any(|other| other.column.name == name && other.column.name != input.column.name)
                };
                let is_free = !input.column.required && input.how != How::Map && contract.is_enough(others);
                if closes && is_free {
                    return Some((reader, at, place));
                }
            }
        }
    }
    None
}

/// Whether a step waits for another one, directly or through others.
fn waits_for(bound: &Bound, step: usize, other: usize, seen: &mut Vec<bool>) -> bool {
    if std::mem::replace(&mut seen[step], true) {
        return false;
    }
    let producers = bound[step].iter().flatten().filter_map(|input| input.producer);
    producers.into_iter().any(|producer| producer == other || waits_for(bound, producer, other, seen))
}
