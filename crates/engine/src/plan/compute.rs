//! Compiles the conditions and formulas of steps, and checks them against the columns of the table and of
//! other steps.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

use marl_core::SemanticType;

use super::{
    About, Advice, Header, Part, PlanError, Request, Work, bind::producer, did_you_mean, name::Named,
};
use crate::expression::{Correction, Expression, ExpressionError};

/// An example of an expression.
const EXPRESSION_FORM: &str = "country == \"DE\" && int(employees) > 50";

/// A step's expressions.
#[derive(Default)]
pub(super) struct StepExpressions {
    pub(super) condition: Option<Arc<Expression>>,
    pub(super) formula: Option<Arc<Expression>>,
}

impl StepExpressions {
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

/// Compiles every expression. Formulas come first, since they define the types of their columns.
pub(super) fn compute(
    steps: &mut [Named<'_>],
    request: &Request,
    header: &Header<'_>,
) -> Result<Vec<StepExpressions>, PlanError> {
    for column in request.types.keys() {
        if !header.columns.contains(column) {
            let message = format!("column `{column}` is given a type, and {} does not have it", header.table);
            let columns = header.columns.iter().map(String::as_str);
            let part = Part::ColumnType(column.clone());
            let advice = did_you_mean(part.clone(), column, columns);
            return Err(PlanError::unknown(message).advise(advice).about(About { step: None, part }));
        }
    }
    let mut computed: Vec<StepExpressions> = steps.iter().map(|_| StepExpressions::default()).collect();
    Formulas::of(steps, request, header).compile(&mut computed)?;
    let known = KnownColumns::of(&*steps, request, header);
    for (at, step) in steps.iter().enumerate() {
        if let Some(text) = &step.request.condition {
            let condition = Expression::condition(text, &known.without(step));
            let condition = condition.map_err(|error| wrong(error, step, text, Part::Condition))?;
            computed[at].condition = Some(Arc::new(condition));
        }
    }
    Ok(computed)
}

/// The formulas that are not compiled yet.
///
/// A formula that reads another formula's column waits until that one is compiled. So each formula is
/// compiled once, and scanned once more for each column that it reads.
struct Formulas<'a, 'r> {
    steps: &'a mut [Named<'r>],
    known: KnownColumns,
    open: BTreeMap<usize, String>,
    waiting: HashMap<usize, Vec<usize>>,
}

impl<'a, 'r> Formulas<'a, 'r> {
    fn of(steps: &'a mut [Named<'r>], request: &Request, header: &Header<'_>) -> Self {
        let is_formula = |step: &Named<'_>| matches!(step.request.work, Work::Formula(_));
        let name = |(at, step): (usize, &Named<'_>)| (at, step.outputs[0].name.clone());
        let open = steps.iter().enumerate().filter(|(_, step)| is_formula(step)).map(name).collect();
        // A formula's own column does not exist before it is computed, unless the table has it.
        let known = KnownColumns::of(steps.iter().filter(|step| !is_formula(step)), request, header);
        Self { steps, known, open, waiting: HashMap::new() }
    }

    fn compile(mut self, computed: &mut [StepExpressions]) -> Result<(), PlanError> {
        let mut next: VecDeque<usize> = self.open.keys().copied().collect();
        loop {
            while let Some(at) = next.pop_front() {
                if !self.open.contains_key(&at) {
                    continue;
                }
                let text = self.text(at);
                if let Some(other) = self.awaited(at, &text) {
                    self.waiting.entry(other).or_default().push(at);
                    continue;
                }
                let expression = Expression::formula(&text, &self.known.columns)
                    .map_err(|error| wrong(error, &self.steps[at], &text, Part::Formula))?;
                next.extend(self.close(at, expression, computed));
            }
            let Some(&first) = self.open.keys().next() else { return Ok(()) };
            // Each formula waits for another one. However, a column's name may only be a part of a longer
            // word.
            let compiled = |at: &usize| Expression::formula(&self.text(*at), &self.known.columns).ok();
            let free = self.open.keys().find_map(|at| Some((*at, compiled(at)?)));
            let (at, expression) = match free {
                Some(free) => free,
                // The formulas form a cycle: compile one of them with all columns known, to report the actual
                // mistake.
                None => (first, self.with_all_columns(first)?),
            };
            next.extend(self.close(at, expression, computed));
        }
    }

    fn with_all_columns(&self, at: usize) -> Result<Expression, PlanError> {
        let mut all = self.known.clone();
        for other in self.open.keys().filter(|other| **other != at) {
            all.add(&self.steps[*other]);
        }
        let text = self.text(at);
        Expression::formula(&text, &all.columns)
            .map_err(|error| wrong(error, &self.steps[at], &text, Part::Formula))
    }

