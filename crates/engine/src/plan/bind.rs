//! Binding: finds the column that feeds each input. Binding chooses nothing that the user must choose.
//!
//! An input is bound to the column that the user names; otherwise to the column with its own name; otherwise
//! to the only column whose values fit and whose name is a usual name for the input or ends in `_` and its
//! name.

use std::collections::BTreeMap;

use marl_core::{Column, Contract, Names, Registry};

use super::{
    Advice, Header, Part, PlanError, Request, StepUse, Work,
    advice::listed,
    did_you_mean,
    error::Pair,
    feed::{self, Match},
    name::Named,
};

/// How an input found its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The column has the input's name.
    Name,
    /// The column's name ends in the input's name, and its values fit.
    Suffix,
    /// The column has a usual name for the input, and its values fit.
    Alias,
    /// The user named the column.
    Map,
}

/// An input with its column.
#[derive(Debug)]
pub(super) struct BoundInput {
    pub(super) column: Column,
    pub(super) from: String,
    pub(super) producer: Option<usize>,
    pub(super) how: How,
}

/// Binds every input of every alternative of every step.
pub(super) fn bind(
    steps: &[Named<'_>],
    request: &Request,
    header: &Header<'_>,
    registry: &Registry,
) -> Result<Vec<Vec<Vec<BoundInput>>>, PlanError> {
    let binder = Binder { steps, inputs: &request.inputs, header, registry };
    binder.check_inputs_of_all_steps()?;
    (0..steps.len()).map(|step| binder.step(step)).collect()
}

/// The step, other than `reader`, that writes a column.
pub(super) fn producer(steps: &[Named<'_>], column: &str, reader: usize) -> Option<usize> {
    steps.iter().position(|step| step.writes(column)).filter(|producer| *producer != reader)
}

struct Binder<'a> {
    steps: &'a [Named<'a>],
    /// Inputs that the user bound for all steps.
    inputs: &'a BTreeMap<String, String>,
    header: &'a Header<'a>,
    registry: &'a Registry,
}

