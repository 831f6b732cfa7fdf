//! The runs of a ledger in memory.

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;

use super::{
    super::{
        BeginError, Calls, Freshness, Judge, LedgerError, MaxAge, RunEnd, RunRecord, RunStart, RunState,
        RunTexts, Runs, StartedRun, Used,
    },
    Memory, MemoryCalls, Records, StoredRun, now_ms,
};

impl Records {
    /// Records the start of a run whose handle is held.
    pub(super) fn add_run(&mut self, start: &RunStart, now: i64) -> i64 {
        let id = self.runs.last_key_value().map_or(1, |(id, _)| id + 1);
        let texts = RunTexts {
            command: start.command.clone(),
            input: start.input.clone(),
            output: start.output.clone(),
            steps: start.steps.clone(),
            summary: None,
        };
        let run = StoredRun {
            texts,
            state: RunState::Running,
            version: start.version.clone(),
            started_at: now,
            ended_at: None,
            stop_asked: false,
            consent: start.consent.clone(),
            removed: Used::default(),
            lives: true,
            sent: HashSet::new(),
        };
        self.runs.insert(id, run);
        id
    }

    /// A run under this consent that has not ended and whose handle is held.
    fn holder(&self, consent: &str) -> Option<i64> {
        let holds = |run: &StoredRun| {
            run.consent.as_deref() == Some(consent) && run.state == RunState::Running && run.lives
        };
        self.runs.iter().find(|(_, run)| holds(run)).map(|(id, _)| *id)
    }
}

#[async_trait]
impl Runs for Memory {
    async fn begin(&self, start: &RunStart, max_age: MaxAge) -> Result<StartedRun, BeginError> {
        let mut state = self.state();
        let mut used_before = Used::default();
        if let Some(consent) = &start.consent {
            if let Some(run) = state.holder(consent) {
                return Err(BeginError::ConsentHeld(run));
            }
            used_before = state.used(consent);
        }
        let now = now_ms();
        let run = state.add_run(start, now);
        state.settle_the_dead();
        let calls = MemoryCalls { memory: self.clone(), judge: Judge::for_run(run, now, max_age) };
        Ok(StartedRun { run, calls: Arc::new(calls), used_before })
    }

    async fn reader(&self, freshness: Freshness) -> Result<Arc<dyn Calls>, LedgerError> {
        let judge = Judge::for_reader(freshness, now_ms());
        Ok(Arc::new(MemoryCalls { memory: self.clone(), judge }))
    }

    async fn end_run(&self, run: i64, end: &RunEnd) -> Result<(), LedgerError> {
        if let Some(run) = self.state().runs.get_mut(&run) {
            run.state = end.state;
            run.texts.summary = Some(end.summary.clone());
            run.ended_at = Some(now_ms());
        }
        Ok(())
    }

    async fn note_progress(&self, run: i64, progress: String) -> Result<(), LedgerError> {
        if let Some(run) = self.state().runs.get_mut(&run).filter(|run| run.ended_at.is_none()) {
            run.texts.summary = Some(progress);
        }
        Ok(())
    }

    async fn ask_to_stop(&self, run: i64) -> Result<bool, LedgerError> {
        Ok(self.state().runs.get_mut(&run).map(|run| run.stop_asked = true).is_some())
    }

    async fn is_asked_to_stop(&self, run: i64) -> Result<bool, LedgerError> {
        Ok(self.state().runs.get(&run).is_some_and(|run| run.stop_asked))
    }

    async fn runs(&self, most: u32) -> Result<(Vec<RunRecord>, u64), LedgerError> {
        let state = self.state();
        let newest = state.runs.iter().rev().take(usize::try_from(most).unwrap_or(usize::MAX));
        let listed = newest.map(|(id, run)| RunRecord { steps: serde_json::Value::Null, ..run.record(*id) });
        Ok((listed.collect(), state.runs.len() as u64))
    }

    async fn run(&self, id: i64) -> Result<Option<RunRecord>, LedgerError> {
        Ok(self.state().runs.get(&id).map(|run| run.record(id)))
    }

    async fn run_of_output(&self, output: &str) -> Result<Option<RunRecord>, LedgerError> {
        let state = self.state();
        let runs = state.runs.iter().rev().filter(|(_, run)| run.texts.output == output);
        let runs: Vec<RunRecord> = runs.map(|(id, run)| run.record(*id)).collect();
        let wrote =
            |run: &&RunRecord| run.summary.as_ref().is_some_and(|summary| !summary["output"].is_null());
        Ok(runs.iter().find(wrote).or(runs.first()).cloned())
    }

    async fn is_alive(&self, run: i64) -> Result<bool, LedgerError> {
        Ok(self.state().runs.get(&run).is_some_and(|run| run.lives))
    }

    async fn used(&self, consent: &str) -> Result<Used, LedgerError> {
        Ok(self.state().used(consent))
    }
}
