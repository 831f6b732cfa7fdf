//! The arguments of commands that write files for shells and for `man`.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use clap_complete::Shell;

/// Print completions for a shell
#[derive(Debug, ClapArgs)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Print the JSON Schema of a command's answer with `--json`
///
/// Without a command: lists the commands that have a schema, and the other documents for programs.
#[derive(Debug, ClapArgs)]
pub(crate) struct SchemaArgs {
    /// The command: `enrich`, `runs show`
    #[arg(value_name = "COMMAND")]
    pub(crate) words: Vec<String>,
}

/// Print the manual page, or write one for each subcommand
#[derive(Debug, ClapArgs)]
pub(crate) struct ManArgs {
    /// Write every page into this folder, which is created if necessary
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}
