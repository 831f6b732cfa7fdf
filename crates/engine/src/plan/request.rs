//! A request: steps as the user names them, before they are bound to a table. This module checks only what
//! needs no table.

use std::collections::BTreeMap;

use marl_core::{Registry, SemanticType};
use serde::{Deserialize, Serialize};

use super::{About, Advice, Part, PlanError, Tweak, did_you_mean, name::FORMULA_OUTPUT};

/// What the user asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// The steps, in the order given.
    pub steps: Vec<StepRequest>,
    /// Wanted columns, whichever integrations they take.
    pub want: Vec<String>,
    /// Settings of steps by name, including steps that `want` adds.
    pub tweaks: Vec<Tweak>,
    /// Inputs that the user bound for all steps that have them, and the columns that feed them.
    pub inputs: BTreeMap<String, String>,
    /// What happens to cells that are already filled, unless a step sets it itself.
    pub existing: Existing,
    /// Which steps refresh: they ask again although answers are stored.
    pub refresh: Refresh,
    /// Whether a step that refreshes fills only empty cells and keeps the filled ones.
    pub refresh_keeps: bool,
    /// The types of the table's own columns in conditions and formulas; others are text.
    pub types: BTreeMap<String, SemanticType>,
}

/// One step of a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepRequest {
    /// The step's own name; without one, the step uses the name of its first integration.
    pub name: Option<String>,
    /// What the step does.
    pub work: Work,
    /// Inputs that the user bound, and the columns that feed them.
    pub inputs: BTreeMap<String, String>,
    /// Outputs for which the user named a column, and these columns.
    pub outputs: BTreeMap<String, String>,
    /// The prefix of the step's other output columns.
    pub prefix: String,
    /// The condition on a row for the step to run, in CEL.
    pub condition: Option<String>,
    /// What happens to output cells that are already filled.
    pub existing: Option<Existing>,
    /// The column that names which alternative answered.
    pub provider_column: Option<String>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Asks the first of these integrations, and each next one for what is still empty.
    Use(Vec<String>),
    /// Fills the column with the step's name by a CEL formula, without a call.
    Formula(String),
}

impl Default for Work {
    fn default() -> Self {
        Self::Use(Vec::new())
    }
}

/// Which steps refresh. Their new values replace filled cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Refresh {
    /// No step.
    #[default]
    None,
    /// All steps.
    All,
    /// The steps with these names.
    Names(Vec<String>),
}

impl Refresh {
    pub(super) fn includes(&self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Names(names) => names.iter().any(|known| known == name),
        }
    }
}

/// What happens to cells that are already filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    /// Filled cells stay. A step is skipped for a row without an empty output cell.
    #[default]
    Keep,
    /// A new value replaces them. An answer without data never empties a cell.
    Overwrite,
    /// An output column that the table already has is an error.
    Fail,
}

impl StepRequest {
    /// Parses a step: `find_ceo`, `ceo=linkedin_profile` or `a|b`.
    pub fn parse(word: &str) -> Self {
        let (name, uses) = match word.split_once('=') {
            Some((name, uses)) => (Some(name.trim().to_owned()), uses),
            None => (None, word),
        };
        let uses = uses.split('|').map(|name| name.trim().to_owned()).collect();
        Self { name, work: Work::Use(uses), ..Self::default() }
    }

    /// A step that fills `column` by a formula.
    pub fn formula(column: &str, text: &str) -> Self {
        Self { name: Some(column.to_owned()), work: Work::Formula(text.to_owned()), ..Self::default() }
    }

    /// The step's name.
    pub fn name(&self) -> &str {
        match (&self.name, &self.work) {
            (Some(name), _) => name,
            (None, Work::Use(uses)) => uses.first().map(String::as_str).unwrap_or_default(),
            (None, Work::Formula(_)) => "",
        }
    }

    /// The column that an output is written to.
    pub(super) fn column_of(&self, output: &str) -> String {
        match (self.outputs.get(output), &self.work) {
            (Some(column), _) => column.clone(),
            (None, Work::Formula(_)) => format!("{}{}", self.prefix, self.name()),
            (None, Work::Use(_)) => format!("{}{output}", self.prefix),
        }
    }

