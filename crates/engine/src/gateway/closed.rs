//! The gateway closed: what would become of a call, without sending it. Plans and explanations
//! are runs through here.

use marl_core::{Call, CallEnd, Error};

use super::Gateway;
use crate::ledger::{CallState, Key, Known};

/// What would become of a call now.
#[derive(Debug)]
pub struct Foresight {
    /// Its key.
    pub key: Key,
    /// What the ledger knows of it.
    pub standing: Standing,
    /// Its end, if it would not be sent.
    pub end: Option<CallEnd>,
}

/// How a call stands in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Answered; it is not sent.
    Reused,
    /// In doubt, and left so.
    InDoubt,
    /// It cannot be asked about.
    Broken,
    /// Never asked: it would be sent.
    New,
    /// Its answer is too old, or is asked for anew: it would be sent.
    Stale,
    /// It failed and was not bought: it would be sent.
    Failed,
    /// In doubt, and would be sent again: it may be paid for twice.
    SentAgain,
    /// Another process is asking just now; it would be waited for.
    Busy,
}

impl Standing {
    /// Whether it would be sent.
    pub fn is_sent(self) -> bool {
        matches!(self, Self::New | Self::Stale | Self::Failed | Self::SentAgain)
    }
}

impl Gateway {
    /// What would become of a call now; with `refresh`, answers that are there do not count.
    pub async fn foresee(&self, call: &Call, refresh: bool) -> Foresight {
        let Some(lane) = self.shared.lanes.get(&call.provider) else {
            let error = Error::internal(format!("no provider is called `{}`", call.provider));
            let key = Key::of(call, &crate::ledger::Scope::default());
            return Foresight { key, standing: Standing::Broken, end: Some(CallEnd::Failed(error)) };
        };
        let key = Key::of(call, &lane.settings.scope);
        let seen = async {
            let known = self.shared.ledger.look_up(&key, refresh).await?;
            let standing = match &known {
                Known::Answered(_) | Known::Unusable { .. } => Standing::Reused,
                Known::Failed(_) => Standing::Broken,
                Known::InDoubt { .. } if lane.sends_doubts_again(call) => Standing::SentAgain,
                Known::InDoubt { .. } => Standing::InDoubt,
                Known::Busy { .. } => Standing::Busy,
                Known::Nothing => match self.shared.ledger.newest(&key).await? {
                    None => Standing::New,
                    Some(CallState::Failed) => Standing::Failed,
                    // Somebody has begun between the two looks.
                    Some(CallState::Intent) => Standing::Busy,
                    Some(_) => Standing::Stale,
                },
            };
            Ok((standing, known))
        };
        match seen.await {
            Ok((standing, known)) => {
                let is_open = standing == Standing::Busy;
                let end = if is_open { None } else { self.shared.known_end(lane, call, key, known) };
                Foresight { key, standing, end }
            }
            Err(error) => {
                let end = CallEnd::Failed(self.shared.ledger_failed(error));
                Foresight { key, standing: Standing::Broken, end: Some(end) }
            }
        }
    }

    /// What a call costs, if known.
    pub fn price(&self, provider: &str, operation: &str) -> Option<f64> {
        self.shared.lanes.get(provider)?.price(operation)
    }
}
