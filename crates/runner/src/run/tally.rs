//! Counts a run's events. Bounded, however many rows there are.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use engine::{Event, Listener, RowEnd, cost::Cost, ledger::LedgerError};
use marl_core::{Error, ErrorKind, Outcome, SkipReason};

use crate::{failure::advice, run::progress::RunProgress};

/// The most kinds of messages counted apart; more are counted together.
const MOST_MESSAGES: usize = 200;

/// Listens to a run and counts.
pub struct Tally {
    rows: u64,
    begun: Instant,
    counts: Mutex<Counts>,
}

/// What was counted.
#[derive(Debug, Default, Clone)]
pub struct Counts {
    /// Rows that have been through all steps.
    pub rows: u64,
    rows_failed: u64,
    /// The outcomes of each step, in plan order.
    pub steps: Vec<StepCounts>,
    /// Attempts that left this machine.
    pub sent: u64,
    /// Requests that carried several calls, and the calls in them.
    pub together: (u64, u64),
    /// Attempts at calls that had been attempted before.
    pub retried: u64,
    /// Calls that the ledger answered.
    pub reused: u64,
    /// Calls that shared the answer of an equal call under way.
    pub joined: u64,
    /// Filled cells that stayed although a step found a value for them.
    pub kept: u64,
    /// Output cells with a placeholder (`N/A`) that were filled.
    pub said_nothing: u64,
    /// By output: filled cells of the table that got another value.
    pub replaced: BTreeMap<usize, u64>,
    /// By output: filled cells that were kept and differ from the answer that filled others beside them.
    pub mixed: BTreeMap<usize, u64>,
    /// By provider: calls left in doubt.
    pub in_doubt: BTreeMap<String, u64>,
    /// By provider: calls whose vendor answers later.
    pub pending: BTreeMap<String, u64>,
    /// How many of the pending calls this run ordered.
    pub ordered: u64,
    /// What these cost at most, in the settings' currency; `None` if that is unknown.
    pub pending_cost: Option<f64>,
    /// Answers that earlier runs had ordered.
    pub collected: Collected,
    /// By provider: calls in doubt that were sent again.
    pub doubts_sent_again: BTreeMap<String, u64>,
    /// By step, kind of error and message: how often an error was seen.
    pub messages: BTreeMap<(usize, ErrorKind, String), MessageCount>,
    /// By step: why rows were skipped, if the reason alone does not explain it.
    pub remarks: BTreeMap<(usize, String), u64>,
    /// By step: which calls its values lack, and why.
    pub incomplete: BTreeMap<(usize, String), u64>,
    /// By kind of error and provider: calls that failed after all attempts.
    failed_calls: BTreeMap<(ErrorKind, String), u64>,
    /// The providers and operations that were stopped, in the order of their stops.
    pub stops: Vec<Stop>,
    unsettled: u64,
    /// Calls that were executed, or maybe executed.
    pub bought: u64,
    /// What the calls with a known price cost, in the settings' currency.
    pub cost: f64,
    /// Calls that were bought at an unknown price.
    pub unpriced: u64,
    /// Of the calls that were executed, those that the vendor did not bill.
    pub unbilled: u64,
    /// What the calls cost in the vendors' own units, by provider and unit.
    pub units: BTreeMap<(String, String), f64>,
    pub(crate) cap_reached: bool,
    /// Failures whose calls another run would repeat.
    pub repeatable_failures: u64,
    pub(crate) ledger_error: Option<String>,
}

/// Answers that earlier runs had ordered, and what they cost.
#[derive(Debug, Default, Clone)]
pub struct Collected {
    /// How many arrived.
    pub answers: u64,
    /// What they cost, in the settings' currency, as far as the price is known.
    pub cost: f64,
    /// How many have an unknown price.
    pub unpriced: u64,
    /// What they cost in the vendors' own units, by provider and unit.
    pub units: BTreeMap<(String, String), f64>,
}

impl Collected {
    /// What they cost; `None` when a price is unknown.
    pub fn cost(&self) -> Option<f64> {
        (self.unpriced == 0).then_some(self.cost)
    }
}

