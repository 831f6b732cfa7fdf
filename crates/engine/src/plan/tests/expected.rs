//! The advice that tests expect, in short forms.

use super::{Advice, Part};

pub(super) fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

pub(super) fn input(name: &str) -> Part {
    Part::Input(name.to_owned())
}

pub(super) fn output(name: &str) -> Part {
    Part::Output(name.to_owned())
}

pub(super) fn word(part: Part, wrong: &str, right: &str) -> Advice {
    Advice::Word { part, wrong: wrong.to_owned(), right: right.to_owned() }
}

pub(super) fn bind<const N: usize>(step: &str, input: &str, columns: [&str; N]) -> Advice {
    Advice::Bind { step: step.to_owned(), input: input.to_owned(), columns: texts(columns) }
}

pub(super) fn bind_any<const N: usize>(step: &str, input: &str, columns: [&str; N]) -> Advice {
    Advice::BindAny { step: step.to_owned(), input: input.to_owned(), columns: texts(columns) }
}

pub(super) fn choose<const N: usize>(step: &str, input: &str, columns: [&str; N]) -> Advice {
    Advice::Choose { step: step.to_owned(), input: input.to_owned(), columns: texts(columns) }
}

/// An integration that produces an output from a company's domain.
pub(super) fn choose_integration(integration: &str, output: &str) -> Advice {
    let inputs = texts(["company_domain"]);
    Advice::ChooseIntegration { integration: integration.to_owned(), output: output.to_owned(), inputs }
}

pub(super) fn prefix(step: &str, column: &str) -> Advice {
    Advice::Prefix { step: step.to_owned(), prefix: format!("{step}_"), column: column.to_owned() }
}

pub(super) fn language(text: &str) -> Advice {
    Advice::Language(text.to_owned())
}
