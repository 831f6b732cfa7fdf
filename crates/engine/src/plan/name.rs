//! Naming: which integrations a step has, and which columns it writes. Naming binds no inputs.

use std::sync::Arc;

use marl_core::{Column, Integration, Registry, SemanticType, SmolStr};

use super::{
    About, Advice, Existing, Header, Part, PlanError, Problem, Request, StepRequest, Work, error::Pair, feed,
};
use crate::nearest;

/// A step whose integrations and columns are known.
pub(super) struct Named<'a> {
    /// The step's index in the request.
    pub(super) at: usize,
    pub(super) request: &'a StepRequest,
    pub(super) name: &'a str,
    /// The step's integrations; none for a formula.
    pub(super) alternatives: Vec<Arc<dyn Integration>>,
    pub(super) outputs: Vec<NamedOutput>,
    pub(super) provider_column: Option<String>,
}

pub(super) struct NamedOutput {
    /// The output's name in the integration's contract.
    pub(super) of: SmolStr,
    pub(super) kind: SemanticType,
    /// The column that it is written to.
    pub(super) name: String,
}

/// The name of a formula's only output.
pub(super) const FORMULA_OUTPUT: &str = "value";

impl<'a> Named<'a> {
    pub(super) fn about(&self, part: Part) -> About {
        About { step: Some(self.at), part }
    }

    /// The inputs of all the step's integrations.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &Column> + Clone {
        self.alternatives.iter().flat_map(|known| known.contract().inputs.iter())
    }

    /// All columns that the step writes.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.outputs.iter().map(|output| output.name.as_str()).chain(self.provider_column.as_deref())
    }

    pub(super) fn writes(&self, column: &str) -> bool {
        self.columns().any(|known| known == column)
    }

    /// What happens to output cells that are already filled.
    pub(super) fn existing(&self, request: &Request) -> Existing {
        match self.request.existing.unwrap_or(request.existing) {
            Existing::Fail => Existing::Fail,
            _ if request.refresh.includes(self.name) && !request.refresh_keeps => Existing::Overwrite,
            existing => existing,
        }
    }
}

/// Names every step of a request.
pub(super) fn name<'a>(
    request: &'a Request,
    header: &Header<'_>,
    registry: &Registry,
) -> Result<Vec<Named<'a>>, PlanError> {
    let steps = request.steps.iter().enumerate();
    let named: Vec<Named<'_>> =
        steps.map(|(at, step)| one(at, step, header, registry)).collect::<Result<_, _>>()?;
    for step in &named {
        check_columns(step, &named, request, header)?;
    }
    Ok(named)
}

fn one<'a>(
    at: usize,
    request: &'a StepRequest,
    header: &Header<'_>,
    registry: &Registry,
) -> Result<Named<'a>, PlanError> {
    let name = request.name();
    // Otherwise a new column would be added beside a column of the table that looks the same.
    let column = |output: &str| {
        let column = request.column_of(output);
        feed::column_called(header, &column).map_or(column, str::to_owned)
    };
    let (alternatives, outputs) = match &request.work {
        Work::Formula(_) => {
            let name = column(FORMULA_OUTPUT);
            (
                Vec::new(),
                vec![NamedOutput { of: SmolStr::new_static(FORMULA_OUTPUT), kind: SemanticType::Text, name }],
            )
        }
        Work::Use(uses) => {
            let alternatives: Vec<Arc<dyn Integration>> = uses
                .iter()
                .map(|name| integration(name, registry).cloned())
                .collect::<Result<_, _>>()
                .map_err(|error| error.about(About { step: Some(at), part: Part::Use }))?;
            let outputs = alternatives.first().map(|first| &*first.contract().outputs).unwrap_or_default();
            let outputs = outputs.iter().map(|output| NamedOutput {
                of: output.name.clone(),
                kind: output.kind,
                name: column(&output.name),
            });
            let outputs = outputs.collect();
            check_alternatives(&alternatives)
                .map_err(|error| error.about(About { step: Some(at), part: Part::Use }))?;
            (alternatives, outputs)
        }
    };
    check_outputs(request, &outputs, at, header)?;
    let provider_column = request.provider_column.clone();
    Ok(Named { at, request, name, alternatives, outputs, provider_column })
}

/// Checks that every output for which the user named a column exists.
fn check_outputs(
    request: &StepRequest,
    outputs: &[NamedOutput],
    at: usize,
    header: &Header<'_>,
) -> Result<(), PlanError> {
    let known = || outputs.iter().map(|output| output.of.as_str());
    match request.outputs.iter().find(|(name, _)| !known().any(|known| known == name.as_str())) {
        None => Ok(()),
        Some((name, column)) => {
            let error = PlanError::unknown(format!("`{}` has no output `{name}`", request.name()));
            let about = About { step: Some(at), part: Part::Output(name.clone()) };
            let is_column = feed::column_called(header, name).is_some();
            let part = about.part.clone();
            let pair = Pair { part, left: name, right: column, is_column, makes_columns: true };
            Err(error.advise(pair.advice(known())).about(about))
        }
    }
}

