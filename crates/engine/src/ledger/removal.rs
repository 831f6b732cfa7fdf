//! What a removal takes out of a ledger: old calls, or one person's data. This module chooses, for every form
//! alike; the form removes. Pure.
//!
//! What was removed must be paid for again, so a removal is counted. A call in doubt or pending is taken only
//! if the user says so: sent again, it may be paid for twice.

use std::{collections::HashSet, time::Duration};

use super::{CallState, Traces};

/// What a removal takes.
#[derive(Debug, Clone)]
pub enum Prune {
    /// Every settled call that is older than this.
    OlderThan(Duration),
    /// Every call with this parameter.
    Parameter {
        /// The parameter's name.
        name: String,
        /// The parameter's values, in the forms in which they may have been sent.
        values: Vec<String>,
    },
    /// One person's data: every call that has one of these values in its parameters or in its reply, and the
    /// mentions in runs and their logs.
    Person {
        /// Addresses and names, in any spelling.
        values: Vec<String>,
    },
}

impl Prune {
    /// What a removal searches for in the records of runs; empty if it is about age.
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

/// What was removed, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// All calls.
    pub calls: u64,
    /// The answers among these calls: the same calls would be bought again.
    pub answers: u64,
    /// The calls in doubt or pending among these calls: the same calls may be paid for twice.
    pub doubts: u64,
    /// Matching calls in doubt or pending that are kept.
    pub doubts_kept: u64,
    /// Runs whose command or results mentioned the values.
    pub runs: u64,
    /// Logs of runs that mentioned the values.
    pub logs: u64,
    /// Runs that mention the values and are still going on.
    pub runs_kept: u64,
    /// Whether the removed text is still stored because another process reads it.
    pub remains: bool,
}

/// The calls that a removal takes, while it chooses them.
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

    /// Chooses a matching settled call; `is_over` says that a doubt was ended by the answer of a later call
    /// with the same key. A call that is chosen twice counts once.
    pub fn take(&mut self, id: i64, state: CallState, is_over: bool) {
        if !self.seen.insert(id) {
            return;
        }
        match state {
            CallState::Pending if !self.with_doubts => {
                self.removed.doubts_kept += 1;
                return;
            }
            CallState::Pending => self.removed.doubts += 1,
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

    /// The chosen answers. A doubt that one of them ended must go with it, or it would be in doubt again: see
    /// [`Self::take_ended`].
    pub fn answers(&self) -> &[i64] {
        &self.answers
    }

    /// Chooses a doubt that a chosen answer ended.
    pub fn take_ended(&mut self, id: i64) {
        if self.seen.insert(id) {
            self.ids.push(id);
        }
    }

    /// The numbers of the chosen calls, and how many of each kind.
    pub fn chosen(mut self) -> (Vec<i64>, Removed) {
        self.removed.calls = self.ids.len() as u64;
        (self.ids, self.removed)
    }
}

/// The texts in a run's record.
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
    /// What replaces a removed text.
    const FORGOTTEN: &str = "[forgotten]";

    /// Whether one of the texts contains a trace.
    pub fn contain(&self, traces: &Traces) -> bool {
        let Self { command, input, output, steps, summary } = self;
        [command, input, output, steps].into_iter().chain(summary).any(|text| traces.are_in(text))
    }

    /// The texts without those that contain a trace. A summary may hold a complete reply, so it is removed
    /// completely.
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
