//! What is asked for: steps as flags or a recipe name them, before they meet a table.

use std::collections::BTreeMap;

use marl_core::{Registry, SemanticType};
use serde::{Deserialize, Serialize};

use super::{About, Advice, Header, Part, PlanError, did_you_mean, error::Pair, feed, name::FORMULA_OUTPUT};

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// The steps, in the order given.
    pub steps: Vec<StepRequest>,
    /// Columns that are wanted, whichever integrations it takes.
    pub want: Vec<String>,
    /// What flags say of steps by their names; they may be steps that `want` brings.
    pub tweaks: Vec<Tweak>,
    /// Inputs that the user bound for all steps that have them, and the columns that feed them.
    pub inputs: BTreeMap<String, String>,
    /// What happens to cells that are filled already, where a step does not say.
    pub existing: Existing,
    /// Which steps ask anew although there are answers.
    pub refresh: Refresh,
    /// Whether a step that asks anew keeps the table's filled cells: it fills only empty ones.
    pub refresh_keeps: bool,
    /// The types of the table's own columns in conditions and formulas; others are text.
    pub types: BTreeMap<String, SemanticType>,
}

/// One step as it is asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepRequest {
    /// Its name, if not that of its first integration.
    pub name: Option<String>,
    /// What it does.
    pub work: Work,
    /// Inputs that the user bound by hand, and the columns that feed them.
    pub inputs: BTreeMap<String, String>,
    /// Outputs that are written to a column that the user names, and these columns.
    pub outputs: BTreeMap<String, String>,
    /// What its other output columns begin with.
    pub prefix: String,
    /// In CEL: the rows it is run on.
    pub condition: Option<String>,
    /// What happens to its cells that are filled already.
    pub existing: Option<Existing>,
    /// The column that names which alternative answered.
    pub provider_column: Option<String>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Runs an integration; what it leaves empty, the next of them is asked for.
    Use(Vec<String>),
    /// In CEL: fills the column of the step's name without a call.
    Formula(String),
}

impl Default for Work {
    fn default() -> Self {
        Self::Use(Vec::new())
    }
}

/// What a flag says of a step: `--map ceo.linkedin_url=ceo_linkedin_url`.
#[derive(Debug, Clone, PartialEq)]
pub struct Tweak {
    /// The step's name; `None` for all steps with such an input, else for the only step that it can
    /// be meant for.
    pub step: Option<String>,
    /// What is said.
    pub set: Set,
}

/// See [`Tweak`].
#[derive(Debug, Clone, PartialEq)]
pub enum Set {
    /// An input and the column that feeds it.
    Input(String, String),
    /// An output and the column that it is written to.
    Output(String, String),
    /// What its output columns begin with.
    Prefix(String),
    /// The rows it is run on.
    Condition(String),
    /// The column that names which alternative answered.
    ProviderColumn(String),
}

impl Set {
    /// The flag that says it.
    fn flag(&self) -> &'static str {
        match self {
            Self::Input(..) => "--map",
            Self::Output(..) => "--into",
            Self::Prefix(_) => "--prefix",
            Self::Condition(_) => "--where",
            Self::ProviderColumn(_) => "--provider-column",
        }
    }
}

/// Which steps ask anew. Their new values replace filled cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Refresh {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// Those of these names.
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

/// What happens to cells that are filled already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    /// They stay; a row without an empty output is not asked about.
    #[default]
    Keep,
    /// A new value replaces them; no value never empties them.
    Overwrite,
    /// An output column that exists is an error.
    Fail,
}

impl StepRequest {
    /// A step as `--integrations` names it: `find_ceo`, `ceo=linkedin_profile`, `a|b`.
    pub fn parse(word: &str) -> Self {
        let (name, uses) = match word.split_once('=') {
            Some((name, uses)) => (Some(name.trim().to_owned()), uses),
            None => (None, word),
        };
        let uses = uses.split('|').map(|name| name.trim().to_owned()).collect();
        Self { name, work: Work::Use(uses), ..Self::default() }
    }

    /// A column that is computed.
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

