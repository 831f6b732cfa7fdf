//! The command that looks whether marl could work here.

use clap::Args as ClapArgs;

use super::LedgerChoice;

/// Check that marl can work here: settings, keys, providers, ledger, folders
///
/// One line a check, with what to do where it is not well. Each provider is asked one question that
/// costs nothing. Exit code 0 says that nothing is bad.
#[derive(Debug, ClapArgs)]
pub(crate) struct DoctorArgs {
    /// Ask no provider: look only at what is on this machine
    #[arg(long)]
    pub(crate) offline: bool,

    #[command(flatten)]
    pub(crate) ledger: LedgerChoice,
}
