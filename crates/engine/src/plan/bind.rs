//! Binding: which column feeds which input.
//!
//! An input takes the column of its name; else, for types that can be told by their form, the
//! one column that ends in `_` and its name; else the column that the user names.

use std::sync::Arc;

use marl_core::{Column, Contract, Integration, Registry, SemanticType};

use super::{Existing, Header, Map, PlanError, Problem, Refresh, Request};
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

/// A step with its inputs bound by name.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) name: &'static str,
    pub(super) inputs: Vec<BoundInput>,
    pub(super) outputs: &'static [Column],
}

#[derive(Debug)]
pub(super) struct BoundInput {
    pub(super) column: &'static Column,
    pub(super) from: String,
    pub(super) producer: Option<usize>,
    pub(super) how: How,
}

impl Bound {
    /// The steps that must have ended before, by index.
    pub(super) fn after(&self) -> impl Iterator<Item = usize> {
        self.inputs.iter().filter_map(|input| input.producer)
    }
}

/// The integrations asked for.
pub(super) fn integrations(
    request: &Request,
    registry: &Registry,
) -> Result<Vec<Arc<dyn Integration>>, PlanError> {
    if request.integrations.is_empty() {
        return Err(PlanError::unfit("no integration is named")
            .hint("`marl integrations` lists what exists; name one with `--integrations`"));
    }
    for (at, name) in request.integrations.iter().enumerate() {
        if request.integrations[..at].contains(name) {
            return Err(
                PlanError::unfit(format!("`{name}` is named twice")).hint("name each integration once")
            );
        }
    }
    request.integrations.iter().map(|name| integration(name, registry)).collect()
}

/// The integration called `name`.
///
/// # Errors
/// There is none; the error lists what exists and the nearest name.
pub fn integration(name: &str, registry: &Registry) -> Result<Arc<dyn Integration>, PlanError> {
    registry.integration(name).cloned().ok_or_else(|| unknown_integration(name, registry))
}

/// The error for a name that no integration has; it lists what exists.
fn unknown_integration(name: &str, registry: &Registry) -> PlanError {
    let names: Vec<&str> = registry.integrations().map(|known| known.contract().name).collect();
    let mut error = PlanError {
        problem: Problem::UnknownIntegration,
        message: format!("no integration is called `{}`", marl_core::excerpt(name, 80)),
        hints: Vec::new(),
    };
    if let Some(near) = nearest(name, names.iter().copied()) {
        error = error.hint(format!("did you mean `{near}`?"));
    }
    let listed: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    error.hint(format!("there are {}; `marl integrations` says what each needs and gives", listed.join(", ")))
}

/// Binds every input of every step.
pub(super) fn bind(
    integrations: &[Arc<dyn Integration>],
    request: &Request,
    header: &Header<'_>,
    registry: &Registry,
) -> Result<Vec<Bound>, PlanError> {
    let binder = Binder { integrations, request, header, registry };
    binder.check_outputs()?;
    binder.check_maps()?;
    binder.check_refresh()?;
    (0..integrations.len()).map(|step| binder.step(step)).collect()
}

struct Binder<'a> {
    integrations: &'a [Arc<dyn Integration>],
    request: &'a Request,
    header: &'a Header<'a>,
    registry: &'a Registry,
}

