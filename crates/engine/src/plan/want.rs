//! Wanted columns: finds the steps that fill a column by walking contracts backwards to the table's own
//! columns.

use marl_core::{Column, Contract, Registry};

use super::{
    Advice, Header, Part, PlanError, Request, Set, StepRequest, Tweak, Work, advice::listed, did_you_mean,
    feed, name::FORMULA_OUTPUT,
};

/// Adds the steps that fill the wanted columns.
///
/// # Errors
/// No integration produces a column, or several do and the user has to choose.
pub(super) fn add_wanted(
    request: &mut Request,
    header: &Header<'_>,
    registry: &Registry,
) -> Result<(), PlanError> {
    let wanted = std::mem::take(&mut request.want);
    let mut walk = Walk { request, header, registry };
    for column in &wanted {
        match walk.tweak_for(column) {
            // A tweak writes an output into this column, so that output is wanted.
            Some(Tweak { step, set: Set::Output(output, _) }) => {
                walk.bring_output(step.as_deref(), &output)?;
            }
            _ => walk.bring_wanted(column)?,
        }
    }
    Ok(())
}

struct Walk<'a> {
    request: &'a mut Request,
    header: &'a Header<'a>,
    registry: &'a Registry,
}

impl<'a> Walk<'a> {
    /// The tweak that writes an output into the wanted column.
    fn tweak_for(&self, wanted: &str) -> Option<Tweak> {
        let writes =
            |tweak: &&Tweak| matches!(&tweak.set, Set::Output(_, column) if feed::look_alike(column, wanted));
        self.request.tweaks.iter().find(writes).cloned()
    }

    /// Adds the step that produces an output: the step that a tweak names, or any.
    fn bring_output(&mut self, step: Option<&str>, output: &str) -> Result<(), PlanError> {
        let is_there = |name: &str| self.request.steps.iter().any(|step| step.name() == name);
        match step.map(|name| (is_there(name), self.registry.integration(name))) {
            Some((true, _)) => Ok(()),
            Some((false, Some(integration))) => self.add(integration.contract()),
            _ => self.bring_wanted(output),
        }
    }

    fn bring_wanted(&mut self, column: &str) -> Result<(), PlanError> {
        if self.is_written(column) {
            return Ok(());
        }
        let exact = |output: &Column| output.name == column;
        let producers = self.producers(&exact);
        match producers.as_slice() {
            [] if self.header.columns.iter().any(|known| known == column) => self.has_already(column),
            [] => Err(self.nothing_gives(column)),
            [(only, _)] => self.add(only),
            several => Err(choose(&format!("`{column}` is wanted"), several)),
        }
    }

    /// Adds a step for an integration, and before it the steps that its inputs need.
    fn add(&mut self, contract: &Contract) -> Result<(), PlanError> {
        let step = StepRequest::parse(&contract.name);
        let at = self.request.steps.len();
        self.request.steps.push(step);
        for input in contract.inputs.iter().filter(|input| input.required) {
            if !self.is_bound(contract, input) {
                self.bring_input(contract, input)?;
            }
        }
        // The steps that feed this one come before it, so that a plan reads in order.
        let step = self.request.steps.remove(at);
        self.request.steps.push(step);
        Ok(())
    }

    fn bring_input(&mut self, of: &Contract, input: &Column) -> Result<(), PlanError> {
        let producers = self.producers(&|output: &Column| feeds(output, input));
        let what =
            format!("`{}` needs column `{}`, which {} does not have", of.name, input.name, self.header.table);
        match producers.as_slice() {
            [] => {
                let columns = listed(self.header.columns.iter().map(String::as_str));
                let (step, input) = (of.name.to_string(), input.name.to_string());
                Err(PlanError::unfit(format!("{what}, and no integration produces it"))
                    .advise([Advice::BindAny { step, input, columns }]))
            }
            [(only, _)] => self.add(only),
            several => Err(choose(&what, several)),
        }
    }

