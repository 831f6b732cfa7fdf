//! A call: the unit that is bought, stored and counted. And what came back for it.

use std::{fmt, sync::Arc};

use serde_json::Value as Json;
use smol_str::SmolStr;

use crate::{Error, SkipReason};

/// Provider, operation and parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The provider's registered name.
    pub provider: SmolStr,
    /// The operation: for DataGen the tool's alias.
    pub operation: SmolStr,
    /// A JSON object; equal objects are one call whatever the order of their keys.
    pub parameters: Json,
}

/// What came back for a call and can be used.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The provider's answer, freed of its envelope.
    Found(Arc<Json>),
    /// The provider looked and has nothing.
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

/// How a call ended for the row that made it.
#[derive(Debug, Clone)]
pub enum CallEnd {
    /// With a usable reply.
    Reply(Reply),
    /// With a failure.
    Failed(Error),
    /// Not asked: the gateway is closed for it. The step is skipped with this reason.
    Closed(SkipReason),
}

/// Parameters on one line, bounded: for logs' and errors' readers, never for keys.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.provider, self.operation)
    }
}
