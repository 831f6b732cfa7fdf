//! The steps that are asked for, by flags or by a recipe, and what is said where they do not fit the
//! table. Reads the recipe; looks at no table.

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

/// The steps that are asked for, by flags or by a recipe.
pub(crate) struct StepsAsked {
    /// As given.
    pub request: Request,
    recipe: Option<Recipe>,
}

impl StepsAsked {
    /// Reads the recipe, if there is one.
    ///
    /// # Errors
    /// Those of [`Recipe::read`]; a column is given two types.
    pub(crate) fn of(spec: &StepSpec, refresh: Refresh) -> Result<Self, Failure> {
        let recipe = spec.recipe.as_deref().map(Recipe::read).transpose()?;
        let mut request = match &recipe {
            Some(recipe) => recipe.request.clone(),
            None => Request { types: column_types(&spec.column_types)?, ..spec.request.clone() },
        };
        request.refresh = refresh;
        if let Some(existing) = spec.existing {
            // It outranks the recipe, also where a step says something of its own.
            request.existing = existing;
            request.refresh_keeps = request.existing == Existing::Keep;
            request.steps.iter_mut().for_each(|step| step.existing = None);
        }
        Ok(Self { request, recipe })
    }

    /// A plan's problem: with the recipe's line if there is one, else with the command that would
    /// have been right, if that is known.
    pub(crate) fn failure(&self, error: PlanError, table: &Path, reading: &ReadOptions) -> Failure {
        if let Some(recipe) = &self.recipe {
            return recipe.locate(&error);
        }
        advice::failure(error, Voice::Flags, Some((table, reading)))
    }
}

/// The types that columns are given; each once.
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
