//! The cells of one row and how far its steps are.

use std::hash::{DefaultHasher, Hash, Hasher};

use marl_core::{Error, Field, Fields, Outcome, Row, SkipReason, SmolStr, Value};

use super::{
    Foreseen, RowEnd,
    cell::{Cell, read, says_nothing},
    step::StepEnd,
};
use crate::plan::{Alternative, Binding, Computed, Existing, Output, Plan, Step, Task};

/// What is needed to ask a step's alternatives.
pub(super) struct Asked {
    /// By alternative.
    pub(super) rows: Vec<Ready>,
    /// The outputs, by the contract's names, that are to be filled.
    pub(super) wanted: Vec<SmolStr>,
    /// Whether the step is run whatever the answers are that are not there.
    pub(super) certain: bool,
    /// Equal for rows in which the step would come to the same.
    pub(super) likeness: u64,
}

/// One alternative on this row.
pub(super) enum Ready {
    /// Its inputs.
    Row(Row, u64),
    /// It need not be asked.
    Ended(Outcome),
    /// Its inputs depend on answers that are not there.
    Unknown(u64),
}

pub(super) enum Begin {
    Ask(Asked),
    Ended(StepEnd),
}

pub(super) struct State<'a> {
    plan: &'a Plan,
    /// Whether likenesses are asked for: an open gateway leaves nothing unknown.
    foresees: bool,
    cells: Vec<Cell>,
    begun: Vec<bool>,
    outcomes: Vec<Option<Outcome>>,
    foreseen: Vec<Foreseen>,
    /// By output: whether its cell was written.
    written: Vec<bool>,
    kept: u64,
    mixed: Vec<usize>,
    said_nothing: u64,
    may_say_nothing: u64,
    replaced: Vec<usize>,
    may_replace: Vec<usize>,
    remarks: Vec<(usize, String)>,
}

