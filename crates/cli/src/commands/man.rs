//! `marl man`: writes manual pages from the definitions of the command line. It installs nothing.

use std::{fs, io, path::Path};

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    args::{Args, ManArgs},
    printer::Printer,
};
use runner::{
    document::Version,
    failure::{Failure, error_code::ErrorCode, exit::Exit},
};

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "man")]
pub(super) struct ManDocument {
    schema_version: Version<1>,
    /// The page, in the format of `man`.
    page: Option<String>,
    /// With `--dir`, the folder that the pages were written to.
    folder: Option<String>,
}

pub(crate) fn run(args: &ManArgs, printer: &Printer) -> Result<Exit, Failure> {
    match &args.dir {
        None if printer.is_json() => {
            let page = String::from_utf8_lossy(&page()?).into_owned();
            printer.document(&ManDocument { schema_version: Version, page: Some(page), folder: None });
        }
        None => printer.raw(&page()?),
        Some(folder) => {
            write_all(folder).map_err(|error| {
                Failure::usage(format!("the pages cannot be written to {}", folder.display()))
                    .caused_by(&error)
                    .hint("name a folder that is writable")
            })?;
            if printer.is_json() {
                let folder = Some(folder.display().to_string());
                printer.document(&ManDocument { schema_version: Version, page: None, folder });
            }
            printer.message(&format!("wrote marl.1 and a page for each subcommand to {}", folder.display()));
        }
    }
    Ok(Exit::Done)
}

fn page() -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    Man::new(command()).render(&mut page).map_err(|error| {
        Failure::new(Exit::Internal, ErrorCode::Internal, "the page cannot be made").caused_by(&error)
    })?;
    Ok(page)
}

fn write_all(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command(), folder)
}

/// The command without `help`, which gets no page.
fn command() -> Command {
    Args::command().disable_help_subcommand(true)
}
