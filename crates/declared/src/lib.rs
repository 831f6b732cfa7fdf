//! Providers and integrations that a TOML file describes: one file a vendor.
mod form;
mod mistake;
mod read;
pub use self::{form::{File, Word}, mistake::{Mistake, Mistakes}, read::read};
