//! The requested steps, from flags or from a recipe, and the failure if they do not fit the table. This
//! module reads the recipe and no table.

use std::{collections::BTreeMap, path::Path};

use engine::plan::{Existing, PlanError, Refresh, Request};
use marl_core::SemanticType;
use table::ReadOptions;

use crate::{
    failure::{
        Failure,
        advice::{self, Voice},
    },
    project::recipe::Recipe,
    spec::StepSpec,
};

/// The requested steps, from flags or from a recipe.
pub(crate) struct RequestedSteps {
    /// The request, as the user gave it.
    pub request: Request,
    recipe: Option<Recipe>,
}

impl RequestedSteps {
    /// Reads the recipe, if there is one.
    ///
    /// # Errors
    /// Those of [`Recipe::read`]; or a column has two types.
    pub(crate) fn of(spec: &StepSpec, refresh: Refresh) -> Result<Self, Failure> {
        let recipe = spec.recipe.as_deref().map(Recipe::read).transpose()?;
        let mut request = match &recipe {
            Some(recipe) => recipe.request.clone(),
            None => Request { types: column_types(&spec.column_types)?, ..spec.request.clone() },
        };
        request.refresh = refresh;
        if let Some(existing) = spec.existing {
            // The flag outranks the recipe, including what the recipe sets for a single step.
            request.existing = existing;
            request.refresh_keeps = request.existing == Existing::Keep;
            request.steps.iter_mut().for_each(|step| step.existing = None);
        }
        Ok(Self { request, recipe })
    }

    /// A plan's error: with the recipe's line if there is a recipe, otherwise with the right command if it is
    /// known.
    pub(crate) fn failure(&self, error: PlanError, table: &Path, reading: &ReadOptions) -> Failure {
        if let Some(recipe) = &self.recipe {
            return recipe.locate(&error);
        }
        advice::failure(error, Voice::Flags, Some((table, reading)))
    }
}

/// The declared types of columns, each declared once.
pub(crate) fn column_types(
    given: &[(String, SemanticType)],
) -> Result<BTreeMap<String, SemanticType>, Failure> {
    let mut types = BTreeMap::new();
    for (column, kind) in given {
        if types.insert(column.clone(), *kind).is_some() {
            return Err(Failure::usage(format!("`--column-type {column}` is given twice"))
                .hint("a column has one type: leave one of the two out"));
        }
    }
    Ok(types)
}
