//! What a row would ask: noted while the gateway is closed.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use marl_core::{Call, CallEnd, Caller, Contract, SkipReason, SmolStr};

use crate::{
    gateway::{Gateway, Standing},
    ledger::Key,
};

/// What one step would ask for one row.
#[derive(Debug, Default)]
pub struct Foreseen {
    /// The calls that it came to.
    pub notes: Vec<Note>,
    /// Those that it may come to, whose parameters depend on answers that are not there.
    pub possible: Vec<Possible>,
}

/// A call that a step came to.
#[derive(Debug)]
pub struct Note {
    /// The call.
    pub call: Call,
    /// Its key.
    pub key: Key,
    /// What the ledger knows of it.
    pub standing: Standing,
    /// Whether it is asked whatever the answers are that are not there.
    pub certain: bool,
}

/// Calls of unknown parameters.
#[derive(Debug)]
pub struct Possible {
    /// The provider.
    pub provider: SmolStr,
    /// The operation.
    pub operation: SmolStr,
    /// Equal for rows that would make equal calls.
    pub likeness: u64,
    /// The most that can come.
    pub most: u32,
}

/// Answers what is stored, and notes everything that is asked.
pub(super) struct Noting {
    gateway: Gateway,
    refresh: bool,
    certain: bool,
    notes: Mutex<Vec<Note>>,
}

impl Noting {
    pub(super) fn new(gateway: Gateway, refresh: bool, certain: bool) -> Self {
        Self { gateway, refresh, certain, notes: Mutex::default() }
    }

    pub(super) fn take(&self) -> Vec<Note> {
        std::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Caller for Noting {
    async fn call(&self, call: Call) -> CallEnd {
        let seen = self.gateway.foresee(&call, self.refresh).await;
        let note = Note { call, key: seen.key, standing: seen.standing, certain: self.certain };
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
        seen.end.unwrap_or(CallEnd::Closed(SkipReason::Unanswered))
    }
}

/// The calls that an integration may make beyond those that it has come to.
pub(super) fn beyond(contract: &Contract, notes: &[Note], likeness: u64) -> Vec<Possible> {
    let calls = contract.calls.iter().map(|spec| {
        let is_of =
            |note: &&Note| note.call.provider == spec.provider && note.call.operation == spec.operation;
        let made = u32::try_from(notes.iter().filter(is_of).count()).unwrap_or(u32::MAX);
        let most = spec.most_per_row.saturating_sub(made);
        Possible { provider: spec.provider.clone(), operation: spec.operation.clone(), likeness, most }
    });
    calls.filter(|possible| possible.most > 0).collect()
}
