//! What a plugin author sees: contracts, rows, calls, errors and the registry.

pub mod value;