impl Binder<'_> {
    fn step(&self, step: usize) -> Result<Vec<Vec<BoundInput>>, PlanError> {
        self.check_map(step)?;
        let alternatives = &self.steps[step].alternatives;
        alternatives.iter().map(|integration| self.alternative(step, integration.contract())).collect()
    }

    fn alternative(&self, step: usize, contract: &Contract) -> Result<Vec<BoundInput>, PlanError> {
        let mut inputs = Vec::new();
        for column in contract.inputs.iter() {
            let found = self.input(step, contract, column);
            let found = found
                .map_err(|error| error.about(self.steps[step].about(Part::Input(column.name.to_string()))))?;
            if let Some((from, how)) = found {
                let producer = producer(self.steps, &from, step);
                let column = column.clone();
                inputs.push(BoundInput { column, from, producer, how });
            }
        }
        let is_bound = |name: &str| inputs.iter().any(|input| input.column.name == name);
        if contract.is_enough(is_bound) { Ok(inputs) } else { Err(self.too_few(step, contract, is_bound)) }
    }

    fn input(
        &self,
        step: usize,
        contract: &Contract,
        column: &Column,
    ) -> Result<Option<(String, How)>, PlanError> {
        let named = self.steps[step].request.inputs.get(column.name.as_str());
        if let Some(from) = named.or_else(|| self.inputs.get(column.name.as_str())) {
            let from = self.column_called(from, step).unwrap_or_else(|| from.clone());
            return Ok(Some((from, How::Map)));
        }
        if let Some(own) = self.column_called(&column.name, step) {
            return Ok(Some((own, How::Name)));
        }
        match self.candidates(step, column).as_slice() {
            [(one, Match::Suffix)] => Ok(Some((one.clone(), How::Suffix))),
            [(one, Match::Usual)] => Ok(Some((one.clone(), How::Alias))),
            [] if !column.required => Ok(None),
            [] => Err(self.missing(step, contract, column)),
            several => Err(self.several_fit(step, column, several)),
        }
    }

    /// The column of the table, or of another step, that `name` refers to.
    fn column_called(&self, name: &str, step: usize) -> Option<String> {
        let exact = self.header.columns.iter().any(|column| column == name)
            || producer(self.steps, name, step).is_some();
        if exact {
            return Some(name.to_owned());
        }
        feed::column_called(self.header, name).map(str::to_owned)
    }

    /// The columns that could feed an input, if no column has its name. A column that the step writes itself is
    /// none: in a table that the step has filled before, its own answers would make new questions.
    fn candidates(&self, step: usize, input: &Column) -> Vec<(String, Match)> {
        let table = self.header.columns.iter().enumerate();
        let table = table.filter(|(_, name)| !self.steps[step].writes(name));
        let mut fitting: Vec<(String, Match)> = table
            .filter_map(|(at, name)| Some((name.clone(), feed::from_table(self.header, at, input)?)))
            .collect();
        let others = self.steps.iter().enumerate().filter(|(at, _)| *at != step);
        for output in others.flat_map(|(_, other)| &other.outputs) {
            let is_known = fitting.iter().any(|(name, _)| *name == output.name);
            let found = feed::from_output(&output.of, output.kind, &output.name, input);
            fitting.extend(found.filter(|_| !is_known).map(|found| (output.name.clone(), found)));
        }
        fitting
    }

    fn missing(&self, step: usize, contract: &Contract, input: &Column) -> PlanError {
        let (name, integration) = (self.steps[step].name, &contract.name);
        let table = self.header.table;
        let message = format!("`{integration}` needs column `{}`, which {table} does not have", input.name);
        let (step, input_name) = (name.to_owned(), input.name.to_string());
        let alike: Vec<String> = feed::alike(self.header, input).into_iter().map(str::to_owned).collect();
        let produced = self.would_produce(input).map(|(producer, output)| Advice::AddIntegration {
            integration: producer.name.to_string(),
            output: output.to_owned(),
            inputs: producer.inputs.iter().map(|input| input.name.to_string()).collect(),
            steps: self.with(&producer.name),
        });
        let error = PlanError::unfit(message);
        if alike.is_empty() && produced.is_none() {
            let columns = listed(self.header.columns.iter().map(String::as_str));
            return error.advise([Advice::BindAny { step, input: input_name, columns }]);
        }
        let bound = (!alike.is_empty()).then_some(Advice::Bind { step, input: input_name, columns: alike });
        error.advise(bound).advise(produced)
    }

    /// The error for a table that has no set of the inputs that an integration needs.
    fn too_few(&self, step: usize, contract: &Contract, is_bound: impl Fn(&str) -> bool) -> PlanError {
        let (integration, table) = (&contract.name, self.header.table);
        let set = |set: &Names| set.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        let sets: Vec<String> = contract.needs.iter().map(set).collect();
        let message = format!("`{integration}` needs {}, which {table} does not have", sets.join(", or "));
        let unbound = contract.needs.iter().flat_map(Names::iter).find(|name| !is_bound(name));
        let input = unbound.unwrap_or_default().to_owned();
        let columns = listed(self.header.columns.iter().map(String::as_str));
        PlanError::unfit(message).advise([Advice::BindAny {
            step: self.steps[step].name.to_owned(),
            input,
            columns,
        }])
    }

    /// The integrations of all steps, preceded by another integration.
    fn with(&self, integration: &str) -> Vec<StepUse> {
        let given = self.steps.iter().filter_map(|step| match &step.request.work {
            Work::Use(uses) => Some(StepUse { name: step.request.name.clone(), integrations: uses.clone() }),
            Work::Formula(_) => None,
        });
        let new = StepUse { name: None, integrations: vec![integration.to_owned()] };
        std::iter::once(new).chain(given).collect()
    }

    fn several_fit(&self, step: usize, input: &Column, columns: &[(String, Match)]) -> PlanError {
        let name = self.steps[step].name;
        let columns: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
        let shown: Vec<String> = columns.iter().map(|name| format!("`{name}`")).collect();
        let what =
            format!("`{name}` needs column `{}`, and several columns fit: {}", input.name, shown.join(", "));
        let (step, input) = (name.to_owned(), input.name.to_string());
        PlanError::unfit(what).advise([Advice::Choose { step, input, columns }])
    }

    /// An integration outside the request with an output that could feed the input, and that does not read the
    /// same input itself.
    fn would_produce(&self, input: &Column) -> Option<(&Contract, &str)> {
        let fits =
            |output: &&Column| feed::from_output(&output.name, output.kind, &output.name, input).is_some();
        let is_there = |name: &str| {
            self.steps.iter().flat_map(|step| &step.alternatives).any(|known| known.contract().name == name)
        };
        self.registry
            .integrations()
            .map(|known| known.contract())
            .filter(|known| !is_there(&known.name) && known.input(&input.name).is_none())
            .find_map(|known| known.outputs.iter().find(fits).map(|output| (known, output.name.as_str())))
    }

    /// Checks that the inputs and columns that the user bound for a step exist.
    fn check_map(&self, at: usize) -> Result<(), PlanError> {
        let step = &self.steps[at];
        let inputs = || step.inputs().map(|input| input.name.as_str());
        for (input, column) in &step.request.inputs {
            let about = || step.about(Part::Input(input.clone()));
            if !inputs().any(|known| known == input) {
                let error = PlanError::unknown(format!("`{}` has no input `{input}`", step.name));
                let advice = self.unknown_input(input, column, at, inputs());
                return Err(error.advise(advice).about(about()));
            }
            if self.column_called(column, at).is_none() {
                let what = format!("`{}.{input}`", step.name);
                return Err(self.no_such_column(&what, input, column).about(about()));
            }
        }
        Ok(())
    }

    /// Checks that each input that the user bound for all steps is an input of one of them, and that its
    /// column exists.
    fn check_inputs_of_all_steps(&self) -> Result<(), PlanError> {
        let inputs = || self.steps.iter().flat_map(|step| step.inputs()).map(|input| input.name.as_str());
        for (input, column) in self.inputs {
            if !inputs().any(|known| known == input) {
                let error = PlanError::unknown(format!("no step of this run has an input `{input}`"));
                let step = self.steps.iter().find(|step| step.name == input);
                let named =
                    step.map(|step| Advice::NameInput { step: step.name.to_owned(), column: column.clone() });
                let advice = self.unknown_input(input, column, usize::MAX, inputs());
                return Err(error.advise(named).advise(advice));
            }
            if self.column_called(column, usize::MAX).is_none() {
                return Err(self.no_such_column(&format!("`{input}`"), input, column));
            }
        }
        Ok(())
    }

    /// The binding that was probably meant, if no step has the given input.
    fn unknown_input<'b>(
        &self,
        input: &str,
        column: &str,
        step: usize,
        inputs: impl Iterator<Item = &'b str> + Clone,
    ) -> Option<Advice> {
        let is_column = self.column_called(input, step).is_some();
        let part = Part::Input(input.to_owned());
        Pair { part, left: input, right: column, is_column, makes_columns: false }.advice(inputs)
    }

    fn no_such_column(&self, what: &str, input: &str, column: &str) -> PlanError {
        let table = self.header.table;
        let message = format!("{what} is to be fed from column `{column}`, which {table} does not have");
        let columns = self.header.columns.iter().map(String::as_str);
        PlanError::unknown(message).advise(did_you_mean(Part::Input(input.to_owned()), column, columns))
    }
}