    /// Whether the table, a tweak, the recipe or a step of the request feeds the input.
    fn is_bound(&self, of: &Contract, input: &Column) -> bool {
        let by_table = feed::column_called(self.header, &input.name).is_some()
            || (0..self.header.columns.len()).any(|at| feed::from_table(self.header, at, input).is_some());
        let by_tweak = self.request.tweaks.iter().any(|tweak| {
            tweak.step.as_deref().is_none_or(|step| step == of.name)
                && matches!(&tweak.set, Set::Input(known, _) if known == input.name)
        });
        let by_recipe = self.request.inputs.contains_key(input.name.as_str());
        by_table || by_tweak || by_recipe || self.outputs().iter().any(|(_, output)| feeds(output, input))
    }

    fn is_written(&self, column: &str) -> bool {
        self.request.steps.iter().any(|step| match &step.work {
            Work::Formula(_) => step.column_of(FORMULA_OUTPUT) == column,
            Work::Use(_) => false,
        }) || self.outputs().iter().any(|(written, _)| written == column)
    }

    /// The outputs of the request's steps, with the columns that they are written to.
    fn outputs(&self) -> Vec<(String, &'a Column)> {
        let steps = self.request.steps.iter().filter_map(|step| match &step.work {
            Work::Use(uses) => Some((step, self.registry.integration(uses.first()?)?)),
            Work::Formula(_) => None,
        });
        steps
            .flat_map(|(step, integration)| {
                let outputs = integration.contract().outputs.iter();
                outputs.map(move |output| (step.column_of(&output.name), output))
            })
            .collect()
    }

    /// The integrations that have such an output and are not in the request, each with that output.
    fn producers(&self, fits: &dyn Fn(&Column) -> bool) -> Vec<(&'a Contract, &'a str)> {
        let is_there = |name: &str| {
            self.request
                .steps
                .iter()
                .any(|step| matches!(&step.work, Work::Use(uses) if uses.iter().any(|u| u == name)))
        };
        let contracts = self.registry.integrations().map(|known| known.contract());
        contracts
            .filter(|contract| !is_there(&contract.name))
            .filter_map(|contract| {
                contract
                    .outputs
                    .iter()
                    .find(|output| fits(output))
                    .map(|output| (contract, output.name.as_str()))
            })
            .collect()
    }

    fn nothing_gives(&self, column: &str) -> PlanError {
        let contracts = self.registry.integrations().map(|known| known.contract());
        let mut names: Vec<&str> = contracts
            .flat_map(|contract| contract.outputs.iter())
            .map(|output| output.name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        let error = PlanError::unknown(format!(
            "column `{column}` is wanted, and neither {} nor any integration has it",
            self.header.table
        ));
        let own = self.header.columns.iter().map(String::as_str);
        error.advise(did_you_mean(Part::Want, column, names.into_iter().chain(own)))
    }

    /// Handles a wanted column that the table has and that is not the name of an output. There is nothing to
    /// add, unless the user means an output for which the column has a usual name.
    fn has_already(&self, column: &str) -> Result<(), PlanError> {
        let contracts = self.registry.integrations().map(|known| known.contract());
        let mut usual: Vec<&str> = contracts
            .flat_map(|contract| contract.outputs.iter())
            .filter(|output| feed::is_usual_name(column, output))
            .map(|output| output.name.as_str())
            .collect();
        usual.sort_unstable();
        usual.dedup();
        if usual.is_empty() {
            return Ok(());
        }
        let outputs = usual.into_iter().map(str::to_owned).collect();
        Err(PlanError::unfit(format!(
            "column `{column}` is wanted, {} has it, and no integration has an output of that name",
            self.header.table
        ))
        .advise([Advice::Into { outputs, column: column.to_owned() }]))
    }
}

/// Whether an output can feed an input, by the rules of binding.
fn feeds(output: &Column, input: &Column) -> bool {
    feed::from_output(&output.name, output.kind, &output.name, input).is_some()
}

fn choose(what: &str, several: &[(&Contract, &str)]) -> PlanError {
    let advice = several.iter().map(|(contract, output)| Advice::ChooseIntegration {
        integration: contract.name.to_string(),
        output: (*output).to_owned(),
        inputs: contract.inputs.iter().map(|input| input.name.to_string()).collect(),
    });
    PlanError::unfit(format!("{what}, and several integrations produce it")).advise(advice)
}
