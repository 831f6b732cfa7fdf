//! The recipe: a file to check into git that says how a table is made, read and written.
//!
//! It knows the file's form, and where in it each part of the request stands. What the names
//! in it mean is the plan's business: no table and no integration is looked at here.

mod read;
mod source;
#[cfg(test)]
mod tests;
mod write;

use std::{collections::BTreeMap, path::Path};

use engine::plan::{About, Existing, Part, PlanError, Request, StepRequest, Work};

pub use write::write;

use crate::{
    failure::{Failure, advice},
    project::{owner, text_file},
};

/// A recipe that was read.
#[derive(Debug)]
pub struct Recipe {
    /// What it asks for. Steps may be added after its own: they have no place in the file.
    pub request: Request,
    file: String,
    /// Where the types of columns stand, by column.
    columns: BTreeMap<String, usize>,
    /// By step.
    lines: Vec<StepLines>,
}

/// Where the parts of a step stand, as lines counted from 1.
#[derive(Debug)]
struct StepLines {
    step: usize,
    /// By key.
    keys: BTreeMap<String, usize>,
    /// By input.
    inputs: BTreeMap<String, usize>,
    /// By output.
    outputs: BTreeMap<String, usize>,
}

impl Recipe {
    /// Reads a recipe. Every mistake is told with its line.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        owner::check(path, owner::OwnedKind::Recipe)?;
        let text = text_file::read_named(path)?.ok_or_else(|| {
            Failure::usage("no such file")
                .at(&name)
                .hint("`marl recipe new` writes one from flags; a path counts from the working folder")
        })?;
        read::parse(&name, &text)
    }

    /// A plan's problem, with the recipe's line where the request has one.
    pub(crate) fn locate(&self, error: &PlanError) -> Failure {
        let failure = advice::failure(error.clone(), advice::Voice::Recipe, None);
        match error.about.as_ref().and_then(|about| self.line(about)) {
            Some(line) => failure.at(&format!("{}, line {line}", self.file)),
            None => failure,
        }
    }

    fn line(&self, about: &About) -> Option<usize> {
        if let Part::ColumnType(column) = &about.part {
            return self.columns.get(column).copied();
        }
        let lines = self.lines.get(about.step?)?;
        let part = match &about.part {
            Part::Step => None,
            Part::Name => lines.keys.get("name"),
            Part::Use => lines.keys.get("use"),
            Part::Input(input) => lines.inputs.get(input),
            Part::Output(output) => lines.outputs.get(output),
            Part::Prefix => lines.keys.get("prefix"),
            Part::Condition => lines.keys.get("where"),
            Part::Formula => lines.keys.get("formula"),
            Part::ProviderColumn => lines.keys.get("provider_column"),
            Part::Existing => lines.keys.get("existing"),
            Part::ColumnType(_) | Part::Want | Part::Refresh | Part::Filter => None,
        };
        Some(*part.unwrap_or(&lines.step))
    }
}

/// The word for what happens to cells that are filled already.
fn word(existing: Existing) -> &'static str {
    match existing {
        Existing::Keep => "keep",
        Existing::Overwrite => "overwrite",
        Existing::Fail => "fail",
    }
}