impl Binder<'_> {
    fn step(&self, step: usize) -> Result<Bound, PlanError> {
        let contract = self.integrations[step].contract();
        let mut inputs = Vec::new();
        for column in contract.inputs {
            if let Some((from, how)) = self.input(step, column)? {
                let producer = self.producer(&from).filter(|producer| *producer != step);
                inputs.push(BoundInput { column, from, producer, how });
            }
        }
        Ok(Bound { name: contract.name, inputs, outputs: contract.outputs })
    }

    fn input(&self, step: usize, column: &'static Column) -> Result<Option<(String, How)>, PlanError> {
        let name = self.integrations[step].contract().name;
        if let Some(map) = self.request.maps.iter().find(|map| map.step == name && map.input == column.name) {
            return Ok(Some((map.column.clone(), How::Map)));
        }
        if self.has(column.name, step) {
            return Ok(Some((column.name.to_owned(), How::Name)));
        }
        match self.by_suffix(step, column).as_slice() {
            [one] => Ok(Some((one.clone(), How::Suffix))),
            [] if !column.required => Ok(None),
            [] => Err(self.missing(step, column)),
            several => Err(several_fit(name, column, several)),
        }
    }

    /// Whether the table or another step has the column.
    fn has(&self, name: &str, step: usize) -> bool {
        self.header.columns.iter().any(|column| column == name)
            || self.producer(name).is_some_and(|producer| producer != step)
    }

    /// The step that writes the column.
    fn producer(&self, name: &str) -> Option<usize> {
        self.integrations.iter().position(|step| step.contract().output(name).is_some())
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
        let others = self.integrations.iter().enumerate().filter(|(at, _)| *at != step);
        for output in others.flat_map(|(_, other)| other.contract().outputs) {
            if output.name.ends_with(&ending)
                && output.kind == input.kind
                && !fitting.iter().any(|f| f == output.name)
            {
                fitting.push(output.name.to_owned());
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

    fn missing(&self, step: usize, input: &Column) -> PlanError {
        let name = self.integrations[step].contract().name;
        let table = self.header.table;
        let message = format!("`{name}` needs column `{}`, which {table} does not have", input.name);
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
            let mut all = self.request.integrations.clone();
            all.insert(0, producer.name.to_owned());
            error = error.hint(format!(
                "`{}` produces `{output}` from {}; add it with `--integrations {}`",
                producer.name,
                needs.join(" and "),
                all.join(",")
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
        self.registry
            .integrations()
            .map(|known| known.contract())
            .filter(|known| !self.request.integrations.iter().any(|name| name == known.name))
            .find_map(|known| known.outputs.iter().find(fits).map(|output| (known, output.name)))
    }

    fn check_outputs(&self) -> Result<(), PlanError> {
        for (at, step) in self.integrations.iter().enumerate() {
            for output in step.contract().outputs {
                let producer = self.producer(output.name).unwrap_or(at);
                if producer != at {
                    let first = self.integrations[producer].contract().name;
                    let second = step.contract().name;
                    let message = format!("`{first}` and `{second}` both write column `{}`", output.name);
                    return Err(
                        PlanError::unfit(message).hint("run one of them after the other, in two commands")
                    );
                }
                let exists = self.header.columns.iter().any(|column| column == output.name);
                if exists && self.request.existing == Existing::Fail {
                    let message = format!("{} already has column `{}`", self.header.table, output.name);
                    return Err(PlanError::unfit(message).hint(
                        "`--existing keep` fills only its empty cells, `--existing overwrite` replaces them",
                    ));
                }
            }
        }
        Ok(())
    }

    fn check_refresh(&self) -> Result<(), PlanError> {
        let Refresh::Names(names) = &self.request.refresh else { return Ok(()) };
        let steps = || self.integrations.iter().map(|step| step.contract().name);
        match names.iter().find(|name| !steps().any(|step| step == name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let error =
                    PlanError::unfit(format!("`--refresh` names step `{name}`, which is not in this run"));
                Err(did_you_mean(error, name, steps()))
            }
        }
    }

    fn check_maps(&self) -> Result<(), PlanError> {
        for (at, map) in self.request.maps.iter().enumerate() {
            self.check_map(map)?;
            let same = |other: &Map| other.step == map.step && other.input == map.input;
            if self.request.maps[..at].iter().any(same) {
                return Err(PlanError::unfit(format!("`--map {}.{}` is given twice", map.step, map.input)));
            }
        }
        Ok(())
    }

    fn check_map(&self, map: &Map) -> Result<(), PlanError> {
        let names = || self.integrations.iter().map(|step| step.contract().name);
        let at = names().position(|name| name == map.step);
        let Some(at) = at else {
            let error =
                PlanError::unfit(format!("`--map` names step `{}`, which is not in this run", map.step));
            return Err(did_you_mean(error, &map.step, names()));
        };
        let contract = self.integrations[at].contract();
        if contract.input(&map.input).is_none() {
            let error = PlanError::unfit(format!("`{}` has no input `{}`", map.step, map.input));
            return Err(did_you_mean(error, &map.input, contract.inputs.iter().map(|input| input.name)));
        }
        if !self.has(&map.column, at) {
            let message =
                format!("`--map` names column `{}`, which {} does not have", map.column, self.header.table);
            let columns = self.header.columns.iter().map(String::as_str);
            return Err(did_you_mean(PlanError::unfit(message), &map.column, columns));
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

fn did_you_mean<'a>(error: PlanError, word: &str, known: impl Iterator<Item = &'a str> + Clone) -> PlanError {
    match nearest(word, known.clone()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => {
            let listed: Vec<String> = known.take(12).map(|name| format!("`{name}`")).collect();
            error.hint(format!("there are {}", listed.join(", ")))
        }
    }
}

/// A column's name as it can be typed after `--map step.input=`.
fn shell_word(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c));
    if plain { name.to_owned() } else { format!("'{}'", name.replace('\'', "'\\''")) }
}
