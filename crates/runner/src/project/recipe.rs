//! The recipe: a file for version control that says how a table is read, enriched and written.
//!
//! This module knows the form of the file, and on which line each part of the request is. Planning resolves
//! the names in it: no table and no integration is looked up here.

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

/// A parsed recipe.
#[derive(Debug)]
pub struct Recipe {
    /// The request of the recipe. Steps that are added later have no line in the file.
    pub request: Request,
    file: String,
    /// By column, the line of its type.
    columns: BTreeMap<String, usize>,
    /// The lines of each step.
    lines: Vec<StepLines>,
}

/// The lines of the parts of a step, from 1.
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
    /// Reads a recipe. Every error names its line.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        owner::check(path, owner::OwnedKind::Recipe)?;
        let text = text_file::read_named(path)?.ok_or_else(|| {
            Failure::usage("no such file")
                .at(&name)
                .hint("`marl recipe new` writes one from flags; a path is relative to the working folder")
        })?;
        read::parse(&name, &text)
    }

    /// A plan's error, with the recipe's line if the recipe has the part in question.
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

/// The word for what happens to filled cells.
fn word(existing: Existing) -> &'static str {
    match existing {
        Existing::Keep => "keep",
        Existing::Overwrite => "overwrite",
        Existing::Fail => "fail",
    }
}
