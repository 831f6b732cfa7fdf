//! Binding: which column feeds which input.
//!
//! An input takes the column that the user names; else the column of its own name; else the only
//! column with a usual name for it, or with a name that ends in `_` and its name, whose values fit.

use std::collections::BTreeMap;

use marl_core::{Column, Contract, Registry};

use super::{
    Advice, Header, Part, PlanError, Request, Work, did_you_mean,
    error::Pair,
    feed::{self, Match},
    name::Named,
};

/// How an input found its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It has the input's name.
    Name,
    /// It ends in the input's name, and its values fit.
    Suffix,
    /// It has a usual name for the input, and its values fit.
    Alias,
    /// The user said so.
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
    /// What the user bound for all steps.
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
        Ok(inputs)
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

    /// The column of the table, or of another step, that `name` means.
    fn column_called(&self, name: &str, step: usize) -> Option<String> {
        let exact = self.header.columns.iter().any(|column| column == name)
            || producer(self.steps, name, step).is_some();
        if exact {
            return Some(name.to_owned());
        }
        feed::column_called(self.header, name).map(str::to_owned)
    }

    /// The columns that could feed an input whose own name nothing has.
    fn candidates(&self, step: usize, input: &Column) -> Vec<(String, Match)> {
        let table = self.header.columns.iter().enumerate();
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
        let mut error = PlanError::unfit(message);
        let alike = feed::alike(self.header, input);
        if let Some(first) = alike.first() {
            let column = shell_word(first);
            error = error.hint(format!(
                "columns that could be it: {}; bind one with `--map {name}.{}={column}`",
                listed(alike.iter().copied()),
                input.name
            ));
            error = error.advise(self.bind_advice(step, input, alike.iter().map(|c| (*c).to_owned())));
        }
        if let Some((producer, output)) = self.would_produce(input) {
            let needs: Vec<String> =
                producer.inputs.iter().map(|input| format!("`{}`", input.name)).collect();
            error = error.hint(format!(
                "`{}` produces `{output}` from {}; add it with `--integrations {}` (in a recipe, a step of its own)",
                producer.name,
                needs.join(" and "),
                shell_list(&self.with(&producer.name))
            ));
            error = error.advise(Advice::Integrations(self.with(&producer.name)));
        }
        if error.hints.is_empty() {
            let columns = self.header.columns.iter().take(12).map(String::as_str);
            error = error.hint(format!(
                "its columns are {}; bind one with `--map {name}.{}=COLUMN`",
                listed(columns),
                input.name
            ));
        }
        error
    }

    /// The steps as they are typed, with another integration before them.
    fn with(&self, integration: &str) -> String {
        let typed = self.steps.iter().filter_map(|step| match &step.request.work {
            Work::Use(uses) if step.request.name.is_some() => {
                Some(format!("{}={}", step.name, uses.join("|")))
            }
            Work::Use(uses) => Some(uses.join("|")),
            Work::Formula(_) => None,
        });
        let all: Vec<String> = std::iter::once(integration.to_owned()).chain(typed).collect();
        all.join(",")
    }

    fn several_fit(&self, step: usize, input: &Column, columns: &[(String, Match)]) -> PlanError {
        let name = self.steps[step].name;
        let columns = columns.iter().map(|(name, _)| name.as_str());
        let first = columns.clone().next().map(shell_word).unwrap_or_default();
        let what = format!(
            "`{name}` needs column `{}`, and several could be it: {}",
            input.name,
            listed(columns.clone())
        );
        PlanError::unfit(what)
            .hint(format!("choose one with `--map {name}.{}={first}`", input.name))
            .advise(self.bind_advice(step, input, columns.map(str::to_owned)))
    }

    fn bind_advice(&self, step: usize, input: &Column, columns: impl Iterator<Item = String>) -> Advice {
        let step = self.steps[step].name.to_owned();
        Advice::Bind { step, input: input.name.to_string(), columns: columns.collect() }
    }

    /// An integration, not yet asked for, whose output could feed the input.
    fn would_produce(&self, input: &Column) -> Option<(&Contract, &str)> {
        let fits =
            |output: &&Column| feed::from_output(&output.name, output.kind, &output.name, input).is_some();
        let is_there = |name: &str| {
            self.steps.iter().flat_map(|step| &step.alternatives).any(|known| known.contract().name == name)
        };
        self.registry
            .integrations()
            .map(|known| known.contract())
            .filter(|known| !is_there(&known.name))
            .find_map(|known| known.outputs.iter().find(fits).map(|output| (known, output.name.as_str())))
    }

    /// What the user bound must exist.
    fn check_map(&self, at: usize) -> Result<(), PlanError> {
        let step = &self.steps[at];
        let inputs = || step.inputs().map(|input| input.name.as_str());
        for (input, column) in &step.request.inputs {
            let about = || step.about(Part::Input(input.clone()));
            if !inputs().any(|known| known == input) {
                let error = PlanError::unknown(format!("`{}` has no input `{input}`", step.name));
                return Err(self.mended(error, input, column, at, inputs()).about(about()));
            }
            if self.column_called(column, at).is_none() {
                let what = format!("`{}.{input}`", step.name);
                return Err(self.no_such_column(&what, column).about(about()));
            }
        }
        Ok(())
    }

    /// What the user bound for all steps must be an input of one of them, and exist.
    fn check_inputs_of_all_steps(&self) -> Result<(), PlanError> {
        let inputs = || self.steps.iter().flat_map(|step| step.inputs()).map(|input| input.name.as_str());
        for (input, column) in self.inputs {
            if !inputs().any(|known| known == input) {
                let mut error = PlanError::unknown(format!("no step of this run has an input `{input}`"));
                if let Some(step) = self.steps.iter().find(|step| step.name == input) {
                    error = error.hint(format!(
                        "`{}` is a step: `--map {}.INPUT={}`",
                        step.name,
                        step.name,
                        shell_word(column)
                    ));
                }
                return Err(self.mended(error, input, column, usize::MAX, inputs()));
            }
            if self.column_called(column, usize::MAX).is_none() {
                return Err(self.no_such_column(&format!("`{input}`"), column));
            }
        }
        Ok(())
    }

    /// The error for a binding whose input is not known.
    fn mended<'b>(
        &self,
        error: PlanError,
        input: &str,
        column: &str,
        step: usize,
        inputs: impl Iterator<Item = &'b str> + Clone,
    ) -> PlanError {
        let is_column = self.column_called(input, step).is_some();
        let pair = Pair { flag: "--map", left: input, right: column, is_column, makes_columns: false };
        pair.mend(error, inputs)
    }

    fn no_such_column(&self, input: &str, column: &str) -> PlanError {
        let table = self.header.table;
        let message = format!("{input} is to be fed from column `{column}`, which {table} does not have");
        did_you_mean(
            PlanError::unknown(message),
            "--map",
            column,
            self.header.columns.iter().map(String::as_str),
        )
    }
}

/// `a`, `b`, `c`, each in backticks.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A column's name as it can be typed after `--map step.input=`.
pub(super) fn shell_word(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c));
    if plain { name.to_owned() } else { quoted(name) }
}

/// The value of `--integrations` as it can be typed.
fn shell_list(list: &str) -> String {
    if list.contains('|') { quoted(list) } else { list.to_owned() }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
