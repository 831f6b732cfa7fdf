//! What a ledger in memory holds, and what a removal takes out of it.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use marl_core::Error;

use super::{
    super::{
        CallRecord, CallState, Freshness, Judge, Key, Known, LedgerError, MaxAge, Pages, Prune, Removal,
        Removed, RunState, StateCount, Stats, Traces, Upkeep, Used, Wanted,
    },
    Memory, Records, StoredCall, ms, now_ms,
};

#[async_trait]
impl Upkeep for Memory {
    async fn stats(&self) -> Result<Stats, LedgerError> {
        let state = self.state();
        let mut counts: BTreeMap<(&str, &str, &str), StateCount> = BTreeMap::new();
        for StoredCall { record, .. } in state.calls.values() {
            let name = record.state.name();
            let count = counts.entry((&record.provider, &record.operation, name)).or_insert_with(|| {
                let is_bought = !matches!(record.state, CallState::Intent | CallState::Failed);
                StateCount {
                    provider: record.provider.clone(),
                    operation: record.operation.clone(),
                    state: name.to_owned(),
                    count: 0,
                    cost: is_bought.then_some(0.0),
                    units: is_bought.then_some(0.0),
                    unit: None,
                }
            });
            count.count += 1;
            count.cost = count.cost.zip(record.spent()).map(|(sum, one)| sum + one);
            count.units = count.units.zip(record.units).map(|(sum, one)| sum + one);
            count.unit = count.unit.take().or_else(|| record.unit.clone());
        }
        let sent = || state.calls.values().map(|call| call.record.sent_at);
        Ok(Stats {
            calls: counts.into_values().collect(),
            runs: state.runs.len() as u64,
            bytes: 0,
            oldest: sent().min(),
            newest: sent().max(),
        })
    }

    async fn doubts(&self) -> Result<u64, LedgerError> {
        let state = self.state();
        let judge = Judge::for_reader(Freshness::Now(MaxAge::default()), now_ms());
        let in_doubt =
            |key: &&Key| matches!(state.known(&judge, key, Wanted::default()), Known::InDoubt { .. });
        Ok(state.keys.keys().filter(in_doubt).count() as u64)
    }

    async fn is_sound(&self) -> Result<bool, LedgerError> {
        Ok(true)
    }

    fn export(&self) -> Pages {
        let all: Vec<CallRecord> = self.state().calls.values().map(|call| call.record.clone()).collect();
        stream::iter([Ok(all)]).boxed()
    }

    async fn record(&self, key: &Key) -> Result<Option<CallRecord>, LedgerError> {
        let state = self.state();
        let answer = state.newest_first(key).find(|call| call.record.state.is_answer());
        Ok(answer.or(state.newest_first(key).next()).map(|call| call.record.clone()))
    }

    async fn usual_duration(&self, provider: &str, operation: &str) -> Result<Option<Duration>, LedgerError> {
        const MOST: usize = 2_000;
        let state = self.state();
        let answers = state.calls.values().rev().filter(|call| call.record.state.is_answer()).take(MOST);
        let same =
            answers.filter(|call| call.record.provider == provider && call.record.operation == operation);
        let mut all: Vec<i64> = same.filter_map(|call| call.record.duration_ms).collect();
        all.sort_unstable();
        Ok(all.get(all.len() / 2).map(|ms| Duration::from_millis(ms.unsigned_abs())))
    }

    async fn would_remove(&self, what: &[Prune], with_doubts: bool) -> Result<Removed, LedgerError> {
        let mut state = self.state();
        let (_, mut removed) = state.chosen(what, with_doubts);
        state.forget(&Prune::traces(what), &mut removed, false);
        Ok(removed)
    }

    async fn remove(&self, what: &[Prune], with_doubts: bool) -> Result<Removed, LedgerError> {
        let mut state = self.state();
        state.settle_the_dead();
        let (ids, mut removed) = state.chosen(what, with_doubts);
        let before: Vec<(i64, Used)> = state.runs.keys().map(|run| (*run, state.bought(*run))).collect();
        ids.into_iter().for_each(|id| state.remove(id));
        for (run, before) in before {
            // A removal must not refill a consent.
            let after = state.bought(run);
            if let Some(run) = state.runs.get_mut(&run) {
                run.removed.calls += before.calls - after.calls;
                run.removed.cost += before.cost - after.cost;
            }
        }
        state.forget(&Prune::traces(what), &mut removed, true);
        Ok(removed)
    }
}

impl Records {
    /// The numbers of the calls that a removal takes, and how many of each kind.
    fn chosen(&self, what: &[Prune], with_doubts: bool) -> (Vec<i64>, Removed) {
        let mut removal = Removal::new(with_doubts);
        let now = now_ms();
        for what in what {
            let traces = Prune::traces(std::slice::from_ref(what));
            let settled = self.calls.values().filter(|call| call.record.state != CallState::Intent);
            for call in settled.filter(|call| matches(call, what, &traces, now)) {
                removal.take(call.record.id, call.record.state, self.is_over(call));
            }
        }
        let keys: Vec<Key> =
            removal.answers().iter().filter_map(|id| self.calls.get(id)).map(|call| call.key).collect();
        for call in keys.iter().flat_map(|key| self.newest_first(key)) {
            if call.record.state == CallState::InDoubt && self.is_over(call) {
                removal.take_ended(call.record.id);
            }
        }
        removal.chosen()
    }

    /// A doubt is over once a later call with the same key was answered.
    fn is_over(&self, doubt: &StoredCall) -> bool {
        let mut later = self.newest_first(&doubt.key).take_while(|call| call.record.id > doubt.record.id);
        later.any(|call| call.record.state.is_answer())
    }

    /// Counts the runs that mention a person; with `really`, removes the mentions from runs that have ended.
    fn forget(&mut self, traces: &Traces, removed: &mut Removed, really: bool) {
        for run in self.runs.values_mut().filter(|run| run.texts.contain(traces)) {
            if run.state == RunState::Running && run.lives {
                removed.runs_kept += 1;
                continue;
            }
            removed.runs += 1;
            if really {
                run.texts = run.texts.without(traces);
            }
        }
    }
}

fn matches(call: &StoredCall, what: &Prune, traces: &Traces, now: i64) -> bool {
    let StoredCall { record, error, .. } = call;
    match what {
        Prune::OlderThan(age) => {
            let stored_at = record.settled_at.unwrap_or(record.sent_at);
            // An entry that is dated in the future was stored under a clock that was wrong by as much.
            stored_at < now.saturating_sub(ms(*age)) || stored_at > now.saturating_add(ms(*age))
        }
        Prune::Parameter { name, values } => {
            record.parameters[name].as_str().is_some_and(|value| values.iter().any(|known| known == value))
        }
        Prune::Person { .. } => {
            let parameters = record.parameters.to_string();
            let error = error.as_ref().map(Error::full_message);
            let texts =
                [Some(&parameters), record.reply.as_ref(), error.as_ref(), record.request_id.as_ref()];
            texts.into_iter().flatten().any(|text| traces.are_in(text))
        }
    }
}
