//! The ledger in memory, which is lost with the last handle to it. It serves plans without a ledger, commands
//! that record nothing, and tests. It keeps every promise of a ledger except durability.

mod calls;
mod runs;
mod upkeep;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use marl_core::Error;

use super::{
    CallRecord, CallState, Facts, Intent, Judge, Key, Known, Ledger, Owner, RunRecord, RunState, RunTexts,
    Used, Verdict, Wanted,
};

pub use calls::MemoryCalls;

/// A ledger in memory. Clones share what they hold.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    state: Arc<Mutex<Records>>,
}

#[derive(Debug, Default)]
struct Records {
    runs: BTreeMap<i64, StoredRun>,
    calls: BTreeMap<i64, StoredCall>,
    /// The calls of each key, oldest first.
    keys: HashMap<Key, Vec<i64>>,
    /// How many calls were ever claimed, so that no number is used twice.
    claimed: i64,
}

#[derive(Debug)]
struct StoredRun {
    texts: RunTexts,
    state: RunState,
    version: String,
    started_at: i64,
    ended_at: Option<i64>,
    stop_asked: bool,
    consent: Option<String>,
    /// What the run bought and a removal took since.
    removed: Used,
    /// Whether the run's handle is held.
    lives: bool,
    /// The intents that the run has sent.
    sent: HashSet<i64>,
}

#[derive(Debug)]
struct StoredCall {
    key: Key,
    deadline: i64,
    record: CallRecord,
    error: Option<Error>,
    /// The number of the purchase.
    purchase: i64,
    /// A free call counts towards no consent.
    is_free: bool,
}

impl Memory {
    /// An empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, Records> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Ledger for Memory {
    fn location(&self) -> String {
        "memory".to_owned()
    }

    fn is_new(&self) -> bool {
        true
    }

    async fn is_in_place(&self) -> bool {
        true
    }

    fn is_full(&self) -> bool {
        false
    }
}

impl Records {
    /// What is known about a key, for the run that `judge` works for.
    fn known(&self, judge: &Judge, key: &Key, wanted: Wanted) -> Known {
        let now = now_ms();
        let mut otherwise = Known::Nothing;
        for call in self.newest_first(key) {
            let owner = || Ok::<_, std::convert::Infallible>(self.owner(call));
            let Ok(verdict) = judge.verdict(&call.facts(), wanted, now, owner);
            let error = || call.error.clone().unwrap_or_else(|| Error::internal("no error was stored"));
            let body = call.record.reply.clone();
            let known = match verdict {
                // An order that is newer than the answer replaces it.
                Verdict::Answered | Verdict::Unusable if matches!(otherwise, Known::Pending { .. }) => break,
                Verdict::Answered => return Known::Answered(body.unwrap_or_default()),
                Verdict::Unusable => return Known::Unusable { error: error(), body },
                Verdict::Outdated => break,
                Verdict::Nothing => continue,
                Verdict::Failed => Known::Failed(error()),
                Verdict::InDoubt { in_this_run, age } => {
                    Known::InDoubt { in_this_run, age, is_keyed: call.purchase > 0 }
                }
                Verdict::Pending => Known::Pending {
                    intent: Intent::new(call.record.id),
                    handle: call.record.handle.clone().unwrap_or_default(),
                },
                Verdict::Busy { at_most } => Known::Busy { at_most },
            };
            otherwise = otherwise.or_older(known);
        }
        otherwise
    }

    fn newest_first(&self, key: &Key) -> impl Iterator<Item = &StoredCall> {
        let ids = self.keys.get(key).into_iter().flatten().rev();
        ids.filter_map(|id| self.calls.get(id))
    }

    /// What is known about the process that recorded an intent.
    fn owner(&self, call: &StoredCall) -> Owner {
        match self.runs.get(&call.record.run) {
            Some(run) if run.lives => Owner::Lives,
            Some(run) => Owner::Gone { sent: run.sent.contains(&call.record.id) },
            None => Owner::Gone { sent: true },
        }
    }

    /// Whether a call is an intent that a dead process never sent.
    fn was_never_sent(&self, call: &StoredCall) -> bool {
        call.record.state == CallState::Intent && self.owner(call) == Owner::Gone { sent: false }
    }

    /// Records what became of open intents of dead processes: they are doubts, or were never sent.
    fn settle_the_dead(&mut self) {
        let open = self.calls.values().filter(|call| call.record.state == CallState::Intent);
        let dead = open.map(|call| (call.record.id, self.owner(call)));
        for (id, owner) in dead.collect::<Vec<_>>() {
            match owner {
                Owner::Gone { sent: false } => self.remove(id),
                Owner::Gone { sent: true } => {
                    self.calls.entry(id).and_modify(|call| call.record.state = CallState::InDoubt);
                }
                Owner::Lives | Owner::Unknown => {}
            }
        }
    }

    fn remove(&mut self, id: i64) {
        if let Some(call) = self.calls.remove(&id)
            && let Some(ids) = self.keys.get_mut(&call.key)
        {
            ids.retain(|known| *known != id);
        }
    }

    /// The stored calls of a run that were bought, or may have been.
    fn bought(&self, run: i64) -> Used {
        let is_bought = |call: &&StoredCall| match call.record.state {
            _ if call.is_free => false,
            CallState::Failed => false,
            CallState::Intent => !self.was_never_sent(call),
            _ => true,
        };
        let calls = self.calls.values().filter(|call| call.record.run == run).filter(is_bought);
        calls.fold(Used::default(), |used, call| Used {
            calls: used.calls + 1,
            cost: used.cost + call.record.spent().unwrap_or_default(),
        })
    }

    fn used(&self, consent: &str) -> Used {
        let runs = self.runs.iter().filter(|(_, run)| run.consent.as_deref() == Some(consent));
        runs.fold(Used::default(), |used, (id, run)| {
            let bought = self.bought(*id);
            Used {
                calls: used.calls + bought.calls + run.removed.calls,
                cost: used.cost + bought.cost + run.removed.cost,
            }
        })
    }
}

impl StoredRun {
    fn record(&self, id: i64) -> RunRecord {
        let json = |text: &str| serde_json::from_str(text).ok();
        let has_died = self.state == RunState::Running && !self.lives;
        RunRecord {
            id,
            state: if has_died { RunState::Died } else { self.state },
            command: self.texts.command.clone(),
            input: self.texts.input.clone(),
            output: self.texts.output.clone(),
            steps: json(&self.texts.steps).unwrap_or_default(),
            version: self.version.clone(),
            started_at: self.started_at,
            ended_at: self.ended_at,
            summary: self.texts.summary.as_deref().and_then(json),
            stop_asked: self.stop_asked,
            consent: self.consent.clone(),
        }
    }
}

impl StoredCall {
    fn facts(&self) -> Facts {
        let CallRecord { state, run, sent_at, settled_at, .. } = self.record;
        Facts { state, run, sent_at, deadline: self.deadline, settled_at }
    }

    /// Whether the call is in doubt, or is an intent that may become a doubt.
    fn may_be_in_doubt(&self) -> bool {
        matches!(self.record.state, CallState::InDoubt | CallState::Intent)
    }
}

/// The clock of this ledger.
fn now_ms() -> i64 {
    ms(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::testing::Form;

    #[async_trait]
    impl Form for Memory {
        async fn open(&self) -> Arc<dyn Ledger> {
            Arc::new(self.clone())
        }
    }

    crate::ledger_suite!(Memory::new());
}
