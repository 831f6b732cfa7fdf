//! A step in one line: what it reads, what it writes.

use engine::plan::{Alternative, Step, Task};

/// `find_ceo  company_domain <- domain -> ceo_name, ceo_linkedin_url`
pub(crate) fn binding(step: &Step) -> String {
    let outputs: Vec<&str> = step.columns().map(|output| output.name.as_str()).collect();
    let reads = match &step.task {
        Task::Compute(formula) => format!("= {}", formula.expression.text()),
        Task::Ask(alternatives) => {
            let reads: Vec<String> = alternatives.iter().map(|one| reads(step, one)).collect();
            reads.join(" | ")
        }
    };
    let condition =
        step.condition.as_ref().map(|condition| format!(" where {}", condition.expression.text()));
    format!("{:<16}  {reads} -> {}{}", step.name, outputs.join(", "), condition.unwrap_or_default())
}

/// What one integration reads; its name, where the step's does not say.
fn reads(step: &Step, alternative: &Alternative) -> String {
    let name = alternative.integration.contract().name;
    let inputs = alternative.inputs.iter().map(|input| {
        if input.from == input.column.name {
            input.from.clone()
        } else {
            format!("{} <- {}", input.column.name, input.from)
        }
    });
    let inputs = inputs.collect::<Vec<_>>().join(", ");
    let says_itself = name == step.name && step.alternatives().len() == 1;
    if says_itself { inputs } else { format!("{name}({inputs})") }
}