/// Checks that each alternative shares an output with the first one: others could never help.
fn check_alternatives(alternatives: &[Arc<dyn Integration>]) -> Result<(), PlanError> {
    let Some((first, others)) = alternatives.split_first() else { return Ok(()) };
    let wanted = &first.contract().outputs;
    for other in others {
        let other = other.contract();
        if !wanted.iter().any(|output| other.output(&output.name).is_some()) {
            let integration = first.contract().name.to_string();
            let outputs = wanted.iter().map(|output| output.name.to_string()).collect();
            let message = format!("`{}` produces none of the columns of `{integration}`", other.name);
            return Err(PlanError::unfit(message).advise([Advice::Gives { integration, outputs }]));
        }
    }
    Ok(())
}

/// The integration called `name`.
///
/// # Errors
/// No integration has this name. The error lists those that exist and the nearest name.
pub fn integration<'a>(name: &str, registry: &'a Registry) -> Result<&'a Arc<dyn Integration>, PlanError> {
    registry.integration(name).ok_or_else(|| unknown_integration(name, registry))
}

/// The error for a name that no integration has.
fn unknown_integration(name: &str, registry: &Registry) -> PlanError {
    let names: Vec<&str> = registry.integrations().map(|known| known.contract().name.as_str()).collect();
    let error = PlanError {
        problem: Problem::UnknownIntegration,
        ..PlanError::unfit(format!("no integration is called `{}`", marl_core::excerpt(name, 80)))
    };
    let near = nearest(name, names.iter().copied());
    let near =
        near.map(|near| Advice::Word { part: Part::Use, wrong: name.to_owned(), right: near.to_owned() });
    let names = names.into_iter().map(str::to_owned).collect();
    error.advise(near).advise([Advice::KnownIntegrations(names)])
}

/// Checks that no other step writes the step's columns, and that existing columns may be written.
fn check_columns(
    step: &Named<'_>,
    all: &[Named<'_>],
    request: &Request,
    header: &Header<'_>,
) -> Result<(), PlanError> {
    let columns: Vec<&str> = step.columns().collect();
    for (at, column) in columns.iter().enumerate() {
        if columns[..at].contains(column) {
            let message = format!("`{}` writes column `{column}` twice", step.name);
            let output =
                step.outputs.get(at).filter(|known| step.request.outputs.contains_key(known.of.as_str()));
            let part = output.map_or(Part::ProviderColumn, |output| Part::Output(output.of.to_string()));
            return Err(PlanError::unfit(message).advise([Advice::NameColumnsApart]).about(step.about(part)));
        }
        if let Some(other) = all[..step.at].iter().find(|other| other.writes(column)) {
            return Err(both_write(other, step, column));
        }
        let is_old = header.columns.iter().any(|known| known == column);
        if !is_old && column.trim_start().starts_with(['=', '+', '-', '@']) {
            let first = column.trim_start().chars().next().unwrap_or_default();
            return Err(PlanError::unfit(format!(
                "a column called `{column}` would be a formula to a spreadsheet"
            ))
            .advise([Advice::OtherFirstCharacter(first)])
            .about(step.about(Part::Prefix)));
        }
        if is_old && step.existing(request) == Existing::Fail {
            let message = format!("{} already has column `{column}`", header.table);
            return Err(PlanError::unfit(message)
                .advise([Advice::KeepOrOverwrite])
                .about(step.about(Part::Existing)));
        }
    }
    Ok(())
}

fn both_write(first: &Named<'_>, second: &Named<'_>, column: &str) -> PlanError {
    let (one, other) = (first.name, second.name);
    let error = PlanError::unfit(format!("`{one}` and `{other}` both write column `{column}`"));
    // A prefix changes only the columns that the user did not name.
    let named = second.outputs.iter().find(|output| second.request.outputs.contains_key(output.of.as_str()));
    let error = match named.filter(|output| output.name == column) {
        Some(output) => error
            .advise([Advice::ChooseColumn { step: other.to_owned(), output: output.of.to_string() }])
            .about(second.about(Part::Output(output.of.to_string()))),
        None => error.advise([Advice::Prefix {
            step: other.to_owned(),
            prefix: format!("{other}_"),
            column: column.to_owned(),
        }]),
    };
    let names = |step: &Named<'_>| -> Vec<String> {
        step.alternatives.iter().map(|known| known.contract().name.to_string()).collect()
    };
    let (uses, others) = (names(first), names(second));
    let are_alike = first.outputs.iter().all(|output| second.outputs.iter().any(|o| o.name == output.name));
    let can_join =
        are_alike && !uses.is_empty() && !others.is_empty() && others.iter().all(|name| !uses.contains(name));
    let joined = can_join.then(|| Advice::JoinSteps {
        first: one.to_owned(),
        second: other.to_owned(),
        integrations: [uses, others].concat(),
    });
    error.advise(joined).about(second.about(Part::Prefix))
}
