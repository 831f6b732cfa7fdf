//! The cells of one row, and the progress of its steps: which step is ready, which inputs it gets, and what
//! its end writes.

use std::hash::{DefaultHasher, Hash, Hasher};

use marl_core::{Error, Field, Fields, Outcome, Row, SkipReason, SmolStr, Value};

use super::{
    RowEnd,
    cell::{Cell, holds_placeholder, read},
    dry_run::ProjectedStep,
    step::{Remark, StepEnd},
};
use crate::{
    expression::EvaluationError,
    plan::{Alternative, Binding, BoundExpression, Existing, Output, Plan, Step, Task},
};

/// The inputs of a step's alternatives.
pub(super) struct StepInputs {
    /// The inputs of each alternative.
    pub(super) alternatives: Vec<AlternativeInputs>,
    /// The outputs to fill, by their names in the contract.
    pub(super) wanted: Vec<SmolStr>,
    /// Whether the step runs regardless of the missing answers.
    pub(super) certain: bool,
    /// A number that is equal for two rows in which the step would have the same result.
    pub(super) fingerprint: u64,
}

/// The inputs of one alternative, or why it is not asked. The numbers are fingerprints of the inputs.
pub(super) enum AlternativeInputs {
    /// The inputs are known.
    Row(Row, u64),
    /// The alternative need not be asked.
    Ended(Outcome),
    /// The inputs depend on answers that are not stored.
    Unknown(u64),
}

/// Whether a step has to ask its alternatives.
pub(super) enum Readiness {
    Ask(StepInputs),
    Ended(StepEnd),
}

/// One row on its way through the plan.
pub(super) struct RowState<'a> {
    plan: &'a Plan,
    /// Whether this is a dry run. Only a dry run needs fingerprints: a live run leaves nothing unknown.
    is_dry_run: bool,
    cells: Vec<Cell>,
    started: Vec<bool>,
    outcomes: Vec<Option<Outcome>>,
    projected: Vec<ProjectedStep>,
    /// By output, whether its cell was written.
    written: Vec<bool>,
    kept: u64,
    mixed: Vec<usize>,
    placeholders_filled: u64,
    may_fill_placeholders: u64,
    replaced: Vec<usize>,
    may_replace: Vec<usize>,
    remarks: Vec<(usize, Remark)>,
}