    /// The names of its outputs, as far as its integration is known.
    fn output_names<'a>(&self, registry: &'a Registry) -> Vec<&'a str> {
        match &self.work {
            Work::Formula(_) => vec![FORMULA_OUTPUT],
            Work::Use(uses) => {
                let first = uses.first().and_then(|name| registry.integration(name));
                let outputs = first.map(|known| &*known.contract().outputs).unwrap_or_default();
                outputs.iter().map(|output| output.name.as_str()).collect()
            }
        }
    }

    /// Does what a flag says; gives what it says it of, and whether that was not said before.
    fn apply(&mut self, set: &Set) -> (String, bool) {
        let name = self.name().to_owned();
        match set.clone() {
            Set::Input(input, column) => {
                (format!("{name}.{input}"), self.inputs.insert(input, column).is_none())
            }
            Set::Output(output, column) => {
                (format!("{name}.{output}"), self.outputs.insert(output, column).is_none())
            }
            Set::Prefix(prefix) => (name, std::mem::replace(&mut self.prefix, prefix).is_empty()),
            Set::Condition(text) => (name, self.condition.replace(text).is_none()),
            Set::ProviderColumn(column) => (name, self.provider_column.replace(column).is_none()),
        }
    }

    fn is_waterfall(&self) -> bool {
        matches!(&self.work, Work::Use(uses) if uses.len() > 1)
    }
}

impl Request {
    /// Does what the tweaks say.
    pub(super) fn apply_tweaks(&mut self, header: &Header<'_>, registry: &Registry) -> Result<(), PlanError> {
        let tweaks = std::mem::take(&mut self.tweaks);
        for (index, tweak) in tweaks.iter().enumerate() {
            let (what, is_new) = match (&tweak.step, &tweak.set) {
                (None, Set::Input(input, column)) => {
                    (input.clone(), self.inputs.insert(input.clone(), column.clone()).is_none())
                }
                _ => {
                    let at = self.meant(tweak, header, registry)?;
                    self.steps[at].apply(&tweak.set)
                }
            };
            if !is_new || tweaks[..index].contains(tweak) {
                return Err(PlanError::unfit(format!("`{} {what}` is given twice", tweak.set.flag()))
                    .hint("leave one of them out"));
            }
        }
        let prefixed = tweaks.iter().filter(|tweak| matches!(tweak.set, Set::Prefix(_)));
        prefixed
            .flat_map(|tweak| self.meant(tweak, header, registry))
            .try_for_each(|at| self.check_prefix(at, registry))
    }

    /// A prefix for columns that all have a name of the user's own would change nothing.
    fn check_prefix(&self, at: usize, registry: &Registry) -> Result<(), PlanError> {
        let step = &self.steps[at];
        let outputs = step.output_names(registry);
        if outputs.is_empty() || !outputs.iter().all(|output| step.outputs.contains_key(*output)) {
            return Ok(());
        }
        let name = step.name();
        Err(PlanError::unfit(format!(
            "`--prefix {name}={}` changes nothing: `--into` names each column of `{name}`",
            step.prefix
        ))
        .hint("leave out `--prefix`, or `--into` for the columns that should have the prefix"))
    }

    /// The step that a tweak is about.
    fn meant(&self, tweak: &Tweak, header: &Header<'_>, registry: &Registry) -> Result<usize, PlanError> {
        let flag = tweak.set.flag();
        let names = || self.steps.iter().map(StepRequest::name);
        if let Some(name) = &tweak.step {
            return names().position(|known| known == name).ok_or_else(|| {
                let error =
                    PlanError::unknown(format!("`{flag}` names step `{name}`, which is not in this run"));
                match self.turned(name, &tweak.set) {
                    Some((wrong, right)) => error
                        .hint(format!("the sides are the wrong way round: `{flag} {right}`"))
                        .advise(Advice::Word { flag, wrong, right }),
                    None => did_you_mean(error, flag, name, names()),
                }
            });
        }
        let (fits, none, form): (Vec<usize>, PlanError, String) = match &tweak.set {
            Set::Output(output, column) => {
                let outputs = || self.steps.iter().flat_map(|step| step.output_names(registry));
                let has = |at: &usize| self.steps[*at].output_names(registry).contains(&output.as_str());
                let none = PlanError::unknown(format!("no step of this run has an output `{output}`"));
                let is_column = feed::column_called(header, output).is_some();
                let pair = Pair { flag, left: output, right: column, is_column, makes_columns: true };
                let none = pair.mend(none, outputs());
                ((0..self.steps.len()).filter(has).collect(), none, format!(".{output}=COLUMN"))
            }
            _ => {
                let none = PlanError::unfit(format!("`{flag}` needs a step of several integrations"))
                    .hint("`--integrations 'a|b'` asks `b` for what `a` leaves empty");
                let waterfalls = (0..self.steps.len()).filter(|at| self.steps[*at].is_waterfall());
                (waterfalls.collect(), none, "=COLUMN".to_owned())
            }
        };
        match fits.as_slice() {
            [only] => Ok(*only),
            [] => Err(none),
            [first, ..] => {
                let first = self.steps[*first].name();
                Err(PlanError::unfit(format!("`{flag}` could be meant for several steps"))
                    .hint(format!("name the step: `{flag} {first}{form}`")))
            }
        }
    }

