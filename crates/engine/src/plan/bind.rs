//! Binding: which column feeds which input.
//!
//! An input takes the column of its name; else, for types that can be told by their form, the
//! one column that ends in `_` and its name; else the column that the user names.

use marl_core::{Column, Contract, Registry, SemanticType};

use super::{Header, Part, PlanError, Work, did_you_mean, name::Named};
use crate::nearest;

/// How an input found its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It has the input's name.
    Name,
    /// It ends in the input's name, and its values fit.
    Suffix,
    /// The user said so.
    Map,
}

/// An input with its column.
#[derive(Debug)]
pub(super) struct BoundInput {
    pub(super) column: &'static Column,
    pub(super) from: String,
    pub(super) producer: Option<usize>,
    pub(super) how: How,
}

/// Binds every input of every alternative of every step.
pub(super) fn bind(
    steps: &[Named<'_>],
    header: &Header<'_>,
    registry: &Registry,
) -> Result<Vec<Vec<Vec<BoundInput>>>, PlanError> {
    let binder = Binder { steps, header, registry };
    (0..steps.len()).map(|step| binder.step(step)).collect()
}

/// The step, other than `reader`, that writes a column.
pub(super) fn producer(steps: &[Named<'_>], column: &str, reader: usize) -> Option<usize> {
    steps.iter().position(|step| step.writes(column)).filter(|producer| *producer != reader)
}

struct Binder<'a> {
    steps: &'a [Named<'a>],
    header: &'a Header<'a>,
    registry: &'a Registry,
}