impl<'a> RowState<'a> {
    pub(super) fn new(plan: &'a Plan, mut cells: Vec<Option<Value>>, is_dry_run: bool) -> Self {
        cells.resize(plan.slots(), None);
        Self {
            plan,
            is_dry_run,
            cells: cells.into_iter().map(Cell::Known).collect(),
            started: vec![false; plan.steps.len()],
            outcomes: vec![None; plan.steps.len()],
            projected: if is_dry_run {
                plan.steps.iter().map(|_| ProjectedStep::default()).collect()
            } else {
                Vec::new()
            },
            written: vec![false; plan.outputs().count()],
            kept: 0,
            mixed: Vec::new(),
            placeholders_filled: 0,
            may_fill_placeholders: 0,
            replaced: Vec::new(),
            may_replace: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Empties the step's own cells, as they were before the step filled them.
    pub(super) fn forget(&mut self, index: usize) {
        for output in self.plan.steps[index].columns() {
            self.cells[output.slot] = Cell::Known(None);
        }
    }

    /// A step that may start and has not started: all steps before it have ended. It counts as started from
    /// now on.
    pub(super) fn next_ready(&mut self) -> Option<usize> {
        let ready = |index: &usize| {
            let step = &self.plan.steps[*index];
            !self.started[*index] && step.after.iter().all(|before| self.outcomes[*before].is_some())
        };
        let index = (0..self.plan.steps.len()).find(ready)?;
        self.started[index] = true;
        Some(index)
    }

    /// The inputs of a step, or its end if it need not ask.
    pub(super) fn begin(&self, index: usize) -> Readiness {
        let step = &self.plan.steps[index];
        let all_filled = step.outputs.iter().all(|output| self.is_filled(output));
        if step.existing == Existing::Keep && all_filled && !step.outputs.is_empty() {
            return Readiness::Ended(StepEnd::skipped(SkipReason::Existing));
        }
        let certain = match step.condition.as_ref().map(|condition| self.holds(condition)) {
            None | Some(Ok(Some(true))) => true,
            Some(Ok(None)) => false,
            Some(Ok(Some(false))) => return Readiness::Ended(StepEnd::skipped(SkipReason::Condition)),
            // A step never runs on a row for which its condition cannot be evaluated.
            Some(Err(why)) => {
                return Readiness::Ended(StepEnd {
                    remark: Some(Remark::NoResult(why)),
                    ..StepEnd::skipped(SkipReason::ConditionUnknown)
                });
            }
        };
        match &step.task {
            Task::Compute(formula) => Readiness::Ended(self.compute(index, formula, certain)),
            Task::Ask(alternatives) => {
                let inputs = alternatives.iter().enumerate();
                let inputs: Vec<AlternativeInputs> =
                    inputs.map(|(at, alternative)| self.inputs(index, at, alternative)).collect();
                let condition = step.condition.as_ref().filter(|_| !certain);
                let fingerprint =
                    if self.is_dry_run { self.fingerprint(index, &inputs, condition) } else { 0 };
                // A single integration is asked for all its outputs.
                let wanted = if inputs.len() > 1 { self.wanted(step) } else { Vec::new() };
                Readiness::Ask(StepInputs { alternatives: inputs, wanted, certain, fingerprint })
            }
        }
    }

    /// Whether an output's cell holds a value.
    fn is_filled(&self, output: &Output) -> bool {
        self.cells[output.slot].is_filled(output.kind)
    }

    /// The outputs to fill.
    fn wanted(&self, step: &Step) -> Vec<SmolStr> {
        let outputs = step.outputs.iter();
        outputs
            .filter(|output| step.existing != Existing::Keep || !self.is_filled(output))
            .map(|output| output.of.clone())
            .collect()
    }

    /// An alternative's inputs, or why the alternative need not be asked.
    fn inputs(&self, step: usize, at: usize, alternative: &Alternative) -> AlternativeInputs {
        let mut hash = DefaultHasher::new();
        (step, at).hash(&mut hash);
        let mut inputs = Vec::with_capacity(alternative.inputs.len());
        let mut is_unknown = false;
        for binding in &alternative.inputs {
            let column = &binding.column;
            match &self.cells[binding.slot] {
                Cell::Unknown(fingerprint) => {
                    is_unknown = true;
                    fingerprint.hash(&mut hash);
                }
                Cell::Known(Some(cell)) if !holds_placeholder(column.kind, cell) => {
                    match read(column.kind, cell) {
                        Ok(value) => {
                            if self.is_dry_run {
                                (&column.name, value.to_string()).hash(&mut hash);
                            }
                            inputs.push((column.name.clone(), value));
                        }
                        Err(why) => {
                            let message =
                                format!("`{}` is not {}: {why}", column.name, column.kind.in_words());
                            let error = Error::invalid_input(message).with_detail(cell.to_string());
                            return AlternativeInputs::Ended(Outcome::Failed(error));
                        }
                    }
                }
                Cell::Known(_) if column.required => {
                    return AlternativeInputs::Ended(Outcome::Skipped(self.why_missing(binding)));
                }
                Cell::Known(_) => {}
            }
        }
        let fingerprint = hash.finish();
        let is_filled = |name: &str| inputs.iter().any(|(known, _)| known == name);
        if is_unknown {
            AlternativeInputs::Unknown(fingerprint)
        } else if !alternative.integration.contract().is_enough(is_filled) {
            let empty = alternative.inputs.iter().filter(|binding| !is_filled(&binding.column.name));
            let mut reasons = empty.map(|binding| self.why_missing(binding));
            let early = reasons.find(|reason| *reason != SkipReason::MissingInput);
            AlternativeInputs::Ended(Outcome::Skipped(early.unwrap_or(SkipReason::MissingInput)))
        } else {
            AlternativeInputs::Row(Row::new(inputs), fingerprint)
        }
    }

    /// Why a required input is empty. If the step that would have filled it was ended early, the input may
    /// still come.
    fn why_missing(&self, binding: &Binding) -> SkipReason {
        let early = [SkipReason::ProviderStopped, SkipReason::Budget, SkipReason::Interrupted];
        match binding.producer.and_then(|producer| self.outcomes[producer].as_ref()) {
            Some(Outcome::Skipped(reason)) if early.contains(reason) => *reason,
            _ => SkipReason::MissingInput,
        }
    }

    /// Whether a condition holds; `None` if that depends on answers that are not stored.
    fn holds(&self, condition: &BoundExpression) -> Result<Option<bool>, EvaluationError> {
        match self.cells_of(condition) {
            Some(cells) => condition.expression.holds(&cells).map(Some),
            None => Ok(None),
        }
    }

    fn compute(&self, index: usize, formula: &BoundExpression, certain: bool) -> StepEnd {
        let step = &self.plan.steps[index];
        let Some(cells) = self.cells_of(formula).filter(|_| certain) else {
            let fingerprint = self.fingerprint(index, &[], step.condition.iter().chain([formula]));
            return StepEnd { fingerprint, ..StepEnd::skipped(SkipReason::Unanswered) };
        };
        let outcome = match formula.expression.value(&cells) {
            Ok(None) => Outcome::NoData,
            Ok(Some(value)) => {
                let mut fields = Fields::none();
                let value = step.outputs[0].kind.check(value.clone()).unwrap_or(value);
                fields.put(step.outputs[0].of.clone(), Field { value, source: None });
                Outcome::Value(fields)
            }
            // Most formulas fail on an empty cell. That is not an error of the row, so the step is skipped.
            Err(why) if cells.iter().any(Option::is_none) => {
                let remark = Some(Remark::NoResult(why));
                return StepEnd { remark, ..StepEnd::skipped(SkipReason::MissingInput) };
            }
            Err(why) => Outcome::Failed(
                Error::invalid_input("the formula cannot be computed").with_detail(why.to_string()),
            ),
        };
        StepEnd::of(outcome)
    }

    /// The cells that an expression reads; `None` if one of them is unknown.
    fn cells_of(&self, computed: &BoundExpression) -> Option<Vec<Option<Value>>> {
        let cells = computed.slots.iter().map(|slot| match &self.cells[*slot] {
            Cell::Known(value) => Some(value.clone()),
            Cell::Unknown(_) => None,
        });
        cells.collect()
    }

    pub(super) fn finish(&mut self, index: usize, end: StepEnd) {
        let step = &self.plan.steps[index];
        let is_open = matches!(end.outcome, Outcome::Skipped(SkipReason::Unanswered)) || end.unanswered;
        let fingerprint = end.fingerprint;
        let (mut unlike, mut writes) = (Vec::new(), false);
        for output in &step.outputs {
            let fields = match &end.outcome {
                Outcome::Value(fields) => Some(fields),
                _ => None,
            };
            let is_open_cell = match &self.cells[output.slot] {
                Cell::Known(_) => !self.is_filled(output),
                Cell::Unknown(_) => false,
            };
            let keeps = step.existing == Existing::Keep && !is_open_cell;
            let holds_placeholder = step.existing == Existing::Keep
                && matches!(&self.cells[output.slot], Cell::Known(Some(_)))
                && is_open_cell;
            match fields.and_then(|fields| fields.get(&output.of)) {
                Some(field) if keeps => {
                    self.kept += 1;
                    if !self.cells[output.slot].is_alike(output.kind, &field.value) {
                        unlike.push(output.index);
                    }
                }
                Some(field) => {
                    writes = true;
                    self.placeholders_filled += u64::from(holds_placeholder);
                    if self.is_filled(output) && !self.cells[output.slot].is_same(&field.value) {
                        self.replaced.push(output.index);
                    }
                    self.cells[output.slot] = Cell::Known(Some(field.value.clone()));
                    self.written[output.index] = true;
                }
                None if is_open && !keeps => {
                    self.may_fill_placeholders += u64::from(holds_placeholder);
                    if self.is_filled(output) {
                        self.may_replace.push(output.index);
                    }
                    self.cells[output.slot] = Cell::Unknown(hashed(fingerprint, &output.of));
                }
                None => {}
            }
        }
        if writes {
            self.mixed.extend(unlike);
        }
        if let Some(column) = &step.provider_column {
            if is_open {
                self.cells[column.slot] = Cell::Unknown(hashed(fingerprint, "provider"));
            } else if let Some(by) = end.by {
                self.cells[column.slot] = Cell::Known(Some(Value::text(by)));
                self.written[column.index] = true;
            }
        }
        if let Some(projected) = self.projected.get_mut(index) {
            *projected = end.projected;
        }
        self.remarks.extend(end.remark.map(|remark| (index, remark)));
        self.outcomes[index] = Some(end.outcome);
    }

    /// A number that is equal for two rows in which a step would have the same result. It covers the cells
    /// that the step's integrations and expressions read.
    fn fingerprint<'e>(
        &self,
        index: usize,
        alternatives: &[AlternativeInputs],
        expressions: impl IntoIterator<Item = &'e BoundExpression>,
    ) -> u64 {
        let mut hash = DefaultHasher::new();
        index.hash(&mut hash);
        for inputs in alternatives {
            match inputs {
                AlternativeInputs::Row(_, fingerprint) | AlternativeInputs::Unknown(fingerprint) => {
                    fingerprint.hash(&mut hash)
                }
                AlternativeInputs::Ended(_) => 0_u8.hash(&mut hash),
            }
        }
        for slot in expressions.into_iter().flat_map(|computed| &computed.slots) {
            self.cells[*slot].hash(&mut hash);
        }
        hash.finish()
    }

    pub(super) fn end(mut self) -> RowEnd {
        let lost = || Outcome::Failed(Error::internal("the step never became ready"));
        let leaves_empty =
            self.plan.steps.iter().flat_map(|step| &step.outputs).any(|output| !self.is_filled(output));
        let mut written = vec![None; self.written.len()];
        for output in self.plan.outputs().filter(|output| self.written[output.index]) {
            let cell = std::mem::replace(&mut self.cells[output.slot], Cell::Known(None));
            written[output.index] = if let Cell::Known(value) = cell { value } else { None };
        }
        RowEnd {
            outcomes: self.outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(lost)).collect(),
            written,
            kept: self.kept,
            mixed: self.mixed,
            placeholders_filled: self.placeholders_filled,
            may_fill_placeholders: self.may_fill_placeholders,
            replaced: self.replaced,
            may_replace: self.may_replace,
            remarks: self.remarks,
            projected: self.projected,
            leaves_empty,
        }
    }
}

fn hashed(fingerprint: u64, name: &str) -> u64 {
    let mut hash = DefaultHasher::new();
    (fingerprint, name).hash(&mut hash);
    hash.finish()
}