impl<'a> State<'a> {
    pub(super) fn new(plan: &'a Plan, mut cells: Vec<Option<Value>>, foresees: bool) -> Self {
        cells.resize(plan.slots(), None);
        Self {
            plan,
            foresees,
            cells: cells.into_iter().map(Cell::Known).collect(),
            begun: vec![false; plan.steps.len()],
            outcomes: vec![None; plan.steps.len()],
            foreseen: if foresees {
                plan.steps.iter().map(|_| Foreseen::default()).collect()
            } else {
                Vec::new()
            },
            written: vec![false; plan.outputs().count()],
            kept: 0,
            mixed: Vec::new(),
            said_nothing: 0,
            may_say_nothing: 0,
            replaced: Vec::new(),
            may_replace: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Empties the step's own cells: on a row that it has filled, they stand as before it ran.
    pub(super) fn forget(&mut self, index: usize) {
        for output in self.plan.steps[index].columns() {
            self.cells[output.slot] = Cell::Known(None);
        }
    }

    /// A step that has not begun and whose forerunners have ended.
    pub(super) fn next_ready(&mut self) -> Option<usize> {
        let ready = |index: &usize| {
            let step = &self.plan.steps[*index];
            !self.begun[*index] && step.after.iter().all(|before| self.outcomes[*before].is_some())
        };
        let index = (0..self.plan.steps.len()).find(ready)?;
        self.begun[index] = true;
        Some(index)
    }

    /// What a step is asked with, or its end when it need not run.
    pub(super) fn begin(&self, index: usize) -> Begin {
        let step = &self.plan.steps[index];
        let all_filled = step.outputs.iter().all(|output| self.is_filled(output));
        if step.existing == Existing::Keep && all_filled && !step.outputs.is_empty() {
            return Begin::Ended(StepEnd::skipped(SkipReason::Existing));
        }
        let certain = match step.condition.as_ref().map(|condition| self.holds(condition)) {
            None | Some(Ok(Some(true))) => true,
            Some(Ok(None)) => false,
            Some(Ok(Some(false))) => return Begin::Ended(StepEnd::skipped(SkipReason::Condition)),
            // It never runs on a row that the condition cannot be told of.
            Some(Err(why)) => {
                return Begin::Ended(StepEnd {
                    remark: Some(why),
                    ..StepEnd::skipped(SkipReason::ConditionUnknown)
                });
            }
        };
        match &step.task {
            Task::Compute(formula) => Begin::Ended(self.compute(index, formula, certain)),
            Task::Ask(alternatives) => {
                let rows = alternatives.iter().enumerate();
                let rows: Vec<Ready> =
                    rows.map(|(at, alternative)| self.ready(index, at, alternative)).collect();
                let condition = step.condition.as_ref().filter(|_| !certain);
                let likeness = if self.foresees { self.likeness(index, &rows, condition) } else { 0 };
                // One alone is asked for whatever it has.
                let wanted = if rows.len() > 1 { self.wanted(step) } else { Vec::new() };
                Begin::Ask(Asked { rows, wanted, certain, likeness })
            }
        }
    }

    /// Whether an output's cell holds a value.
    fn is_filled(&self, output: &Output) -> bool {
        self.cells[output.slot].is_filled(output.kind)
    }

    /// The outputs that are to be filled.
    fn wanted(&self, step: &Step) -> Vec<SmolStr> {
        let outputs = step.outputs.iter();
        outputs
            .filter(|output| step.existing != Existing::Keep || !self.is_filled(output))
            .map(|output| output.of.clone())
            .collect()
    }

    /// An alternative's inputs, or why it need not be asked.
    fn ready(&self, step: usize, at: usize, alternative: &Alternative) -> Ready {
        let mut hash = DefaultHasher::new();
        (step, at).hash(&mut hash);
        let mut inputs = Vec::with_capacity(alternative.inputs.len());
        let mut is_unknown = false;
        for binding in &alternative.inputs {
            let column = &binding.column;
            match &self.cells[binding.slot] {
                Cell::Unknown(likeness) => {
                    is_unknown = true;
                    likeness.hash(&mut hash);
                }
                Cell::Known(Some(cell)) if !says_nothing(column.kind, cell) => {
                    match read(column.kind, cell) {
                        Ok(value) => {
                            if self.foresees {
                                (&column.name, value.to_string()).hash(&mut hash);
                            }
                            inputs.push((column.name.clone(), value));
                        }
                        Err(why) => {
                            let message =
                                format!("`{}` is not {}: {why}", column.name, column.kind.in_words());
                            let error = Error::invalid_input(message).with_detail(cell.to_string());
                            return Ready::Ended(Outcome::Failed(error));
                        }
                    }
                }
                Cell::Known(_) if column.required => {
                    return Ready::Ended(Outcome::Skipped(self.why_missing(binding)));
                }
                Cell::Known(_) => {}
            }
        }
        let likeness = hash.finish();
        if is_unknown { Ready::Unknown(likeness) } else { Ready::Row(Row::new(inputs), likeness) }
    }

    /// An input that a step would have brought which was ended early is not missing for good.
    fn why_missing(&self, binding: &Binding) -> SkipReason {
        let early = [SkipReason::ProviderStopped, SkipReason::Budget, SkipReason::Interrupted];
        match binding.producer.and_then(|producer| self.outcomes[producer].as_ref()) {
            Some(Outcome::Skipped(reason)) if early.contains(reason) => *reason,
            _ => SkipReason::MissingInput,
        }
    }

    /// Whether a condition holds; `None` when that is not known yet.
    fn holds(&self, condition: &Computed) -> Result<Option<bool>, String> {
        match self.cells_of(condition) {
            Some(cells) => condition.expression.holds(&cells).map(Some),
            None => Ok(None),
        }
    }

    fn compute(&self, index: usize, formula: &Computed, certain: bool) -> StepEnd {
        let step = &self.plan.steps[index];
        let Some(cells) = self.cells_of(formula).filter(|_| certain) else {
            let likeness = self.likeness(index, &[], step.condition.iter().chain([formula]));
            return StepEnd { likeness, ..StepEnd::skipped(SkipReason::Unanswered) };
        };
        let outcome = match formula.expression.value(&cells) {
            Ok(None) => Outcome::NoData,
            Ok(Some(value)) => {
                let mut fields = Fields::none();
                let value = step.outputs[0].kind.check(value.clone()).unwrap_or(value);
                fields.put(step.outputs[0].of.clone(), Field { value, source: None });
                Outcome::Value(fields)
            }
            // Most formulas fail on an empty cell, which is no fault of the row.
            Err(why) if cells.iter().any(Option::is_none) => {
                return StepEnd { remark: Some(why), ..StepEnd::skipped(SkipReason::MissingInput) };
            }
            Err(why) => {
                Outcome::Failed(Error::invalid_input("the formula cannot be computed").with_detail(why))
            }
        };
        StepEnd::of(outcome)
    }

    /// The cells of an expression's columns, if all are known.
    fn cells_of(&self, computed: &Computed) -> Option<Vec<Option<Value>>> {
        let cells = computed.slots.iter().map(|slot| match &self.cells[*slot] {
            Cell::Known(value) => Some(value.clone()),
            Cell::Unknown(_) => None,
        });
        cells.collect()
    }

    pub(super) fn finish(&mut self, index: usize, end: StepEnd) {
        let step = &self.plan.steps[index];
        let is_open = matches!(end.outcome, Outcome::Skipped(SkipReason::Unanswered)) || end.unanswered;
        let likeness = end.likeness;
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
            let says_nothing = step.existing == Existing::Keep
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
                    self.said_nothing += u64::from(says_nothing);
                    if self.is_filled(output) && !self.cells[output.slot].is_same(&field.value) {
                        self.replaced.push(output.index);
                    }
                    self.cells[output.slot] = Cell::Known(Some(field.value.clone()));
                    self.written[output.index] = true;
                }
                None if is_open && !keeps => {
                    self.may_say_nothing += u64::from(says_nothing);
                    if self.is_filled(output) {
                        self.may_replace.push(output.index);
                    }
                    self.cells[output.slot] = Cell::Unknown(hashed(likeness, &output.of));
                }
                None => {}
            }
        }
        if writes {
            self.mixed.extend(unlike);
        }
        if let Some(column) = &step.provider_column {
            if is_open {
                self.cells[column.slot] = Cell::Unknown(hashed(likeness, "provider"));
            } else if let Some(by) = end.by {
                self.cells[column.slot] = Cell::Known(Some(Value::text(by)));
                self.written[column.index] = true;
            }
        }
        if let Some(foreseen) = self.foreseen.get_mut(index) {
            *foreseen = end.foreseen;
        }
        self.remarks.extend(end.remark.map(|remark| (index, remark)));
        self.outcomes[index] = Some(end.outcome);
    }

    /// Equal for rows in which a step would come to the same: by what its integrations would read,
    /// and by the cells of expressions that are not known yet.
    fn likeness<'e>(
        &self,
        index: usize,
        rows: &[Ready],
        expressions: impl IntoIterator<Item = &'e Computed>,
    ) -> u64 {
        let mut hash = DefaultHasher::new();
        index.hash(&mut hash);
        for ready in rows {
            match ready {
                Ready::Row(_, likeness) | Ready::Unknown(likeness) => likeness.hash(&mut hash),
                Ready::Ended(_) => 0_u8.hash(&mut hash),
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
            said_nothing: self.said_nothing,
            may_say_nothing: self.may_say_nothing,
            replaced: self.replaced,
            may_replace: self.may_replace,
            remarks: self.remarks,
            foreseen: self.foreseen,
            leaves_empty,
        }
    }
}

fn hashed(likeness: u64, name: &str) -> u64 {
    let mut hash = DefaultHasher::new();
    (likeness, name).hash(&mut hash);
    hash.finish()
}
