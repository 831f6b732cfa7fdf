//! The API for plugin authors: contracts, rows, calls, errors and the registry.
//!
//! This crate accesses no file, no terminal and no network, and holds no policy.

pub mod aliases;
pub mod answer;
mod call;
mod context;
mod contract;
mod dictionary;
mod error;
mod integration;
mod names;
mod outcome;
pub mod provider;
mod registry;
mod row;
mod secret;
pub mod terminal;
pub mod testing;
pub mod value;
pub mod words;

pub use smol_str::SmolStr;

pub use self::{
    call::{Call, CallEnd, Reply},
    context::{Caller, Context, MissedCall, MissedReason},
    contract::{CallSpec, Column, Contract},
    error::{Error, ErrorKind, excerpt},
    integration::Integration,
    names::Names,
    outcome::{Outcome, SkipReason},
    provider::{Connection, Provider},
    registry::{Connect, Origin, ProviderEntry, Registration, Registry, RegistryError},
    row::{Field, Fields, Row},
    secret::Secret,
    value::{Invalid, READING, SemanticType, Value, is_placeholder},
};
