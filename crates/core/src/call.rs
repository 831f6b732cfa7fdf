//! A call, the unit that is bought, stored and counted, and its results. This module must not decide
//! whether a call is made.

use std::{fmt, sync::Arc};

use serde_json::Value as Json;
use smol_str::SmolStr;

use crate::{Error, SkipReason};

/// A request to a provider: provider, operation and parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The provider's registered name.
    pub provider: SmolStr,
    /// The operation. For DataGen this is the alias of the tool.
    pub operation: SmolStr,
    /// A JSON object. Objects that differ only in the order of their keys are the same call.
    pub parameters: Json,
}

/// A usable reply to a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The provider's answer without its envelope.
    Found(Arc<Json>),
    /// The provider searched and has nothing.
    NoData,
}

impl Reply {
    /// A found reply.
    pub fn found(json: Json) -> Self {
        Self::Found(Arc::new(json))
    }

    /// The answer, or `None` for no data.
    pub fn data(&self) -> Option<&Json> {
        match self {
            Self::Found(json) => Some(json),
            Self::NoData => None,
        }
    }
}

/// How a call ended, as seen by the row that made it.
#[derive(Debug, Clone)]
pub enum CallEnd {
    /// The call has a usable reply.
    Reply(Reply),
    /// The call failed.
    Failed(Error),
    /// The call was not made, because the gateway is closed for it. The step is skipped with this reason.
    Closed(SkipReason),
}

/// The provider and the operation, for messages. The parameters are left out, because they are unbounded.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.provider, self.operation)
    }
}
