//! What stored calls mean for one run: which answers are recent enough, which process is asking, what is in
//! doubt. Every form of the ledger follows these rules. Pure; each form uses its own clock.

use std::time::Duration;

use super::{CallState, Wanted};

/// How old a stored answer may be.
#[derive(Debug, Clone, Copy)]
pub struct MaxAge {
    /// The age of an answer that found something.
    pub found: Duration,
    /// The age of an answer without data.
    pub no_data: Duration,
}

impl MaxAge {
    /// An answer without data is trusted for a week at most.
    const NO_DATA: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    /// The ages for a run in which answers may be as old as `found`.
    pub fn new(found: Duration) -> Self {
        Self { found, no_data: found.min(Self::NO_DATA) }
    }
}

impl Default for MaxAge {
    /// 30 days.
    fn default() -> Self {
        Self::new(Duration::from_secs(30 * 24 * 60 * 60))
    }
}

/// Which stored answers count for a reader.
#[derive(Debug, Clone, Copy)]
pub enum Freshness {
    /// The answers that a run would use if it started now.
    Now(MaxAge),
    /// All answers, however old: for explanations.
    Any,
}

/// Judges stored calls for one run, or for a reader. Times are ms since 1970.
#[derive(Debug, Clone)]
pub struct Judge {
    run: Option<i64>,
    as_of: Option<(i64, MaxAge)>,
}

/// What judging needs to know about a stored call. Times are ms since 1970, by the ledger's clock.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// The call's state.
    pub state: CallState,
    /// The run that made the call.
    pub run: i64,
    /// When the call was sent.
    pub sent_at: i64,
    /// The time until which the attempt may last.
    pub deadline: i64,
    /// When the call's end was stored.
    pub settled_at: Option<i64>,
}

impl Facts {
    /// How long ago the call was sent.
    fn age(&self, now: i64) -> Duration {
        // A call that was sent in the future was sent under a clock that was wrong by as much.
        Duration::from_millis(now.abs_diff(self.sent_at))
    }
}

/// What is known about the process that recorded an open intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The process is alive: it may still send the call, and may still store the answer.
    Lives,
    /// Nobody can tell whether the process is alive.
    Unknown,
    /// The process is dead.
    Gone {
        /// Whether it sent the call, or may have.
        sent: bool,
    },
}

/// What one stored call means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: an older call may mean more.
    Nothing,
    /// An answer that is too old. It ended the doubts before it, so older calls mean nothing.
    Outdated,
    /// An answer that counts.
    Answered,
    /// An unusable answer, which was paid for.
    Unusable,
    /// The call failed in this run.
    Failed,
    /// The call may have been paid for.
    InDoubt {
        /// Whether the call came into doubt in this run.
        in_this_run: bool,
        /// How long ago the call was sent.
        age: Duration,
    },
    /// The vendor answers later, whatever the age of the call.
    Pending,
    /// A process is making the call now.
    Busy {
        /// How long that may take.
        at_most: Duration,
    },
}

impl Judge {
    /// The judge for the run with this number, which started at `now`.
    pub fn for_run(run: i64, now: i64, max_age: MaxAge) -> Self {
        Self { run: Some(run), as_of: Some((now, max_age)) }
    }

    /// The judge for a reader that began at `now`. No stored call is a reader's own.
    pub fn for_reader(freshness: Freshness, now: i64) -> Self {
        let as_of = match freshness {
            Freshness::Now(max_age) => Some((now, max_age)),
            Freshness::Any => None,
        };
        Self { run: None, as_of }
    }

    /// The run that this judge works for.
    pub fn run(&self) -> Option<i64> {
        self.run
    }

    /// What a stored call means at the time `now`.
    /// Of several calls with one key, the newest is judged first: an answer that counts decides, otherwise
    /// the first verdict with a meaning, up to an answer that is too old.
    ///
    /// # Errors
    /// The error of `owner`, which is called only for an open intent of another run.
    pub fn verdict<E>(
        &self,
        call: &Facts,
        wanted: Wanted,
        now: i64,
        owner: impl FnOnce() -> Result<Owner, E>,
    ) -> Result<Verdict, E> {
        let in_this_run = self.run == Some(call.run);
        Ok(match call.state {
            CallState::Found | CallState::NoData | CallState::Unusable => {
                let no_data = call.state == CallState::NoData;
                let stored_at = call.settled_at.unwrap_or(call.sent_at);
                match call.state {
                    _ if !in_this_run && !self.is_fresh(stored_at, no_data, wanted, now) => Verdict::Outdated,
                    CallState::Unusable => Verdict::Unusable,
                    _ => Verdict::Answered,
                }
            }
            CallState::Failed if in_this_run => Verdict::Failed,
            CallState::Failed => Verdict::Nothing,
            CallState::InDoubt => Verdict::InDoubt { in_this_run, age: call.age(now) },
            CallState::Pending => Verdict::Pending,
            CallState::Intent if in_this_run => open(call, Owner::Lives, now),
            CallState::Intent => open(call, owner()?, now),
        })
    }

    fn is_fresh(&self, stored_at: i64, no_data: bool, wanted: Wanted, now: i64) -> bool {
        let Some((began, max_age)) = self.as_of else { return true };
        let max_age = wanted.max_age.map_or(max_age, MaxAge::new);
        let age = if no_data { max_age.no_data } else { max_age.found };
        // An answer that another run stored after this run's start is fresh. No run has stored anything in
        // the future: such a time means that a clock was wrong, by at least that much.
        let is_newer = (began..=now).contains(&stored_at);
        let age = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        is_newer || (!wanted.refresh && began.abs_diff(stored_at) <= age)
    }
}

/// What an open intent means. A process that is alive may still send the call and may still store its answer,
/// whatever a clock shows.
fn open(call: &Facts, owner: Owner, now: i64) -> Verdict {
    let time = call.deadline.saturating_sub(call.sent_at);
    let busy = Verdict::Busy { at_most: Duration::from_millis(u64::try_from(time).unwrap_or_default()) };
    match owner {
        Owner::Lives => busy,
        Owner::Unknown if now <= call.deadline => busy,
        Owner::Gone { sent: false } => Verdict::Nothing,
        _ => Verdict::InDoubt { in_this_run: false, age: call.age(now) },
    }
}
