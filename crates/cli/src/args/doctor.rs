//! The arguments of `marl doctor`. This module runs no check.

use clap::Args as ClapArgs;

use super::LedgerChoice;

/// Check that marl can work here: settings, keys, providers, ledger, folders
///
/// Prints one line for each check, with advice if the check failed. Sends one free call to each provider. The
/// exit code is 0 if no check failed.
#[derive(Debug, ClapArgs)]
pub(crate) struct DoctorArgs {
    /// Send nothing to providers: check only this machine
    #[arg(long)]
    pub(crate) offline: bool,

    #[command(flatten)]
    pub(crate) ledger: LedgerChoice,
}
