//! Settings that are given by a step's name, and how they change the steps of a request.

use marl_core::Registry;

use super::{Advice, Header, Part, PlanError, Request, StepRequest, did_you_mean, error::Pair, feed};

/// A setting of one step, given apart from the step: for example, that input `linkedin_url` of step `ceo` is
/// fed from column `ceo_linkedin_url`.
#[derive(Debug, Clone, PartialEq)]
pub struct Tweak {
    /// The step's name. Without a name, an input applies to all steps that have it, and any other setting to
    /// the only step that it fits.
    pub step: Option<String>,
    /// The setting.
    pub set: Set,
}

/// The setting of a [`Tweak`].
#[derive(Debug, Clone, PartialEq)]
pub enum Set {
    /// An input and the column that feeds it.
    Input(String, String),
    /// An output and the column that it is written to.
    Output(String, String),
    /// The prefix of the step's output columns.
    Prefix(String),
    /// The condition on a row for the step to run, in CEL.
    Condition(String),
    /// The column that names which alternative answered.
    ProviderColumn(String),
}

impl Set {
    /// The part of a step that this sets.
    fn part(&self) -> Part {
        match self {
            Self::Input(input, _) => Part::Input(input.clone()),
            Self::Output(output, _) => Part::Output(output.clone()),
            Self::Prefix(_) => Part::Prefix,
            Self::Condition(_) => Part::Condition,
            Self::ProviderColumn(_) => Part::ProviderColumn,
        }
    }

    /// The message for a setting of `what` that is given twice.
    fn given_twice(&self, what: &str) -> String {
        match self {
            Self::Input(..) => format!("input `{what}` is bound twice"),
            Self::Output(..) => format!("output `{what}` is given a column twice"),
            Self::Prefix(_) => format!("step `{what}` is given a prefix twice"),
            Self::Condition(_) => format!("step `{what}` is given a condition twice"),
            Self::ProviderColumn(_) => format!("step `{what}` is given a provider column twice"),
        }
    }
}

impl Request {
    /// Applies the tweaks to the steps.
    pub(super) fn apply_tweaks(&mut self, header: &Header<'_>, registry: &Registry) -> Result<(), PlanError> {
        let tweaks = std::mem::take(&mut self.tweaks);
        for (index, tweak) in tweaks.iter().enumerate() {
            let (what, is_new) = match (&tweak.step, &tweak.set) {
                (None, Set::Input(input, column)) => {
                    (input.clone(), self.inputs.insert(input.clone(), column.clone()).is_none())
                }
                _ => {
                    let at = self.target(tweak, header, registry)?;
                    self.steps[at].apply(&tweak.set)
                }
            };
            if !is_new || tweaks[..index].contains(tweak) {
                return Err(PlanError::unfit(tweak.set.given_twice(&what)).advise([Advice::GiveOnce]));
            }
        }
        let prefixed = tweaks.iter().filter(|tweak| matches!(tweak.set, Set::Prefix(_)));
        prefixed
            .flat_map(|tweak| self.target(tweak, header, registry))
            .try_for_each(|at| self.check_prefix(at, registry))
    }

    /// Refuses a prefix that would change nothing, because the user named each of the step's columns.
    fn check_prefix(&self, at: usize, registry: &Registry) -> Result<(), PlanError> {
        let step = &self.steps[at];
        let outputs = step.output_names(registry);
        if outputs.is_empty() || !outputs.iter().all(|output| step.outputs.contains_key(*output)) {
            return Ok(());
        }
        let name = step.name();
        Err(PlanError::unfit(format!(
            "prefix `{}` of step `{name}` changes nothing: each of its columns is given a name of its own",
            step.prefix
        ))
        .advise([Advice::OmitPrefixOrNames]))
    }

    /// The index of the step that a tweak applies to.
    fn target(&self, tweak: &Tweak, header: &Header<'_>, registry: &Registry) -> Result<usize, PlanError> {
        if let Some(name) = &tweak.step {
            let at = self.steps.iter().position(|step| step.name() == name);
            return at.ok_or_else(|| self.no_such_step(name, &tweak.set));
        }
        let part = tweak.set.part();
        let has = |step: &StepRequest| match &part {
            Part::Output(output) => step.output_names(registry).contains(&output.as_str()),
            _ => step.is_waterfall(),
        };
        let fits: Vec<usize> = (0..self.steps.len()).filter(|at| has(&self.steps[*at])).collect();
        match fits.as_slice() {
            [only] => Ok(*only),
            [] => Err(self.fits_no_step(&tweak.set, header, registry)),
            [first, ..] => {
                let what = match &part {
                    Part::Output(output) => format!("several steps of this run have an output `{output}`"),
                    _ => "several steps of this run could name their provider in a column".to_owned(),
                };
                let step = self.steps[*first].name().to_owned();
                Err(PlanError::unfit(what).advise([Advice::NameStep { part, step }]))
            }
        }
    }

    /// The error for a tweak that names a step outside the request.
    fn no_such_step(&self, name: &str, set: &Set) -> PlanError {
        let error = PlanError::unknown(format!("no step of this run is called `{name}`"));
        let names = self.steps.iter().map(StepRequest::name);
        let swapped = self.swapped(name, set);
        error.advise(swapped.or_else(|| did_you_mean(set.part(), name, names)))
    }

    /// The error for a tweak without a step's name that fits no step.
    fn fits_no_step(&self, set: &Set, header: &Header<'_>, registry: &Registry) -> PlanError {
        let Set::Output(output, column) = set else {
            return PlanError::unfit("a provider column needs a step of several integrations")
                .advise([Advice::AddAlternatives]);
        };
        let outputs = self.steps.iter().flat_map(|step| step.output_names(registry));
        let is_column = feed::column_called(header, output).is_some();
        let pair = Pair { part: set.part(), left: output, right: column, is_column, makes_columns: true };
        PlanError::unknown(format!("no step of this run has an output `{output}`"))
            .advise(pair.advice(outputs))
    }

    /// The tweak with its sides swapped, if its other side is the name of a step.
    fn swapped(&self, left: &str, set: &Set) -> Option<Advice> {
        let is_step = |word: &str| self.steps.iter().any(|step| step.name() == word);
        let part = set.part();
        match set {
            Set::Prefix(right) | Set::ProviderColumn(right) if is_step(right) => {
                let (left, right, name) = (left.to_owned(), right.clone(), right.clone());
                Some(Advice::SwapSides { part, left, right, name })
            }
            Set::Input(name, _) | Set::Output(name, _) if is_step(name) => {
                Some(Advice::SwapNames { part, step: name.clone(), name: left.to_owned() })
            }
            _ => None,
        }
    }
}

impl StepRequest {
    /// Applies a setting. Returns what was set, and whether it had not been set before.
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
}
