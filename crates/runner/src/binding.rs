//! A step in one line: what it reads and what it writes.

use engine::plan::{Alternative, Output, Step, Task};

/// `find_ceo  company_domain <- domain -> ceo_name as CEO, ceo_linkedin_url`
pub fn binding(step: &Step) -> String {
    let outputs: Vec<String> = step.columns().map(|output| written(step, output)).collect();
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

/// A column, with its output if the column's name differs.
fn written(step: &Step, output: &Output) -> String {
    let own = match &step.task {
        Task::Compute(_) => format!("{}{}", step.prefix, step.name),
        Task::Ask(_) => format!("{}{}", step.prefix, output.of),
    };
    if output.of.is_empty() || output.name == own {
        output.name.clone()
    } else {
        format!("{} as {}", output.of, output.name)
    }
}

/// What one integration reads, with its name if the step's name differs.
fn reads(step: &Step, alternative: &Alternative) -> String {
    let name = &alternative.integration.contract().name;
    let inputs = alternative.inputs.iter().map(|input| {
        if input.from == input.column.name {
            input.from.clone()
        } else {
            format!("{} <- {}", input.column.name, input.from)
        }
    });
    let inputs = inputs.collect::<Vec<_>>().join(", ");
    let is_named_like_step = *name == step.name && step.alternatives().len() == 1;
    if is_named_like_step { inputs } else { format!("{name}({inputs})") }
}
