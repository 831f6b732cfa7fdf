//! `marl man`: manual pages from the same definitions as the command line itself. Installs nothing.

use std::{fs, io, path::Path};

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::{
    args::{Args, ManArgs},
    exit,
    failure::Failure,
    printer::Printer,
};

pub(crate) fn run(args: &ManArgs, printer: &Printer) -> Result<u8, Failure> {
    match &args.dir {
        None => printer.raw(&page()?),
        Some(folder) => {
            write_all(folder).map_err(|error| {
                Failure::usage(format!("the pages cannot be written to {}", folder.display()))
                    .caused_by(&error)
                    .hint("name a folder that can be written")
            })?;
            printer.talk(&format!("wrote marl.1 and a page for each subcommand to {}", folder.display()));
        }
    }
    Ok(exit::DONE)
}

fn page() -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    Man::new(command()).render(&mut page).map_err(|error| {
        Failure::new(exit::INTERNAL, "internal", "the page cannot be made").caused_by(&error)
    })?;
    Ok(page)
}

fn write_all(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command(), folder)
}

/// All but `help`, of which no page is written.
fn command() -> Command {
    Args::command().disable_help_subcommand(true)
}
