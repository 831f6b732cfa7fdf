//! What an integration is handed to reach the outside: the way to the gateway.

use std::{
    collections::HashMap,
    future,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::{Call, CallEnd, Contract, Error, Reply, SkipReason};

/// Whoever answers calls: the engine's gateway, or a scripted stand-in in unit tests.
#[async_trait]
pub trait Caller: Send + Sync {
    /// Answers one call, by whatever policy.
    async fn call(&self, call: Call) -> CallEnd;
}

/// The way of one step on one row to the gateway. Holds it to the contract's calls.
pub struct Context {
    caller: Arc<dyn Caller>,
    contract: &'static Contract,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    made: HashMap<(&'static str, String), u32>,
    under_way: usize,
    closed: Vec<SkipReason>,
}

impl Context {
    /// A context for one step on one row.
    pub fn new(caller: Arc<dyn Caller>, contract: &'static Contract) -> Self {
        Self { caller, contract, state: Mutex::default() }
    }

    /// Makes a call that the contract declares. `parameters` is a JSON object.
    ///
    /// The call may be answered from the ledger, share another row's call, be sent, or
    /// never return: when the gateway is closed for it, the step is dropped.
    ///
    /// # Errors
    /// The call failed (pass it on with `?`), or the contract does not declare it.
    pub async fn call(&self, provider: &str, operation: &str, parameters: Json) -> Result<Reply, Error> {
        let call = self.declared(provider, operation, parameters)?;
        let under_way = UnderWay::begin(self);
        let end = self.caller.call(call).await;
        match end {
            CallEnd::Reply(reply) => Ok(reply),
            CallEnd::Failed(error) => Err(error),
            CallEnd::Closed(reason) => {
                self.state().closed.push(reason);
                future::pending::<()>().await;
                drop(under_way);
                Err(Error::internal("a closed call was woken"))
            }
        }
    }

    /// Why the step cannot go on, once it waits only for calls that were not asked: then
    /// `enrich` is dropped and the step is skipped. `None` while it may still go on.
    pub fn stuck(&self) -> Option<SkipReason> {
        let state = self.state();
        let stuck = state.under_way == state.closed.len();
        state.closed.first().copied().filter(|_| stuck)
    }

    fn declared(&self, provider: &str, operation: &str, parameters: Json) -> Result<Call, Error> {
        let contract = self.contract;
        let spec = contract
            .calls
            .iter()
            .find(|spec| spec.provider == provider && spec.operation == operation)
            .ok_or_else(|| {
                Error::internal(format!(
                    "`{}` does not declare the call {provider} {operation}",
                    contract.name
                ))
            })?;
        let mut state = self.state();
        let made = state.made.entry((spec.provider, operation.to_owned())).or_default();
        *made += 1;
        if *made > spec.most_per_row {
            return Err(Error::internal(format!(
                "`{}` made more than the declared {} calls of {provider} {operation} for one row",
                contract.name, spec.most_per_row
            )));
        }
        Ok(Call { provider: spec.provider, operation: operation.to_owned(), parameters })
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a call as under way until it returns or is dropped.
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