impl Binder<'_> {
    fn step(&self, step: usize) -> Result<Vec<Vec<BoundInput>>, PlanError> {
        self.check_map(step)?;
        let alternatives = &self.steps[step].alternatives;
        alternatives.iter().map(|integration| self.alternative(step, integration.contract())).collect()
    }

    fn alternative(&self, step: usize, contract: &'static Contract) -> Result<Vec<BoundInput>, PlanError> {
        let mut inputs = Vec::new();
        for column in contract.inputs {
            let found = self.input(step, contract, column);
            let found = found
                .map_err(|error| error.about(self.steps[step].about(Part::Input(column.name.to_owned()))))?;
            if let Some((from, how)) = found {
                let producer = producer(self.steps, &from, step);
                inputs.push(BoundInput { column, from, producer, how });
            }
        }
        Ok(inputs)
    }

    fn input(
        &self,
        step: usize,
        contract: &'static Contract,
        column: &'static Column,
    ) -> Result<Option<(String, How)>, PlanError> {
        if let Some(from) = self.steps[step].request.inputs.get(column.name) {
            return Ok(Some((from.clone(), How::Map)));
        }
        if self.has(column.name, step) {
            return Ok(Some((column.name.to_owned(), How::Name)));
        }
        match self.by_suffix(step, column).as_slice() {
            [one] => Ok(Some((one.clone(), How::Suffix))),
            [] if !column.required => Ok(None),
            [] => Err(self.missing(step, contract, column)),
            several => Err(several_fit(self.steps[step].name, column, several)),
        }
    }

    /// Whether the table or another step has the column.
    fn has(&self, name: &str, step: usize) -> bool {
        self.header.columns.iter().any(|column| column == name) || producer(self.steps, name, step).is_some()
    }

    /// Columns such as `ceo_linkedin_url` for `linkedin_url`, if their values fit.
    fn by_suffix(&self, step: usize, input: &Column) -> Vec<String> {
        if !input.kind.is_recognisable() {
            return Vec::new();
        }
        let ending = format!("_{}", input.name);
        let table = self.header.columns.iter().enumerate();
        let mut fitting: Vec<String> = table
            .filter(|(at, name)| name.ends_with(&ending) && self.mostly(*at, input.kind, true))
            .map(|(_, name)| name.clone())
            .collect();
        let others = self.steps.iter().enumerate().filter(|(at, _)| *at != step);
        for output in others.flat_map(|(_, other)| &other.outputs) {
            let fits = output.name.ends_with(&ending) && output.kind == input.kind;
            if fits && !fitting.contains(&output.name) {
                fitting.push(output.name.clone());
            }
        }
        fitting
    }

    /// Whether most of a column's first filled cells are of the type.
    fn mostly(&self, column: usize, kind: SemanticType, when_empty: bool) -> bool {
        let cells = self.header.samples.get(column).map(Vec::as_slice).unwrap_or_default();
        let valid = cells.iter().filter(|cell| kind.read(cell).is_ok()).count();
        if cells.is_empty() { when_empty } else { valid * 2 > cells.len() }
    }

    fn missing(&self, step: usize, contract: &Contract, input: &Column) -> PlanError {
        let (name, integration) = (self.steps[step].name, contract.name);
        let table = self.header.table;
        let message = format!("`{integration}` needs column `{}`, which {table} does not have", input.name);
        let mut error = PlanError::unfit(message);
        let alike = self.alike(input);
        if let Some(first) = alike.first() {
            let listed: Vec<String> = alike.iter().map(|column| format!("`{column}`")).collect();
            let column = shell_word(first);
            error = error.hint(format!(
                "columns that could be it: {}; bind one with `--map {name}.{}={column}`",
                listed.join(", "),
                input.name
            ));
        }
        if let Some((producer, output)) = self.would_produce(input) {
            let needs: Vec<String> =
                producer.inputs.iter().map(|input| format!("`{}`", input.name)).collect();
            error = error.hint(format!(
                "`{}` produces `{output}` from {}; add it with `--integrations {}` (in a recipe, a step of its own)",
                producer.name,
                needs.join(" and "),
                self.with(producer.name)
            ));
        }
        if error.hints.is_empty() {
            let columns: Vec<String> =
                self.header.columns.iter().take(12).map(|c| format!("`{c}`")).collect();
            error = error.hint(format!(
                "its columns are {}; bind one with `--map {name}.{}=COLUMN`",
                columns.join(", "),
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
        shell_list(&all.join(","))
    }

    /// The table's columns whose name or whose values look like the input.
    fn alike(&self, input: &Column) -> Vec<&str> {
        let columns = self.header.columns.iter();
        let by_value = columns
            .clone()
            .enumerate()
            .filter(|(at, _)| input.kind.is_recognisable() && self.mostly(*at, input.kind, false));
        let mut alike: Vec<&str> = by_value.map(|(_, name)| name.as_str()).collect();
        for name in columns {
            if nearest(input.name, [name.as_str()]).is_some() && !alike.contains(&name.as_str()) {
                alike.push(name);
            }
        }
        alike.truncate(3);
        alike
    }

    /// An integration, not yet asked for, whose output could feed the input.
    fn would_produce(&self, input: &Column) -> Option<(&'static Contract, &'static str)> {
        let ending = format!("_{}", input.name);
        let fits = |output: &&'static Column| {
            let suffix = input.kind.is_recognisable() && output.name.ends_with(&ending);
            output.kind == input.kind && (output.name == input.name || suffix)
        };
        let is_there = |name: &str| {
            self.steps.iter().flat_map(|step| &step.alternatives).any(|known| known.contract().name == name)
        };
        self.registry
            .integrations()
            .map(|known| known.contract())
            .filter(|known| !is_there(known.name))
            .find_map(|known| known.outputs.iter().find(fits).map(|output| (known, output.name)))
    }

    /// What the user bound must exist.
    fn check_map(&self, at: usize) -> Result<(), PlanError> {
        let step = &self.steps[at];
        let inputs = || {
            let contracts = step.alternatives.iter().map(|known| known.contract());
            contracts.flat_map(|contract| contract.inputs).map(|input| input.name)
        };
        for (input, column) in &step.request.inputs {
            let about = || step.about(Part::Input(input.clone()));
            if !inputs().any(|known| known == input) {
                let error = PlanError::unfit(format!("`{}` has no input `{input}`", step.name));
                return Err(did_you_mean(error, input, inputs()).about(about()));
            }
            if !self.has(column, at) {
                let message = format!(
                    "`{}.{input}` is to be fed from column `{column}`, which {} does not have",
                    step.name, self.header.table
                );
                let columns = self.header.columns.iter().map(String::as_str);
                return Err(did_you_mean(PlanError::unfit(message), column, columns).about(about()));
            }
        }
        Ok(())
    }
}

fn several_fit(step: &str, input: &Column, columns: &[String]) -> PlanError {
    let listed: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
    let (first, input) = (shell_word(&columns[0]), input.name);
    PlanError::unfit(format!(
        "`{step}` needs column `{input}`, and several could be it: {}",
        listed.join(", ")
    ))
    .hint(format!("choose one with `--map {step}.{input}={first}`"))
}

/// A column's name as it can be typed after `--map step.input=`.
fn shell_word(name: &str) -> String {
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
