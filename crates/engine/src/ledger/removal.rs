//! What a removal takes out of a ledger: old calls, and one person's data. The choice is made here, for
//! every form alike; taking the calls out is for the form. Pure.
//!
//! A removal makes what was bought payable again, so it counts. A call in doubt is taken only where the
//! user says so: asked again, it may be paid for twice.

use std::{collections::HashSet, time::Duration};

use super::{CallState, Traces};

/// What a removal takes.
#[derive(Debug, Clone)]
pub enum Prune {
    /// Every settled call older than this.
    OlderThan(Duration),
    /// Every call with this parameter.
    Parameter {
        /// The parameter's name.
        name: String,
        /// Its values, in the forms in which they may have been sent.
        values: Vec<String>,
    },
    /// Every call that has one of these values in its parameters or in what came back, and what
    /// runs and their logs say of them: one person's data.
    Person {
        /// Addresses and names, in any spelling.
        values: Vec<String>,
    },
}

impl Prune {
    /// What a removal looks for in the records of runs; nothing where it is about age.
    pub fn traces(what: &[Self]) -> Traces {
        Traces::of(
            what.iter()
                .flat_map(|what| match what {
                    Self::OlderThan(_) => &[],
                    Self::Parameter { values, .. } | Self::Person { values } => values.as_slice(),
                })
                .map(String::as_str),
        )
    }
}

/// What was taken, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// Calls, all in all.
    pub calls: u64,
    /// Of these, answers: what asks the same buys them again.
    pub answers: u64,
    /// Of these, calls in doubt: what asks the same may pay twice.
    pub doubts: u64,
    /// Calls in doubt that are meant, and kept.
    pub doubts_kept: u64,
    /// Runs whose command or results told of them.
    pub runs: u64,
    /// Logs of runs that told of them.
    pub logs: u64,
    /// Runs that go on and tell of them.
    pub runs_kept: u64,
    /// The removed text is still stored, since another process reads it.
    pub remains: bool,
}

/// The calls that a removal takes, while they are chosen.
#[derive(Debug, Default)]
pub struct Removal {
    with_doubts: bool,
    seen: HashSet<i64>,
    ids: Vec<i64>,
    answers: Vec<i64>,
    removed: Removed,
}

impl Removal {
    /// A removal that takes calls in doubt only with `with_doubts`.
    pub fn new(with_doubts: bool) -> Self {
        Self { with_doubts, ..Self::default() }
    }

    /// Chooses a settled call that is meant; `is_over` says of a doubt that a later call with the same
    /// key was answered. A call that is chosen twice counts once.
    pub fn take(&mut self, id: i64, state: CallState, is_over: bool) {
        if !self.seen.insert(id) {
            return;
        }
        match state {
            CallState::InDoubt if !is_over && !self.with_doubts => {
                self.removed.doubts_kept += 1;
                return;
            }
            CallState::InDoubt if !is_over => self.removed.doubts += 1,
            state if state.is_answer() => {
                self.removed.answers += 1;
                self.answers.push(id);
            }
            _ => {}
        }
        self.ids.push(id);
    }

    /// The answers that were chosen. A doubt that one of them ended goes with it, or it would be a
    /// doubt again: see [`Self::take_ended`].
    pub fn answers(&self) -> &[i64] {
        &self.answers
    }

    /// Chooses a doubt that a chosen answer ended.
    pub fn take_ended(&mut self, id: i64) {
        if self.seen.insert(id) {
            self.ids.push(id);
        }
    }

    /// The numbers of the chosen calls, and how many there are of each kind.
    pub fn chosen(mut self) -> (Vec<i64>, Removed) {
        self.removed.calls = self.ids.len() as u64;
        (self.ids, self.removed)
    }
}

/// What a run's record says in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunTexts {
    /// The command line.
    pub command: String,
    /// The table.
    pub input: String,
    /// The output.
    pub output: String,
    /// The steps, as JSON.
    pub steps: String,
    /// The counts, as JSON.
    pub summary: Option<String>,
}

impl RunTexts {
    /// What stands in place of what was forgotten.
    const FORGOTTEN: &str = "[forgotten]";

    /// Whether one of the texts has a trace.
    pub fn tell_of(&self, traces: &Traces) -> bool {
        let Self { command, input, output, steps, summary } = self;
        [command, input, output, steps].into_iter().chain(summary).any(|text| traces.are_in(text))
    }

    /// The texts without those that have a trace. A summary may hold a whole reply, so it goes as a
    /// whole.
    #[must_use]
    pub fn without(&self, traces: &Traces) -> Self {
        let instead = |text: &str, word: &str| if traces.are_in(text) { word } else { text }.to_owned();
        Self {
            command: instead(&self.command, Self::FORGOTTEN),
            input: instead(&self.input, Self::FORGOTTEN),
            output: instead(&self.output, Self::FORGOTTEN),
            steps: instead(&self.steps, "{}"),
            summary: self.summary.clone().filter(|summary| !traces.are_in(summary)),
        }
    }
}
