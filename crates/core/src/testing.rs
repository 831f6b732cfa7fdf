//! A scripted stand-in for the gateway, so that an integration is tested without a server.
//!
//! Used by unit tests alone; it holds no policy and sends nothing.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::{Call, CallEnd, Caller, Context, Error, Fields, Integration, Reply, Row, SemanticType, Value};

/// Answers an integration's calls in turn and remembers them.
///
/// ```
/// # use marl_core::{testing::Script, Error, ErrorKind};
/// # use serde_json::json;
/// let script = Script::new().found(json!({"answer": "..."})).no_data().failed(Error::bad_reply("cut"));
/// # let _ = script;
/// ```
#[derive(Clone, Default)]
pub struct Script {
    ends: Arc<Mutex<VecDeque<CallEnd>>>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Script {
    /// A script without answers: any call is an `internal` error.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next call finds this.
    #[must_use]
    pub fn found(self, json: Json) -> Self {
        self.then(CallEnd::Reply(Reply::found(json)))
    }

    /// The next call finds nothing.
    #[must_use]
    pub fn no_data(self) -> Self {
        self.then(CallEnd::Reply(Reply::NoData))
    }

    /// The next call fails.
    #[must_use]
    pub fn failed(self, error: Error) -> Self {
        self.then(CallEnd::Failed(error))
    }

    /// The next call ends so.
    #[must_use]
    pub fn then(self, end: CallEnd) -> Self {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).push_back(end);
        self
    }

    /// Runs `integration` on a row whose inputs are read as the contract's types.
    ///
    /// # Errors
    /// The integration's own; `invalid_input` when an input cannot be read.
    pub async fn enrich(
        &self,
        integration: &dyn Integration,
        inputs: &[(&str, &str)],
    ) -> Result<Fields, Error> {
        let contract = integration.contract();
        let mut row = Vec::new();
        for (name, raw) in inputs {
            let column = contract
                .input(name)
                .ok_or_else(|| Error::internal(format!("`{}` has no input `{name}`", contract.name)))?;
            row.push((column.name.clone(), read(column.kind, raw)?));
        }
        let cx = Context::new(Arc::new(self.clone()), Arc::new(contract.clone()));
        let fields = integration.enrich(&Row::new(row), &cx).await?;
        fields.checked(contract).map_err(|name| {
            Error::internal(format!("`{}` returned the undeclared field `{name}`", contract.name))
        })
    }

    /// Pins the one call of an integration: its parameters are a part of the call's key, and with
    /// others every user would buy every answer again.
    ///
    /// # Panics
    /// Other calls were made than this one.
    #[track_caller]
    pub fn asked_only(&self, provider: &str, operation: &str, parameters: &serde_json::Value) {
        let calls = self.calls();
        let told: Vec<_> = calls.iter().map(|call| (&*call.provider, &*call.operation)).collect();
        assert_eq!(told, [(provider, operation)]);
        assert_eq!(
            calls[0].parameters, *parameters,
            "the question is a part of the call's key: with another one every user buys every answer again. \
             Change a column's `description` and leave what is in `asked_as`, `ask` and the subject as it is"
        );
    }

    /// The calls made so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Caller for Script {
    async fn call(&self, call: Call) -> CallEnd {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call.clone());
        let next = self.ends.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        next.unwrap_or_else(|| {
            CallEnd::Failed(Error::internal(format!("the script has no answer for {call}")))
        })
    }
}

fn read(kind: SemanticType, raw: &str) -> Result<Value, Error> {
    kind.read(raw).map_err(|why| Error::invalid_input(format!("not a {kind}: {why}")).with_detail(raw))
}
