//! The calls of a ledger in memory, for one run or for a reader.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    super::{
        CallRecord, CallState, Calls, Claim, ClaimRequest, Doubt, EndRecord, Ended, Intent, Judge, Key,
        Known, LedgerError, MaxAge, RunStart, Wanted, canonical,
    },
    Memory, Records, StoredCall, ms, now_ms,
};

/// The calls of a ledger in memory, from the view of a run or of a reader.
#[derive(Debug)]
pub struct MemoryCalls {
    pub(super) memory: Memory,
    pub(super) judge: Judge,
}

impl Default for MemoryCalls {
    /// The calls of the only run of a new ledger, which is dropped with them.
    fn default() -> Self {
        let text = String::new;
        let start = RunStart {
            command: text(),
            input: text(),
            output: text(),
            steps: text(),
            version: text(),
            consent: None,
        };
        let memory = Memory::new();
        let now = now_ms();
        let run = memory.state().add_run(&start, now);
        Self { memory, judge: Judge::for_run(run, now, MaxAge::default()) }
    }
}

impl Drop for MemoryCalls {
    fn drop(&mut self) {
        if let Some(run) = self.judge.run()
            && let Some(run) = self.memory.state().runs.get_mut(&run)
        {
            run.lives = false;
        }
    }
}

#[async_trait]
impl Calls for MemoryCalls {
    async fn look_up(&self, key: &Key, wanted: Wanted) -> Result<Known, LedgerError> {
        Ok(self.memory.state().known(&self.judge, key, wanted))
    }

    async fn newest(&self, key: &Key) -> Result<Option<CallState>, LedgerError> {
        let state = self.memory.state();
        let mut calls = state.newest_first(key).filter(|call| !state.was_never_sent(call));
        Ok(calls.next().map(|call| call.record.state))
    }

    async fn claim(&self, request: &ClaimRequest<'_>) -> Result<Claim, LedgerError> {
        let Some(run) = self.judge.run() else { return Ok(Claim::Known(Known::Nothing)) };
        let mut state = self.memory.state();
        let newest = |state: &Records, is_doubt: bool| {
            let mut calls = state.newest_first(&request.key);
            calls.find(|call| !is_doubt || call.may_be_in_doubt()).map(|call| (call.record.id, call.purchase))
        };
        let doubt = match state.known(&self.judge, &request.key, request.wanted) {
            Known::Nothing => None,
            Known::InDoubt { age, is_keyed, .. } if request.again.allows(age, is_keyed) => {
                Some(Doubt { age, is_keyed })
            }
            known => return Ok(Claim::Known(known)),
        };
        let repeats = doubt.is_some_and(|doubt| request.again.recognises(doubt.age, doubt.is_keyed));
        let purchase = match (request.is_keyed, repeats) {
            (false, _) => 0,
            (true, true) => newest(&state, true).map_or(0, |(_, purchase)| purchase),
            (true, false) => newest(&state, false).map_or(0, |(id, _)| id) + 1,
        };
        state.claimed += 1;
        let id = state.claimed;
        let now = now_ms();
        let record = CallRecord {
            id,
            provider: request.call.provider.to_string(),
            operation: request.call.operation.to_string(),
            parameters: serde_json::from_str(&canonical(&request.call.parameters)).unwrap_or_default(),
            state: CallState::Intent,
            run,
            account: request.scope.account.clone(),
            base: request.scope.base.clone(),
            sent_at: now,
            settled_at: None,
            duration_ms: None,
            attempts: request.attempt,
            price: request.price.most.money,
            request_id: None,
            error_kind: None,
            error: None,
            reply: None,
            cost: None,
            units: None,
            unit: request.price.unit.as_ref().map(ToString::to_string),
            handle: None,
        };
        let deadline = now.saturating_add(ms(request.time));
        let is_free = request.price.is_free;
        state
            .calls
            .insert(id, StoredCall { key: request.key, deadline, record, error: None, purchase, is_free });
        state.keys.entry(request.key).or_default().push(id);
        Ok(Claim::Granted { intent: Intent::new(id), purchase, doubt })
    }

    fn tracks_sending(&self) -> bool {
        self.judge.run().is_some()
    }

    async fn sending(&self, intent: Intent) -> Result<(), LedgerError> {
        let mut state = self.memory.state();
        let run = self.judge.run().and_then(|run| state.runs.get_mut(&run));
        run.map(|run| run.sent.insert(intent.id()));
        Ok(())
    }

    async fn take_back(&self, _: &Key, intent: Intent) -> Result<(), LedgerError> {
        let mut state = self.memory.state();
        let is_open = |call: &StoredCall| matches!(call.record.state, CallState::Intent | CallState::InDoubt);
        if state.calls.get(&intent.id()).is_some_and(is_open) {
            state.remove(intent.id());
        }
        Ok(())
    }

    async fn settle(&self, _: &Key, intent: Intent, ended: Arc<Ended>) -> Result<(), LedgerError> {
        let mut state = self.memory.state();
        // A removal may have taken the call while it was in doubt.
        let Some(call) = state.calls.get_mut(&intent.id()) else { return Ok(()) };
        if call.record.state.is_answer() {
            return Ok(());
        }
        let EndRecord { state: end, reply, handle, error, cost } = EndRecord::of(&ended.end);
        call.record = CallRecord {
            state: end,
            settled_at: Some(now_ms()),
            duration_ms: Some(ms(ended.duration)),
            request_id: ended.request_id.clone(),
            error_kind: error.map(|error| error.kind().name().to_owned()),
            error: error.map(|error| error.message().to_owned()),
            reply: reply.cloned(),
            handle: handle.map(str::to_owned).or_else(|| call.record.handle.clone()),
            cost: cost.money,
            units: cost.units,
            ..call.record.clone()
        };
        call.error = error.cloned();
        let (key, purchase) = (call.key, call.purchase);
        if ended.ends_doubts {
            let others = state.newest_first(&key).filter(|call| call.record.id != intent.id());
            let doubts = others.filter(|call| call.purchase == purchase && call.may_be_in_doubt());
            doubts.map(|call| call.record.id).collect::<Vec<_>>().into_iter().for_each(|id| state.remove(id));
        }
        Ok(())
    }
}