    /// The names of the step's outputs; none if its integration is unknown.
    pub(super) fn output_names<'a>(&self, registry: &'a Registry) -> Vec<&'a str> {
        match &self.work {
            Work::Formula(_) => vec![FORMULA_OUTPUT],
            Work::Use(uses) => {
                let first = uses.first().and_then(|name| registry.integration(name));
                let outputs = first.map(|known| &*known.contract().outputs).unwrap_or_default();
                outputs.iter().map(|output| output.name.as_str()).collect()
            }
        }
    }

    pub(super) fn is_waterfall(&self) -> bool {
        matches!(&self.work, Work::Use(uses) if uses.len() > 1)
    }
}

impl Request {
    /// Checks what can be checked without a table.
    pub(super) fn check(&self) -> Result<(), PlanError> {
        if self.steps.is_empty() {
            return Err(PlanError::unfit("no integration is named").advise([Advice::NameIntegration]));
        }
        for (at, step) in self.steps.iter().enumerate() {
            let name = step.name();
            let about = |part| About { step: Some(at), part };
            step.check().map_err(|error| error.about(about(Part::Use)))?;
            step.check_names().map_err(|error| error.about(about(Part::Name)))?;
            if let Some(first) = self.steps[..at].iter().find(|other| other.name() == name) {
                let error = PlanError::unfit(format!("two steps are called `{name}`"));
                let error = error.advise([match &first.work {
                    Work::Use(uses) => {
                        Advice::NameSecondUse { name: name.to_owned(), integrations: uses.clone() }
                    }
                    Work::Formula(_) => Advice::RenameStep,
                }]);
                return Err(error.about(about(Part::Name)));
            }
        }
        let Refresh::Names(names) = &self.refresh else { return Ok(()) };
        let steps = || self.steps.iter().map(StepRequest::name);
        match names.iter().find(|name| !steps().any(|step| step == name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let what = format!("step `{name}` cannot be refreshed: it is not in this run");
                Err(PlanError::unknown(what).advise(did_you_mean(Part::Refresh, name, steps())))
            }
        }
    }
}

impl StepRequest {
    fn check(&self) -> Result<(), PlanError> {
        let Work::Use(uses) = &self.work else { return Ok(()) };
        if uses.is_empty() || uses.iter().any(String::is_empty) {
            return Err(PlanError::unfit("an integration's name is empty").advise([Advice::IntegrationForms]));
        }
        if let Some(twice) = uses.iter().enumerate().find(|(at, name)| uses[..*at].contains(name)) {
            return Err(PlanError::unfit(format!("`{}` is named twice in one step", twice.1))
                .advise([Advice::NameAlternativesOnce]));
        }
        if self.provider_column.is_some() && !self.is_waterfall() {
            let what = format!("`{}` has one integration: there is nothing to tell apart", self.name());
            return Err(PlanError::unfit(what).advise([Advice::OmitProviderColumn]));
        }
        Ok(())
    }

    /// Checks the names, which become parts of columns, of commands and of lines on a terminal.
    fn check_names(&self) -> Result<(), PlanError> {
        let name = self.name();
        let shown = marl_core::excerpt(name, 80);
        match &self.work {
            _ if self.name.is_none() || is_name(name) => {}
            Work::Use(_) => {
                let error = PlanError::unfit(format!("`{shown}` cannot name a step"));
                return Err(error.advise([Advice::NameLetters { is_formula: false }]));
            }
            Work::Formula(_) => {
                let error = PlanError::unfit(format!("`{shown}` cannot name a formula's column"));
                return Err(error.advise([Advice::NameLetters { is_formula: true }]));
            }
        }
        let columns = self.outputs.values().chain([&self.prefix]).chain(&self.provider_column);
        match columns.into_iter().find(|text| text.chars().any(char::is_control)) {
            None => Ok(()),
            Some(text) => {
                let shown = marl_core::excerpt(text, 80);
                Err(PlanError::unfit(format!("`{shown}` holds a control character"))
                    .advise([Advice::VisibleName]))
            }
        }
    }
}

/// Whether a step can have this name. It becomes a part of commands, of columns and of the ledger.
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    !name.is_empty() && name.len() <= 64 && name.chars().all(fits)
}