/// Outcomes of one step.
#[derive(Debug, Default, Clone)]
pub struct StepCounts {
    /// Rows for which the step gave a value.
    pub value: u64,
    /// Rows for which the step found no data.
    pub no_data: u64,
    /// Rows on which the step failed.
    pub failed: u64,
    /// By reason: rows that the step skipped.
    pub skipped: BTreeMap<SkipReason, u64>,
}

/// How often a message was seen, and where first.
#[derive(Debug, Clone)]
pub struct MessageCount {
    /// How often the message was seen.
    pub count: u64,
    /// The lowest number of a row with this message.
    pub example_row: u64,
}

/// A provider, or one operation of it, that was stopped.
#[derive(Debug, Clone)]
pub struct Stop {
    /// The provider's name.
    pub provider: String,
    /// The operation that was stopped; `None` for the whole provider.
    pub operation: Option<String>,
    /// Why it was stopped.
    pub error: Error,
}

impl Tally {
    /// Starts the counts of a run over this number of rows.
    pub(crate) fn start(rows: u64) -> Self {
        let counts = Counts { pending_cost: Some(0.0), ..Counts::default() };
        Self { rows, begun: Instant::now(), counts: Mutex::new(counts) }
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        self.lock().clone()
    }

    /// How far the run is.
    pub fn progress(&self) -> RunProgress {
        let counts = self.lock();
        RunProgress {
            rows_done: counts.rows,
            rows: self.rows,
            failed: counts.rows_failed,
            calls_sent: counts.sent,
            elapsed_ms: Some(u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)),
        }
    }

    /// A row has been through all steps.
    pub fn row(&self, number: u64, end: &RowEnd) {
        self.lock().row(number, end);
    }

    /// Records the ledger's error; returns whether it is the first.
    pub(crate) fn record_ledger_error(&self, error: &LedgerError) -> bool {
        let mut counts = self.lock();
        let first = counts.ledger_error.is_none();
        counts.ledger_error.get_or_insert_with(|| error.to_string());
        first
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener for Tally {
    fn on_event(&self, event: &Event<'_>) {
        let mut counts = self.lock();
        match event {
            Event::Sent { again, .. } => {
                counts.sent += 1;
                counts.retried += u64::from(*again);
            }
            Event::Reused => counts.reused += 1,
            Event::Joined => counts.joined += 1,
            Event::InDoubt { provider } => *counts.in_doubt.entry((*provider).to_owned()).or_default() += 1,
            Event::DoubtSentAgain { provider } => {
                *counts.doubts_sent_again.entry((*provider).to_owned()).or_default() += 1;
            }
            Event::Spent { provider, cost, unit } => {
                counts.bought += 1;
                counts.cost += cost.money.unwrap_or_default();
                counts.unpriced += u64::from(cost.money.is_none());
                counts.unbilled += u64::from(*cost == Cost::FREE);
                add_units(&mut counts.units, provider, *unit, cost);
            }
            Event::Collected { provider, cost, unit } => {
                let collected = &mut counts.collected;
                collected.answers += 1;
                collected.cost += cost.money.unwrap_or_default();
                collected.unpriced += u64::from(cost.money.is_none());
                add_units(&mut collected.units, provider, *unit, cost);
            }
            Event::Pending { provider, ordered } => {
                *counts.pending.entry((*provider).to_owned()).or_default() += 1;
                if let Some(most) = ordered {
                    counts.ordered += 1;
                    counts.pending_cost = counts.pending_cost.zip(most.money).map(|(sum, most)| sum + most);
                }
            }
            Event::SentTogether { calls, .. } => {
                counts.together.0 += 1;
                counts.together.1 += *calls as u64;
            }
            Event::CapReached => counts.cap_reached = true,
            Event::CallFailed { provider, kind } => {
                *counts.failed_calls.entry((*kind, (*provider).to_owned())).or_default() += 1;
            }
            Event::ProviderWaits { .. } | Event::ProviderRests { .. } | Event::LedgerFailed { .. } => {}
            Event::ProviderStopped { provider, operation, error } => {
                let (provider, operation) = ((*provider).to_owned(), operation.map(str::to_owned));
                counts.stops.push(Stop { provider, operation, error: (*error).clone() });
            }
        }
    }
}

fn add_units(units: &mut BTreeMap<(String, String), f64>, provider: &str, unit: Option<&str>, cost: &Cost) {
    if let (Some(unit), Some(amount)) = (unit, cost.units) {
        *units.entry((provider.to_owned(), unit.to_owned())).or_default() += amount;
    }
}

impl Counts {
    /// Calls whose vendors answer later.
    pub fn pending(&self) -> u64 {
        self.pending.values().sum()
    }

    /// Requests that left this machine with calls. Asking for pending answers does not count.
    pub fn requests(&self) -> u64 {
        self.sent.saturating_sub(self.together.1) + self.together.0
    }

    /// Calls left in doubt, of all providers.
    pub fn in_doubt(&self) -> u64 {
        self.in_doubt.values().sum()
    }

    /// What was spent; `None` when a price is unknown, which is never free.
    pub fn cost(&self) -> Option<f64> {
        (self.unpriced == 0).then_some(self.cost)
    }

    /// Failures of all steps.
    pub fn failed(&self) -> u64 {
        self.steps.iter().map(|step| step.failed).sum()
    }

    /// The provider whose calls failed most often with an error of this kind.
    pub(crate) fn provider_failing_with(&self, kind: ErrorKind) -> Option<&str> {
        let of_kind = self.failed_calls.iter().filter(|((failed, _), _)| *failed == kind);
        of_kind.max_by_key(|(_, count)| **count).map(|((_, provider), _)| provider.as_str())
    }

    /// Whether any step has an outcome worth writing: an answer, or a reason that another run would meet
    /// again.
    pub(crate) fn has_outcome(&self) -> bool {
        self.unsettled < self.steps.iter().map(StepCounts::all).sum()
    }

    /// Whether any row got an answer.
    pub(crate) fn has_answer(&self) -> bool {
        self.steps.iter().any(|step| step.value + step.no_data > 0)
    }

    fn row(&mut self, number: u64, end: &RowEnd) {
        self.rows += 1;
        self.kept += end.kept;
        self.said_nothing += end.placeholders_filled;
        for (outputs, counts) in [(&end.replaced, &mut self.replaced), (&end.mixed, &mut self.mixed)] {
            for output in outputs {
                *counts.entry(*output).or_default() += 1;
            }
        }
        for (step, remark) in &end.remarks {
            let has_value = matches!(end.outcomes[*step], Outcome::Value(_));
            let counts = if has_value { &mut self.incomplete } else { &mut self.remarks };
            let remark = (*step, advice::remark(remark));
            if counts.len() < MOST_MESSAGES || counts.contains_key(&remark) {
                *counts.entry(remark).or_default() += 1;
            }
        }
        self.steps.resize_with(end.outcomes.len(), StepCounts::default);
        let mut failed = false;
        for (at, outcome) in end.outcomes.iter().enumerate() {
            let step = &mut self.steps[at];
            match outcome {
                Outcome::Value(_) => step.value += 1,
                Outcome::NoData => step.no_data += 1,
                Outcome::Skipped(reason) => {
                    *step.skipped.entry(*reason).or_default() += 1;
                    let early = [
                        SkipReason::ProviderStopped,
                        SkipReason::Interrupted,
                        SkipReason::Budget,
                        SkipReason::Pending,
                    ];
                    self.unsettled += u64::from(early.contains(reason));
                }
                Outcome::Failed(error) => {
                    step.failed += 1;
                    failed = true;
                    self.unsettled += u64::from(error.kind() == ErrorKind::Auth);
                    let stays = [ErrorKind::BadReply, ErrorKind::InvalidInput, ErrorKind::InDoubt];
                    self.repeatable_failures += u64::from(!stays.contains(&error.kind()));
                    self.message(at, error, number);
                }
            }
        }
        self.rows_failed += u64::from(failed);
    }

    fn message(&mut self, step: usize, error: &Error, row: u64) {
        let known = self.messages.len() < MOST_MESSAGES;
        let mut key = (step, error.kind(), error.message().to_owned());
        if !known && !self.messages.contains_key(&key) {
            key.2 = "other messages".to_owned();
        }
        let seen = self.messages.entry(key).or_insert(MessageCount { count: 0, example_row: row });
        seen.count += 1;
        seen.example_row = seen.example_row.min(row);
    }
}

impl StepCounts {
    fn all(&self) -> u64 {
        self.value + self.no_data + self.failed + self.skipped.values().sum::<u64>()
    }
}
