//! The layout of a row's cells: every column that the plan reads or writes gets a slot. Layout decides
//! nothing about steps.

use std::sync::Arc;

use marl_core::{SemanticType, SmolStr};

use super::{
    Alternative, Binding, BoundExpression, Header, Output, Plan, Request, Step, Task, bind::BoundInput,
    compute, name::Named,
};
use crate::expression::Expression;

/// The results of the earlier stages of planning, by step in the order of the request.
pub(super) struct Parts<'a> {
    pub(super) request: &'a Request,
    pub(super) named: Vec<Named<'a>>,
    pub(super) bound: Vec<Vec<Vec<BoundInput>>>,
    pub(super) computed: Vec<compute::StepExpressions>,
    pub(super) after: Vec<Vec<usize>>,
    pub(super) order: Vec<usize>,
}

/// The slots by column: first the table's columns that the plan reads or writes, then new columns.
struct Slots {
    names: Vec<String>,
    from_table: usize,
}

impl Slots {
    fn of(&self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).expect("every column has a slot")
    }
}

pub(super) fn layout(parts: Parts<'_>, header: &Header<'_>) -> Plan {
    let (reads, slots) = parts.slots(header);
    let Parts { request, named, bound, computed, after, order } = parts;
    let position = |step: usize| order.iter().position(|&at| at == step).expect("the order holds every step");
    let mut bound: Vec<Option<_>> = bound.into_iter().map(Some).collect();
    let mut index = 0;
    let mut output = |of, kind, name: &str| {
        let slot = slots.of(name);
        index += 1;
        Output { of, kind, name: name.to_owned(), existing: slot < slots.from_table, slot, index: index - 1 }
    };
    let slotted = |expression: &Arc<Expression>| BoundExpression {
        slots: expression.columns().iter().map(|column| slots.of(column)).collect(),
        expression: Arc::clone(expression),
    };
    let mut steps = Vec::with_capacity(order.len());
    for &at in &order {
        let step = &named[at];
        let alternatives = step.alternatives.iter().zip(bound[at].take().unwrap_or_default());
        let alternatives = alternatives.map(|(integration, inputs)| {
            let inputs = inputs.into_iter().map(|input| Binding {
                column: input.column,
                slot: slots.of(&input.from),
                from: input.from,
                producer: input.producer.map(position),
                how: input.how,
            });
            Alternative {
                integration: Arc::clone(integration),
                contract: Arc::new(integration.contract().clone()),
                inputs: inputs.collect(),
            }
        });
        let task = match &computed[at].formula {
            Some(formula) => Task::Compute(slotted(formula)),
            None => Task::Ask(alternatives.collect()),
        };
        let outputs =
            step.outputs.iter().map(|known| output(known.of.clone(), known.kind, &known.name)).collect();
        let provider_column =
            step.provider_column.as_deref().map(|name| output(SmolStr::default(), SemanticType::Text, name));
        steps.push(Step {
            name: step.name.to_owned(),
            task,
            outputs,
            provider_column,
            condition: computed[at].condition.as_ref().map(slotted),
            after: after[at].iter().copied().map(position).collect(),
            existing: step.existing(request),
            refresh: request.refresh.includes(step.name),
            prefix: step.request.prefix.clone(),
        });
    }
    Plan { steps, reads, slots: slots.names.len() }
}

impl Parts<'_> {
    fn slots(&self, header: &Header<'_>) -> (Vec<usize>, Slots) {
        let inputs = self.bound.iter().flatten().flatten().map(|input| input.from.as_str());
        let expressions =
            self.computed.iter().flat_map(compute::StepExpressions::columns).map(String::as_str);
        // The slots are in plan order, so that equal plans have equal slots.
        let outputs: Vec<&str> = self.order.iter().flat_map(|at| self.named[*at].columns()).collect();
        let touched: Vec<&str> = inputs.chain(expressions).chain(outputs.iter().copied()).collect();
        let reads: Vec<usize> =
            (0..header.columns.len()).filter(|&at| touched.contains(&header.columns[at].as_str())).collect();
        let mut names: Vec<String> = reads.iter().map(|&at| header.columns[at].clone()).collect();
        let from_table = names.len();
        for name in outputs {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        (reads, Slots { names, from_table })
    }
}
