//! `marl recipe`: writes the recipe for the steps that flags describe.

use runner::{
    failure::{Failure, exit::Exit},
    new_recipe::{self, RecipeSpec},
};

use crate::{
    args::{RecipeArgs, RecipeCommand},
    printer::Printer,
};

pub(crate) fn run(args: &RecipeArgs, printer: &Printer) -> Result<Exit, Failure> {
    let RecipeCommand::New { input, steps, output, table } = &args.command;
    let document = new_recipe::new(&RecipeSpec {
        input: input.clone(),
        reading: table.options(),
        steps: (&**steps).into(),
        output: output.clone(),
    })?;
    if let Some(path) = &document.path {
        printer.message(&format!("wrote {path}"));
    }
    if printer.is_json() {
        printer.document(&document);
    } else if document.path.is_none() {
        printer.file(&document.recipe);
    }
    Ok(Exit::Done)
}
