//! What would happen to a call, without sending it. Plans and explanations are dry runs: all their calls go
//! through this module.

use marl_core::{Call, CallEnd, Error};

use super::{CallPrice, Gateway, KnownEnd};
use crate::ledger::{CallState, Key, Known};

/// What would happen to a call now.
#[derive(Debug)]
pub struct CallPreview {
    /// The call's key.
    pub key: Key,
    /// What the ledger knows about the call.
    pub status: CallStatus,
    /// How the call would end, if a run would not send it.
    pub end: Option<CallEnd>,
}

/// What the ledger knows about a call, which decides whether a run would send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CallStatus {
    /// The call is answered: a run would not send it.
    Reused,
    /// The call is in doubt: a run would leave it in doubt.
    InDoubt,
    /// The call failed in this run, or the ledger cannot be read: a run could not send it.
    Broken,
    /// The call was never made: a run would send it.
    New,
    /// The answer is too old or must be replaced: a run would send the call.
    Stale,
    /// The call failed and was not bought: a run would send it.
    Failed,
    /// The call is in doubt, and a run would send it again: by the user's choice, and then it may be paid for
    /// twice, or because the vendor recognises the repetition.
    SentAgain,
    /// Another process is making the call right now: a run would wait for it.
    Busy,
    /// The vendor answers later: a run would ask for the answer, which is free.
    Pending,
}

impl CallStatus {
    /// Whether a run would send the call.
    pub fn is_sent(self) -> bool {
        matches!(self, Self::New | Self::Stale | Self::Failed | Self::SentAgain)
    }
}

impl Gateway {
    /// Returns what would happen to a call now. With `refresh`, stored answers do not count.
    pub async fn dry_run(&self, call: &Call, refresh: bool) -> CallPreview {
        let Some(lane) = self.shared.lanes.get(&call.provider) else {
            let error = Error::internal(format!("no provider is called `{}`", call.provider));
            let key = Key::of(call, &crate::ledger::Scope::default());
            return CallPreview { key, status: CallStatus::Broken, end: Some(CallEnd::Failed(error)) };
        };
        let key = Key::of(call, &lane.settings.scope);
        let found = async {
            let wanted = self.shared.wanted(lane, call, refresh);
            let known = self.shared.ledger.look_up(&key, wanted).await?;
            let status = match &known {
                Known::Answered(_) | Known::Unusable { .. } => CallStatus::Reused,
                Known::Failed(_) => CallStatus::Broken,
                Known::InDoubt { age, is_keyed, .. }
                    if lane.again(call, self.shared.timeouts(lane, call)).allows(*age, *is_keyed) =>
                {
                    CallStatus::SentAgain
                }
                Known::InDoubt { .. } => CallStatus::InDoubt,
                Known::Busy { .. } => CallStatus::Busy,
                Known::Pending { .. } => CallStatus::Pending,
                Known::Nothing => match self.shared.ledger.newest(&key).await? {
                    None => CallStatus::New,
                    Some(CallState::Failed) => CallStatus::Failed,
                    // Another process has claimed the call between the two look-ups.
                    Some(CallState::Intent) => CallStatus::Busy,
                    Some(_) => CallStatus::Stale,
                },
            };
            Ok((status, known))
        };
        match found.await {
            Ok((status, known)) => {
                let is_open = matches!(status, CallStatus::Busy | CallStatus::Pending);
                let end = match known {
                    _ if is_open => None,
                    known => match self.shared.known_end(lane, call, key, known) {
                        KnownEnd::End(end) => Some(end),
                        KnownEnd::Await(_) | KnownEnd::Send => None,
                    },
                };
                CallPreview { key, status, end }
            }
            Err(error) => {
                let end = CallEnd::Failed(self.shared.ledger_failed(error));
                CallPreview { key, status: CallStatus::Broken, end: Some(end) }
            }
        }
    }

    /// How many calls of an operation one request carries; `None` if each call has a request of its own.
    pub fn bulk(&self, provider: &str, operation: &str) -> Option<usize> {
        Some(self.shared.lanes.get(provider)?.bulk(operation)?.most)
    }

    /// What one call of an operation may cost; `None` if no provider has this name.
    pub fn price(&self, provider: &str, operation: &str) -> Option<CallPrice> {
        Some(self.shared.lanes.get(provider)?.price(operation))
    }
}
