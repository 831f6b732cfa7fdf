//! Refuses addresses where the command line takes a path. This module reads no file.

use std::path::PathBuf;

use clap::{
    Arg, Command,
    builder::{PathBufValueParser, TypedValueParser},
};
use runner::project::address::refusal;

/// The command-line definition, changed so that no argument for a path accepts an address.
pub(crate) fn refused_by(command: Command) -> Command {
    let path = std::any::TypeId::of::<PathBuf>();
    let refusing = |arg: Arg| match arg.get_value_parser().type_id() == path {
        true => arg.value_parser(PathBufValueParser::new().try_map(checked)),
        false => arg,
    };
    command.mut_args(refusing).mut_subcommands(refused_by)
}

fn checked(path: PathBuf) -> Result<PathBuf, String> {
    match refusal(&path) {
        None => Ok(path),
        Some(why) => Err(why),
    }
}
