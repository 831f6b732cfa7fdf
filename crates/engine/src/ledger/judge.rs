//! What stored calls mean for one run: which answers are young enough, who is asking, what is in doubt.
//! Every form of the ledger judges by these rules. Pure; each form reads the time off its own clock.

use std::time::Duration;

use super::CallState;

/// How old a stored answer may be.
#[derive(Debug, Clone, Copy)]
pub struct MaxAge {
    /// Of an answer that found something.
    pub found: Duration,
    /// Of an answer that found nothing.
    pub no_data: Duration,
}

impl MaxAge {
    /// That nothing was found may be true for a week at the most.
    const NO_DATA: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    /// The ages for answers that may be as old as `found`.
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
    /// Those that a run would use if it started now.
    Now(MaxAge),
    /// All of them, however old: for explaining what was.
    Any,
}

/// Judges stored calls for one run, or for a reader. Times are ms since 1970.
#[derive(Debug, Clone)]
pub struct Judge {
    run: Option<i64>,
    as_of: Option<(i64, MaxAge)>,
}

/// What judging needs of a stored call. Times are ms since 1970, by the ledger's clock.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// Its state.
    pub state: CallState,
    /// The run that asked.
    pub run: i64,
    /// When it was sent.
    pub sent_at: i64,
    /// Until when the attempt may take.
    pub deadline: i64,
    /// When its end was stored.
    pub settled_at: Option<i64>,
}

/// What is known of the process that wrote an open intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// It is alive: it may still send the call, and may still store the answer.
    Lives,
    /// Whether it is alive cannot be decided.
    Unknown,
    /// It is dead.
    Gone {
        /// Whether it sent the call, or may have.
        sent: bool,
    },
}

/// What one stored call says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: an older call may say more.
    Nothing,
    /// It was an answer, and is too old. It ended the doubts before it: older calls say nothing.
    Outdated,
    /// It is an answer that counts.
    Answered,
    /// It is an answer of no use, which was paid for.
    Unusable,
    /// It failed in this run.
    Failed,
    /// It may have been paid for.
    InDoubt {
        /// Whether it came to that in this run.
        in_this_run: bool,
    },
    /// A process is asking just now.
    Busy {
        /// How long that may take.
        at_most: Duration,
    },
}

impl Judge {
    /// For the run with this number, which started at `now`.
    pub fn of_run(run: i64, now: i64, max_age: MaxAge) -> Self {
        Self { run: Some(run), as_of: Some((now, max_age)) }
    }

    /// For a reader that began at `now`. No stored call is its own.
    pub fn of_reader(freshness: Freshness, now: i64) -> Self {
        let as_of = match freshness {
            Freshness::Now(max_age) => Some((now, max_age)),
            Freshness::Any => None,
        };
        Self { run: None, as_of }
    }

    /// The run that it judges for.
    pub fn run(&self) -> Option<i64> {
        self.run
    }

    /// What a stored call says at the time `now`. With `refresh`, answers from before this run do not
    /// count. Of several calls with one key, the newest is judged first: an answer that counts decides,
    /// then the first verdict that says anything, up to an answer that is too old.
    ///
    /// # Errors
    /// Those of `owner`, which is asked only about an open intent of another run.
    pub fn verdict<E>(
        &self,
        call: &Facts,
        refresh: bool,
        now: i64,
        owner: impl FnOnce() -> Result<Owner, E>,
    ) -> Result<Verdict, E> {
        let in_this_run = self.run == Some(call.run);
        Ok(match call.state {
            CallState::Found | CallState::NoData | CallState::Unusable => {
                let no_data = call.state == CallState::NoData;
                let stored_at = call.settled_at.unwrap_or(call.sent_at);
                match call.state {
                    _ if !in_this_run && !self.is_fresh(stored_at, no_data, refresh, now) => {
                        Verdict::Outdated
                    }
                    CallState::Unusable => Verdict::Unusable,
                    _ => Verdict::Answered,
                }
            }
            CallState::Failed if in_this_run => Verdict::Failed,
            CallState::Failed => Verdict::Nothing,
            CallState::InDoubt => Verdict::InDoubt { in_this_run },
            CallState::Intent if in_this_run => open(call, Owner::Lives, now),
            CallState::Intent => open(call, owner()?, now),
        })
    }

    fn is_fresh(&self, stored_at: i64, no_data: bool, refresh: bool, now: i64) -> bool {
        let Some((began, max_age)) = self.as_of else { return true };
        let age = if no_data { max_age.no_data } else { max_age.found };
        // What another run stores after this one's start is as fresh as can be. Beyond the present no
        // run has stored anything: a clock was wrong, by as much as is seen.
        let is_newer = (began..=now).contains(&stored_at);
        let age = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        is_newer || (!refresh && began.abs_diff(stored_at) <= age)
    }
}

/// What an open intent says. A process that is alive may still send the call and may still store its
/// answer, whatever a clock says.
fn open(call: &Facts, owner: Owner, now: i64) -> Verdict {
    let time = call.deadline.saturating_sub(call.sent_at);
    let busy = Verdict::Busy { at_most: Duration::from_millis(u64::try_from(time).unwrap_or_default()) };
    match owner {
        Owner::Lives => busy,
        Owner::Unknown if now <= call.deadline => busy,
        Owner::Gone { sent: false } => Verdict::Nothing,
        _ => Verdict::InDoubt { in_this_run: false },
    }
}
