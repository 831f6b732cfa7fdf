//! What a run would do, added up over the rows of a dry run.
//!
//! A forecast counts and decides nothing. Each distinct call is counted once, for the step that reached it
//! first.

use std::collections::{BTreeMap, HashMap};

use marl_core::{ErrorKind, Outcome, SkipReason, SmolStr};

use crate::{
    gateway::CallStatus,
    ledger::Key,
    row::{ProjectedCall, RowEnd},
};

/// Adds up the rows of a dry run.
#[derive(Debug, Default)]
pub struct Forecast {
    rows: u64,
    placeholders: (u64, u64),
    /// By output, how many filled cells are replaced: for certain, and at most.
    replaced: BTreeMap<usize, (u64, u64)>,
    steps: Vec<StepForecast>,
    /// Providers and operations; calls hold an index into this list.
    operations: Vec<(SmolStr, SmolStr)>,
    seen: HashMap<HalfKey, DistinctCall>,
    /// By step, operation and fingerprint, the most calls whose parameters are unknown.
    open: HashMap<(u16, u16, u64), u32>,
}

/// Half of a call's key: enough to tell calls apart, and a table may have millions of calls.
type HalfKey = [u8; 16];

fn half_of(key: &Key) -> HalfKey {
    let mut half = HalfKey::default();
    half.copy_from_slice(&key.bytes()[..16]);
    half
}

/// A distinct call.
#[derive(Debug, Clone, Copy)]
struct DistinctCall {
    step: u16,
    operation: u16,
    status: CallStatus,
    certain: bool,
}

/// What happens to the rows in one step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepForecast {
    /// Rows for which stored answers have a value.
    pub value: u64,
    /// Rows for which stored answers have no data.
    pub no_data: u64,
    /// Rows that wait for answers that are not stored.
    pub unanswered: u64,
    /// Rows that are skipped, by reason.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// Rows that fail regardless of the answers, by kind of error.
    pub failed: BTreeMap<ErrorKind, u64>,
    /// The distinct calls, by operation.
    pub calls: Vec<CallForecast>,
}

/// The distinct calls of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallForecast {
    /// The provider.
    pub provider: SmolStr,
    /// The operation.
    pub operation: SmolStr,
    /// Calls that the ledger answers.
    pub reused: u64,
    /// Calls that stay in doubt.
    pub in_doubt: u64,
    /// Calls that an earlier run ordered and that are not answered yet.
    pub pending: u64,
    /// Calls sent because the stored answer is too old or must be replaced; part of `send`.
    pub stale: u64,
    /// Calls sent because they failed before; part of `send`.
    pub failed_before: u64,
    /// Calls sent although they may have been paid for; part of `send`.
    pub sent_again: u64,
    /// Calls sent for certain.
    pub send: u64,
    /// How many more calls may be sent.
    pub possible: u64,
}

impl Forecast {
    /// A forecast for a plan with this many steps.
    pub fn new(steps: usize) -> Self {
        Self { steps: vec![StepForecast::default(); steps], ..Self::default() }
    }

    /// Adds a row.
    pub fn add(&mut self, end: &RowEnd) {
        self.rows += 1;
        self.placeholders.0 += end.placeholders_filled;
        self.placeholders.1 += end.placeholders_filled + end.may_fill_placeholders;
        for output in &end.replaced {
            let cells = self.replaced.entry(*output).or_default();
            *cells = (cells.0 + 1, cells.1 + 1);
        }
        for output in &end.may_replace {
            self.replaced.entry(*output).or_default().1 += 1;
        }
        for (at, outcome) in end.outcomes.iter().enumerate() {
            let step = &mut self.steps[at];
            match outcome {
                Outcome::Value(_) => step.value += 1,
                Outcome::NoData => step.no_data += 1,
                Outcome::Skipped(SkipReason::Unanswered) => step.unanswered += 1,
                Outcome::Skipped(reason) => *step.skipped.entry(*reason).or_default() += 1,
                Outcome::Failed(error) => *step.failed.entry(error.kind()).or_default() += 1,
            }
        }
        for (at, projected) in end.projected.iter().enumerate() {
            let step = u16::try_from(at).unwrap_or(u16::MAX);
            for call in &projected.calls {
                self.add_call(step, call);
            }
            for possible in &projected.possible {
                let operation = self.operation(&possible.provider, &possible.operation);
                let most = self.open.entry((step, operation, possible.fingerprint)).or_default();
                *most = (*most).max(possible.most);
            }
        }
    }

    /// Rows added so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// How many output cells with a placeholder are filled: by stored answers, and at most.
    pub fn placeholders(&self) -> (u64, u64) {
        self.placeholders
    }

    /// By output, how many filled cells are replaced: by stored answers, and at most.
    pub fn replaced(&self) -> &BTreeMap<usize, (u64, u64)> {
        &self.replaced
    }

    fn add_call(&mut self, step: u16, projected: &ProjectedCall) {
        let operation = self.operation(&projected.call.provider, &projected.call.operation);
        let new = DistinctCall { step, operation, status: projected.status, certain: projected.certain };
        let seen = self.seen.entry(half_of(&projected.key)).or_insert(new);
        match (seen.status.is_sent(), new.status.is_sent()) {
            // A step that refreshes sends a call that another step takes from the ledger.
            (false, true) => *seen = new,
            // A call that one row is certain to make is made, whatever other rows do.
            (true, true) => seen.certain |= new.certain,
            (_, false) => {}
        }
    }

    fn operation(&mut self, provider: &SmolStr, operation: &SmolStr) -> u16 {
        let known = self.operations.iter().position(|known| known.0 == *provider && known.1 == *operation);
        let at = known.unwrap_or_else(|| {
            self.operations.push((provider.clone(), operation.clone()));
            self.operations.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    /// The sums over all rows, by step.
    pub fn steps(&self) -> Vec<StepForecast> {
        let mut sums: BTreeMap<(u16, u16), CallForecast> = BTreeMap::new();
        for seen in self.seen.values() {
            let sum = self.sum(&mut sums, seen.step, seen.operation);
            let sent = seen.certain && seen.status.is_sent();
            match seen.status {
                CallStatus::Reused => sum.reused += 1,
                CallStatus::InDoubt => sum.in_doubt += 1,
                CallStatus::Pending => sum.pending += 1,
                CallStatus::Busy => sum.possible += 1,
                CallStatus::Stale if sent => sum.stale += 1,
                CallStatus::Failed if sent => sum.failed_before += 1,
                CallStatus::SentAgain if sent => sum.sent_again += 1,
                _ => {}
            }
            sum.send += u64::from(sent);
            sum.possible += u64::from(!sent && seen.status.is_sent());
        }
        for ((step, operation, _), most) in &self.open {
            self.sum(&mut sums, *step, *operation).possible += u64::from(*most);
        }
        let mut steps = self.steps.clone();
        for ((step, _), sum) in sums {
            steps[usize::from(step)].calls.push(sum);
        }
        steps
    }

    fn sum<'a>(
        &self,
        sums: &'a mut BTreeMap<(u16, u16), CallForecast>,
        step: u16,
        operation: u16,
    ) -> &'a mut CallForecast {
        sums.entry((step, operation)).or_insert_with(|| {
            let (provider, operation) = self.operations[usize::from(operation)].clone();
            CallForecast {
                provider,
                operation,
                reused: 0,
                in_doubt: 0,
                pending: 0,
                stale: 0,
                failed_before: 0,
                sent_again: 0,
                send: 0,
                possible: 0,
            }
        })
    }
}
