//! Conditions and formulas of steps, checked against the columns that there are.

use std::sync::Arc;

use marl_core::SemanticType;

use super::{About, Header, Part, PlanError, Request, Work, bind::producer, did_you_mean, name::Named};
use crate::expression::{Expression, ExpressionError};

/// A step's expressions.
#[derive(Default)]
pub(super) struct Computed {
    pub(super) condition: Option<Arc<Expression>>,
    pub(super) formula: Option<Arc<Expression>>,
}

impl Computed {
    /// The columns that the expressions read.
    pub(super) fn columns(&self) -> impl Iterator<Item = &String> {
        self.condition.iter().chain(&self.formula).flat_map(|expression| expression.columns())
    }

    /// The steps that write them, by index.
    pub(super) fn producers<'a>(
        &'a self,
        steps: &'a [Named<'_>],
        reader: usize,
    ) -> impl Iterator<Item = usize> + 'a {
        self.columns().filter_map(move |column| producer(steps, column, reader))
    }
}

/// Compiles every expression, formulas first: they give columns their types.
pub(super) fn compute(
    steps: &mut [Named<'_>],
    request: &Request,
    header: &Header<'_>,
) -> Result<Vec<Computed>, PlanError> {
    for column in request.types.keys() {
        if !header.columns.contains(column) {
            let message = format!("column `{column}` is given a type, and {} does not have it", header.table);
            let columns = header.columns.iter().map(String::as_str);
            let error = did_you_mean(PlanError::unknown(message), column, columns);
            return Err(error.about(About { step: usize::MAX, part: Part::ColumnType(column.clone()) }));
        }
    }
    let mut computed: Vec<Computed> = steps.iter().map(|_| Computed::default()).collect();
    let formula = |step: &Named<'_>| match &step.request.work {
        Work::Formula(text) => Some(text.clone()),
        Work::Use(_) => None,
    };
    let mut open: Vec<usize> = (0..steps.len()).filter(|at| formula(&steps[*at]).is_some()).collect();
    while !open.is_empty() {
        let mut left = Vec::new();
        let before = open.len();
        for &at in &open {
            let text = formula(&steps[at]).unwrap_or_default();
            // Its own column is none before it is computed, unless the table has it.
            let columns = columns(steps, request, header, &open);
            match Expression::formula(&text, &columns) {
                Ok(expression) => {
                    let kind = expression.kind();
                    computed[at].formula = Some(Arc::new(expression));
                    steps[at].outputs[0].kind = kind;
                }
                // It may be waiting for another formula's column.
                Err(_) if waits_for_another(steps, &open, at, &text) => left.push(at),
                Err(error) => return Err(wrong(error, &steps[at], Part::Formula)),
            }
        }
        if left.len() == before {
            // None of them can be first: said of one with all columns in sight.
            let at = left[0];
            let columns = columns(steps, request, header, &[at]);
            let text = formula(&steps[at]).unwrap_or_default();
            let expression = Expression::formula(&text, &columns)
                .map_err(|error| wrong(error, &steps[at], Part::Formula))?;
            computed[at].formula = Some(Arc::new(expression));
            left.remove(0);
        }
        open = left;
    }
    for (at, step) in steps.iter().enumerate() {
        if let Some(text) = &step.request.condition {
            let columns = columns(steps, request, header, &[at]);
            let condition = Expression::condition(text, &columns);
            let condition = condition.map_err(|error| wrong(error, step, Part::Condition))?;
            computed[at].condition = Some(Arc::new(condition));
        }
    }
    Ok(computed)
}

fn waits_for_another(steps: &[Named<'_>], open: &[usize], at: usize, text: &str) -> bool {
    open.iter().any(|other| *other != at && text.contains(steps[*other].outputs[0].name.as_str()))
}

/// A condition over the table's own columns: which rows are picked.
///
/// # Errors
/// It cannot be understood, or names a column that the table does not have.
pub fn filter(text: &str, request: &Request, header: &Header<'_>) -> Result<Expression, PlanError> {
    let columns = columns(&[], request, header, &[]);
    Expression::condition(text, &columns).map_err(|error| {
        let message = format!("`--filter`: {}", error.message);
        expression_error(error, message)
    })
}

/// All columns with their types: a step's output has its contract's.
fn columns<'a>(
    steps: &'a [Named<'_>],
    request: &Request,
    header: &'a Header<'_>,
    hidden: &[usize],
) -> Vec<(&'a str, SemanticType)> {
    let shown = || steps.iter().enumerate().filter(|(at, _)| !hidden.contains(at)).map(|(_, step)| step);
    let written = |name: &str| {
        shown().flat_map(|step| &step.outputs).find(|output| output.name == name).map(|output| output.kind)
    };
    let of_table = header.columns.iter().map(|name| {
        let kind = written(name).or_else(|| request.types.get(name).copied());
        (name.as_str(), kind.unwrap_or(SemanticType::Text))
    });
    let mut columns: Vec<(&str, SemanticType)> = of_table.collect();
    let new = shown().flat_map(|step| {
        let outputs = step.outputs.iter().map(|output| (output.name.as_str(), output.kind));
        outputs.chain(step.provider_column.as_deref().map(|name| (name, SemanticType::Text)))
    });
    for (name, kind) in new {
        if !columns.iter().any(|(known, _)| *known == name) {
            columns.push((name, kind));
        }
    }
    columns
}

fn wrong(error: ExpressionError, step: &Named<'_>, part: Part) -> PlanError {
    let what = if part == Part::Formula { "formula" } else { "condition" };
    let message = format!("the {what} of `{}`: {}", step.name, error.message);
    expression_error(error, message).about(step.about(part))
}

fn expression_error(error: ExpressionError, message: String) -> PlanError {
    let plan_error =
        if error.names_no_column { PlanError::unknown(message) } else { PlanError::unfit(message) };
    PlanError { hints: error.hints, ..plan_error }
}