    fn text(&self, at: usize) -> String {
        match &self.steps[at].request.work {
            Work::Formula(text) => text.clone(),
            Work::Use(_) => String::new(),
        }
    }

    /// An open formula that this one may be waiting for.
    fn awaited(&self, at: usize, text: &str) -> Option<usize> {
        self.open
            .iter()
            .find(|(other, name)| **other != at && text.contains(name.as_str()))
            .map(|open| *open.0)
    }

    /// Stores a compiled formula. Returns the formulas that waited for it.
    fn close(&mut self, at: usize, expression: Expression, computed: &mut [StepExpressions]) -> Vec<usize> {
        self.steps[at].outputs[0].kind = expression.kind();
        computed[at].formula = Some(Arc::new(expression));
        self.open.remove(&at);
        self.known.add(&self.steps[at]);
        self.waiting.remove(&at).unwrap_or_default()
    }
}

/// A condition over the table's own columns, which selects rows.
///
/// # Errors
/// The text cannot be read as a condition, or names a column that the table does not have.
pub fn filter(text: &str, request: &Request, header: &Header<'_>) -> Result<Expression, PlanError> {
    let known = KnownColumns::of([], request, header);
    Expression::condition(text, &known.columns).map_err(|error| {
        let message = error.message.clone();
        expression_error(error, Part::Filter, text, message).about(About { step: None, part: Part::Filter })
    })
}

/// The columns that expressions may read, with their types. A step's output has the type of its contract.
#[derive(Clone)]
struct KnownColumns {
    columns: Vec<(String, SemanticType)>,
    positions: HashMap<String, usize>,
    /// The types of the table's own columns, before any step writes them.
    own: HashMap<String, SemanticType>,
}

impl KnownColumns {
    fn of<'s, 'r: 's>(
        steps: impl IntoIterator<Item = &'s Named<'r>>,
        request: &Request,
        header: &Header<'_>,
    ) -> Self {
        let mut known = Self { columns: Vec::new(), positions: HashMap::new(), own: HashMap::new() };
        for name in header.columns {
            let kind = request.types.get(name).copied().unwrap_or(SemanticType::Text);
            known.set(name, kind);
            known.own.insert(name.clone(), kind);
        }
        let mut steps: Vec<_> = steps.into_iter().collect();
        // The first step that writes a column determines its type.
        steps.reverse();
        steps.iter().for_each(|step| known.add(step));
        known
    }

    fn add(&mut self, step: &Named<'_>) {
        for (name, kind) in written(step) {
            self.set(name, kind);
        }
    }

    fn set(&mut self, name: &str, kind: SemanticType) {
        match self.positions.get(name) {
            Some(position) => self.columns[*position].1 = kind,
            None => {
                self.positions.insert(name.to_owned(), self.columns.len());
                self.columns.push((name.to_owned(), kind));
            }
        }
    }

    /// The columns that exist before this step has ended. They include its own columns only if the table has
    /// them.
    fn without(&self, step: &Named<'_>) -> Vec<(String, SemanticType)> {
        let seen = |(name, kind): &(String, SemanticType)| {
            let is_written = written(step).any(|(written, _)| written == name);
            let kind = if is_written { self.own.get(name).copied() } else { Some(*kind) };
            kind.map(|kind| (name.clone(), kind))
        };
        self.columns.iter().filter_map(seen).collect()
    }
}

fn written<'s>(step: &'s Named<'_>) -> impl Iterator<Item = (&'s str, SemanticType)> {
    let outputs = step.outputs.iter().map(|output| (output.name.as_str(), output.kind));
    outputs.chain(step.provider_column.as_deref().map(|name| (name, SemanticType::Text)))
}

fn wrong(error: ExpressionError, step: &Named<'_>, text: &str, part: Part) -> PlanError {
    let what = if part == Part::Formula { "formula" } else { "condition" };
    let message = format!("the {what} of `{}`: {}", step.name, error.message);
    expression_error(error, part.clone(), text, message).about(step.about(part))
}

/// An expression's error as a plan's error; `part` is where the expression stands in the request.
fn expression_error(error: ExpressionError, part: Part, text: &str, message: String) -> PlanError {
    let plan_error =
        if error.names_no_column { PlanError::unknown(message) } else { PlanError::unfit(message) };
    let rewritten = match error.correction.map(|correction| *correction) {
        Some(Correction::Text(right)) => Some(Advice::Rewrite { part, wrong: text.to_owned(), right }),
        Some(Correction::Name(..)) | None => None,
    };
    let form = error.hints.is_empty().then_some(Advice::ExpressionForm(EXPRESSION_FORM));
    plan_error.advise(rewritten).advise(error.hints.into_iter().map(Advice::from)).advise(form)
}
