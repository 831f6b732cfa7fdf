//! Providers and integrations that a TOML file describes: one file a vendor.
//!
//! A file names the vendor's requests as typed structures, the meaning of its answers as rules, and the columns
//! as places in a reply. This crate reads files and speaks for the vendors in them. Like every plugin it holds
//! no policy: it sends one attempt and classifies its end. It opens no file; the shipped files are part of the
//! program.

mod example;
mod form;
mod integration;
mod mistake;
mod provider;
mod read;
mod register;
mod reply;
mod request;
mod shipped;
#[cfg(test)]
mod testing;

pub use self::{
    form::{File, Word},
    mistake::{Mistake, Mistakes},
    read::read,
    shipped::shipped,
};