    /// What was said of a step that is not there, and the same the other way round, if that names one
    /// that is.
    fn turned(&self, left: &str, set: &Set) -> Option<(String, String)> {
        let is_step = |word: &str| self.steps.iter().any(|step| step.name() == word);
        match set {
            Set::Prefix(right) | Set::ProviderColumn(right) if is_step(right) => {
                Some((format!("{left}={right}"), format!("{right}={left}")))
            }
            Set::Input(name, _) | Set::Output(name, _) if is_step(name) => {
                Some((format!("{left}.{name}="), format!("{name}.{left}=")))
            }
            _ => None,
        }
    }

    /// Checks what can be checked without a table.
    pub(super) fn check(&self) -> Result<(), PlanError> {
        if self.steps.is_empty() {
            return Err(PlanError::unfit("no integration is named")
                .hint(
                    "`marl integrations` lists what exists; name one with `--integrations`, or a column with `--want`",
                )
                .advise(Advice::Look));
        }
        for (at, step) in self.steps.iter().enumerate() {
            let name = step.name();
            let about = |part| About { step: at, part };
            step.check().map_err(|error| error.about(about(Part::Use)))?;
            step.check_names().map_err(|error| error.about(about(Part::Name)))?;
            if let Some(first) = self.steps[..at].iter().find(|other| other.name() == name) {
                let error = PlanError::unfit(format!("two steps are called `{name}`"));
                let error = error.hint(match &first.work {
                    Work::Use(uses) => format!(
                        "to use an integration twice give it a name of its own: `--integrations {name},other={}`, and `--prefix other=other_` for its columns",
                        uses.join("|")
                    ),
                    Work::Formula(_) => "give one of them another name".to_owned(),
                });
                return Err(error.about(about(Part::Name)));
            }
        }
        let Refresh::Names(names) = &self.refresh else { return Ok(()) };
        let steps = || self.steps.iter().map(StepRequest::name);
        match names.iter().find(|name| !steps().any(|step| step == name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let what = format!("`--refresh` names step `{name}`, which is not in this run");
                Err(did_you_mean(PlanError::unknown(what), "--refresh", name, steps()))
            }
        }
    }
}

impl StepRequest {
    fn check(&self) -> Result<(), PlanError> {
        let Work::Use(uses) = &self.work else { return Ok(()) };
        if uses.is_empty() || uses.iter().any(String::is_empty) {
            return Err(PlanError::unfit("an integration's name is empty")
                .hint("`--integrations` takes names: `find_ceo`, `ceo=linkedin_profile`, 'a|b'"));
        }
        if let Some(twice) = uses.iter().enumerate().find(|(at, name)| uses[..*at].contains(name)) {
            return Err(PlanError::unfit(format!("`{}` is named twice in one step", twice.1))
                .hint("name each alternative once"));
        }
        if self.provider_column.is_some() && !self.is_waterfall() {
            let what = format!("`{}` has one integration: there is nothing to tell apart", self.name());
            return Err(PlanError::unfit(what).hint("leave out the provider column"));
        }
        Ok(())
    }

    /// Names become columns, flags and lines on a terminal.
    fn check_names(&self) -> Result<(), PlanError> {
        const LETTERS: &str = "names are made of the letters `a` to `z`, digits and `_`";
        let name = self.name();
        let shown = marl_core::excerpt(name, 80);
        match &self.work {
            _ if self.name.is_none() || is_name(name) => {}
            Work::Use(_) => {
                let error = PlanError::unfit(format!("`{shown}` cannot name a step"));
                return Err(error.hint(format!("{LETTERS}: `ceo=linkedin_profile`")));
            }
            Work::Formula(_) => {
                let error = PlanError::unfit(format!("`{shown}` cannot name a formula's column"));
                return Err(error.hint(LETTERS));
            }
        }
        let columns = self.outputs.values().chain([&self.prefix]).chain(&self.provider_column);
        match columns.into_iter().find(|text| text.chars().any(char::is_control)) {
            None => Ok(()),
            Some(text) => {
                let shown = marl_core::excerpt(text, 80);
                Err(PlanError::unfit(format!("`{shown}` holds a control character"))
                    .hint("a column's name is one line of visible text"))
            }
        }
    }
}

/// A step's name is part of flags, of column names, and of the ledger.
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    !name.is_empty() && name.len() <= 64 && name.chars().all(fits)
}
