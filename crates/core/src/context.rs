//! The context of an integration: its only way to make calls. This module enforces the contract and holds
//! no other policy.

use std::{
    collections::HashMap,
    future,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use serde_json::Value as Json;
use smol_str::SmolStr;

use crate::{Call, CallEnd, CallSpec, Contract, Error, Reply, SkipReason};

/// Answers calls: the engine's gateway, or a [`Script`](crate::testing::Script) in unit tests.
#[async_trait]
pub trait Caller: Send + Sync {
    /// Answers one call. The policy is the implementation's.
    async fn call(&self, call: Call) -> CallEnd;
}

/// Makes the calls of one step on one row, within the limits of the contract.
pub struct Context {
    caller: Arc<dyn Caller>,
    contract: Arc<Contract>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    made: HashMap<(SmolStr, SmolStr), u32>,
    under_way: usize,
    closed: Vec<SkipReason>,
    missed_call: Option<MissedCall>,
}

/// A call that had no answer, and whose step continued without it.
#[derive(Debug, Clone)]
pub struct MissedCall {
    /// The provider and the operation.
    pub call: String,
    /// Why there was no answer.
    pub why: MissedReason,
}

/// Why a call whose step continued had no answer.
#[derive(Debug, Clone)]
pub enum MissedReason {
    /// The call failed.
    Failed(Error),
    /// The call was not made.
    Closed(SkipReason),
}

impl Context {
    /// A context for one step on one row.
    pub fn new(caller: Arc<dyn Caller>, contract: Arc<Contract>) -> Self {
        Self { caller, contract, state: Mutex::default() }
    }

    /// Makes a call that the contract declares. `parameters` is a JSON object.
    ///
    /// The answer may come from the ledger, from an equal call of another row, or from the provider. The
    /// future never completes when the gateway is closed for the call: the engine then drops the step.
    ///
    /// # Errors
    /// The error of the call, which `enrich` passes on with `?`, or `internal` when the contract does not
    /// declare the call.
    pub async fn call(&self, spec: &CallSpec, parameters: Json) -> Result<Reply, Error> {
        let call = self.declared(spec, parameters)?;
        let under_way = UnderWay::begin(self);
        match self.caller.call(call).await {
            CallEnd::Reply(reply) => Ok(reply),
            CallEnd::Failed(error) => Err(error),
            CallEnd::Closed(reason) => Err(self.wait_for_the_end(under_way, reason).await),
        }
    }

    /// Makes a call that the contract declares and that the step can do without. The result is `None` when
    /// the call fails, its provider is stopped, or a cap is reached. The fields of the step's other calls
    /// still reach the row, and the run reports the row as incomplete. A later run makes the call again,
    /// unless it is in doubt.
    ///
    /// In a plan, the future of a call without a stored answer never completes, as with [`Context::call`].
    ///
    /// # Errors
    /// `internal` when the contract does not declare the call.
    pub async fn try_call(&self, spec: &CallSpec, parameters: Json) -> Result<Option<Reply>, Error> {
        let call = self.declared(spec, parameters)?;
        let under_way = UnderWay::begin(self);
        let why = match self.caller.call(call).await {
            CallEnd::Reply(reply) => return Ok(Some(reply)),
            CallEnd::Failed(error) => MissedReason::Failed(error),
            CallEnd::Closed(SkipReason::Unanswered) => {
                return Err(self.wait_for_the_end(under_way, SkipReason::Unanswered).await);
            }
            CallEnd::Closed(reason) => MissedReason::Closed(reason),
        };
        let call = format!("{} {}", spec.provider, spec.operation);
        self.state().missed_call.get_or_insert(MissedCall { call, why });
        Ok(None)
    }

    /// The first call that had no answer and whose step continued.
    pub fn missed_call(&self) -> Option<MissedCall> {
        self.state().missed_call.clone()
    }

    /// Never completes. The engine drops the step once the step waits only for closed calls.
    async fn wait_for_the_end(&self, under_way: UnderWay<'_>, reason: SkipReason) -> Error {
        self.state().closed.push(reason);
        future::pending::<()>().await;
        drop(under_way);
        Error::internal("a closed call was woken")
    }

    /// The reason why the step cannot continue, once it waits only for calls that are closed. The engine
    /// then drops `enrich` and skips the step. `None` while the step may still continue.
    pub fn stuck(&self) -> Option<SkipReason> {
        let state = self.state();
        let stuck = state.under_way == state.closed.len();
        state.closed.first().copied().filter(|_| stuck)
    }

    fn declared(&self, spec: &CallSpec, parameters: Json) -> Result<Call, Error> {
        let contract = &self.contract;
        let CallSpec { provider, operation, .. } = spec;
        if !contract.calls.contains(spec) {
            let message = format!("`{}` does not declare the call {provider} {operation}", contract.name);
            return Err(Error::internal(message));
        }
        let mut state = self.state();
        let made = state.made.entry((provider.clone(), operation.clone())).or_default();
        *made += 1;
        if *made > spec.most_per_row {
            return Err(Error::internal(format!(
                "`{}` made more than the declared {} calls of {provider} {operation} for one row",
                contract.name, spec.most_per_row
            )));
        }
        Ok(Call { provider: provider.clone(), operation: operation.clone(), parameters })
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a call as under way until the call returns or is dropped.
struct UnderWay<'a>(&'a Context);

impl<'a> UnderWay<'a> {
    fn begin(cx: &'a Context) -> Self {
        cx.state().under_way += 1;
        Self(cx)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
    }
}
