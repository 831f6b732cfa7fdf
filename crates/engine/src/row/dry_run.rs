//! Records the calls that a row would make, in a dry run that uses stored answers only.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use marl_core::{Call, CallEnd, Caller, Contract, SkipReason, SmolStr};

use crate::{
    gateway::{CallStatus, Gateway},
    ledger::Key,
};

/// The calls that one step would make for one row.
#[derive(Debug, Default)]
pub struct ProjectedStep {
    /// The calls that the step reached.
    pub calls: Vec<ProjectedCall>,
    /// The calls that the step may reach: their parameters depend on answers that are not stored.
    pub possible: Vec<PossibleCalls>,
}

/// A call that a step reached.
#[derive(Debug)]
pub struct ProjectedCall {
    /// The call.
    pub call: Call,
    /// Its key in the ledger.
    pub key: Key,
    /// What the ledger knows about the call.
    pub status: CallStatus,
    /// Whether the step makes the call regardless of the missing answers.
    pub certain: bool,
}

/// Calls whose parameters are unknown.
#[derive(Debug)]
pub struct PossibleCalls {
    /// The provider.
    pub provider: SmolStr,
    /// The operation.
    pub operation: SmolStr,
    /// A number that is equal for two rows that would make equal calls.
    pub fingerprint: u64,
    /// The maximum number of such calls.
    pub most: u32,
}

/// A caller that answers from the ledger, sends nothing, and records every call.
pub(super) struct Recorder {
    gateway: Gateway,
    refresh: bool,
    certain: bool,
    calls: Mutex<Vec<ProjectedCall>>,
}

impl Recorder {
    pub(super) fn new(gateway: Gateway, refresh: bool, certain: bool) -> Self {
        Self { gateway, refresh, certain, calls: Mutex::default() }
    }

    pub(super) fn take(&self) -> Vec<ProjectedCall> {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Caller for Recorder {
    async fn call(&self, call: Call) -> CallEnd {
        let preview = self.gateway.dry_run(&call, self.refresh).await;
        let projected =
            ProjectedCall { call, key: preview.key, status: preview.status, certain: self.certain };
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(projected);
        preview.end.unwrap_or(CallEnd::Closed(SkipReason::Unanswered))
    }
}

/// The calls that an integration may still make.
pub(super) fn remaining_calls(
    contract: &Contract,
    made: &[ProjectedCall],
    fingerprint: u64,
) -> Vec<PossibleCalls> {
    let calls = contract.calls.iter().map(|spec| {
        let is_of = |projected: &&ProjectedCall| {
            projected.call.provider == spec.provider && projected.call.operation == spec.operation
        };
        let made = u32::try_from(made.iter().filter(is_of).count()).unwrap_or(u32::MAX);
        let most = spec.most_per_row.saturating_sub(made);
        PossibleCalls {
            provider: spec.provider.clone(),
            operation: spec.operation.clone(),
            fingerprint,
            most,
        }
    });
    calls.filter(|possible| possible.most > 0).collect()
}
