//! `marl recipe`: the recipe that does what flags do.

use std::{fs, io::Write, path::Path};

use engine::plan::{self, Plan, Refresh};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    args::{RecipeArgs, RecipeCommand},
    document::Version,
    exit,
    failure::Failure,
    job::{Steps, header, table_name},
    outputs, place,
    printer::Printer,
    recipe,
};

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "recipe new")]
pub(super) struct Document {
    schema_version: Version<1>,
    /// The recipe's text.
    recipe: String,
    /// Where it was written.
    path: Option<String>,
}

pub(crate) fn run(args: &RecipeArgs, printer: &Printer) -> Result<u8, Failure> {
    let RecipeCommand::New { input, steps, output, table: reading } = &args.command;
    let registry = place::registry_here()?;
    let steps = Steps::of(steps, Refresh::None)?;
    let sketch = outputs::check_table(input, reading.options())?;
    let name = table_name(&sketch);
    let header = header(&sketch, &name);
    let mut request = plan::resolve(&steps.request, &header, &registry)
        .map_err(|error| steps.failure(error, input, reading))?;
    let plan =
        Plan::new(&request, &header, &registry).map_err(|error| steps.failure(error, input, reading))?;
    // A column that was found by its name's ending or as a usual name is written down: another
    // table may have two of them.
    for step in &mut request.steps {
        let bound = plan.steps.iter().find(|planned| planned.name == step.name());
        let inputs = bound.iter().flat_map(|step| step.alternatives()).flat_map(|one| &one.inputs);
        let of_all = &request.inputs;
        let is_said = |name: &str, from: &str| name == from || of_all.get(name).is_some_and(|of| of == from);
        for input in inputs.filter(|input| !is_said(&input.column.name, &input.from)) {
            step.inputs.insert(input.column.name.to_string(), input.from.clone());
        }
    }
    let text = recipe::write(&request);
    if let Some(path) = output {
        write_new(path, &text)?;
        printer.talk(&format!("wrote {}", path.display()));
    }
    if printer.is_json() {
        let path = output.as_ref().map(|path| path.display().to_string());
        printer.document(&Document { schema_version: Version, recipe: text, path });
    } else if output.is_none() {
        printer.file(&text);
    }
    Ok(exit::DONE)
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let file = fs::File::options().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|error| {
        let failure = Failure::usage(format!("{} cannot be written", path.display())).caused_by(&error);
        match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                failure.hint("a recipe is not overwritten: name another file, or delete it")
            }
            _ => failure,
        }
    })
}
