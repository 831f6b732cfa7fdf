//! Creates the recipe for the steps that flags describe. This module sends nothing.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use engine::plan::{self, Plan, Refresh};
use schemars::JsonSchema;
use serde::Serialize;
use table::ReadOptions;

use crate::{
    document::Version,
    failure::Failure,
    job::{
        header::{header, table_name},
        steps::RequestedSteps,
    },
    project::{outputs, recipe::write, workspace},
    spec::StepSpec,
};

/// What a recipe is created from.
#[derive(Debug, Clone)]
pub struct RecipeSpec {
    /// The table that the recipe is for.
    pub input: PathBuf,
    /// How the table is read.
    pub reading: ReadOptions,
    /// The steps.
    pub steps: StepSpec,
    /// The path of the new file; without it, no file is written.
    pub output: Option<PathBuf>,
}

/// A new recipe.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "recipe new")]
pub struct RecipeDocument {
    schema_version: Version<1>,
    /// The recipe's text.
    pub recipe: String,
    /// The path of the file that was written.
    pub path: Option<String>,
}

/// Creates a recipe, and writes it if a path is given.
///
/// # Errors
/// The steps do not fit the table, or the file already exists or cannot be written.
pub fn new(spec: &RecipeSpec) -> Result<RecipeDocument, Failure> {
    let registry = workspace::registry_here()?;
    let steps = RequestedSteps::of(&spec.steps, Refresh::None)?;
    let summary = outputs::check_table(&spec.input, spec.reading.clone())?;
    let name = table_name(&summary);
    let header = header(&summary, &name);
    let failure = |error| steps.failure(error, &spec.input, &spec.reading);
    let mut request = plan::resolve(&steps.request, &header, &registry).map_err(failure)?;
    let plan = Plan::new(&request, &header, &registry).map_err(failure)?;
    // A column that was found by the ending of its name or by a usual name is written out: another table may
    // have two such columns.
    for step in &mut request.steps {
        let bound = plan.steps.iter().find(|planned| planned.name == step.name());
        let inputs = bound.iter().flat_map(|step| step.alternatives()).flat_map(|one| &one.inputs);
        let of_all = &request.inputs;
        let is_said = |name: &str, from: &str| name == from || of_all.get(name).is_some_and(|of| of == from);
        for input in inputs.filter(|input| !is_said(&input.column.name, &input.from)) {
            step.inputs.insert(input.column.name.to_string(), input.from.clone());
        }
    }
    let recipe = write(&request);
    spec.output.as_deref().map_or(Ok(()), |path| write_new(path, &recipe))?;
    let path = spec.output.as_ref().map(|path| path.display().to_string());
    Ok(RecipeDocument { schema_version: Version, recipe, path })
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
