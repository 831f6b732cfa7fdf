//! A scripted replacement for the gateway, so that integrations can be tested without a server.
//!
//! Only unit tests use it. It holds no policy and sends nothing.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::{Call, CallEnd, Caller, Context, Error, Fields, Integration, Reply, Row, SemanticType, Value};

/// Answers the calls of an integration in order, and records them.
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
    /// A script without answers. Any call ends in an `internal` error.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an answer: the next call finds `json`.
    #[must_use]
    pub fn found(self, json: Json) -> Self {
        self.then(CallEnd::Reply(Reply::found(json)))
    }

    /// Adds an answer: the next call finds nothing.
    #[must_use]
    pub fn no_data(self) -> Self {
        self.then(CallEnd::Reply(Reply::NoData))
    }

    /// Adds an answer: the next call fails.
    #[must_use]
    pub fn failed(self, error: Error) -> Self {
        self.then(CallEnd::Failed(error))
    }

    /// Adds an answer: the next call ends with `end`.
    #[must_use]
    pub fn then(self, end: CallEnd) -> Self {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).push_back(end);
        self
    }

    /// Runs `integration` on a row. The inputs are read as the types of the contract.
    ///
    /// # Errors
    /// The error of the integration, or `invalid_input` when an input cannot be read.
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

    /// Asserts that the integration made exactly this call. The parameters are a part of the call's key, so
    /// a change would make every user buy every answer again.
    ///
    /// # Panics
    /// The integration made other calls.
    #[track_caller]
    pub fn asked_only(&self, provider: &str, operation: &str, parameters: &serde_json::Value) {
        let calls = self.calls();
        let made: Vec<_> = calls.iter().map(|call| (&*call.provider, &*call.operation)).collect();
        assert_eq!(made, [(provider, operation)]);
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
