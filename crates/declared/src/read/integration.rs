//! Reads an integration: its inputs, its outputs and where a reply has them.

use std::{borrow::Cow, collections::BTreeMap};

use marl_core::{CallSpec, Column, Contract, Names, SemanticType, SmolStr, aliases};
use regex::{Regex, RegexBuilder};

use super::{digest, example, operation::Declared, section::Section, words};
use crate::form::{OutputForm, Pointer, RESERVED, Translation, is_name};

/// The most inputs, and the most outputs.
const MOST_COLUMNS: usize = 100;

/// The longest pattern of an input, in bytes, and the most memory that it may take.
const LONGEST_PATTERN: usize = 200;
const PATTERN_MEMORY: usize = 256 * 1024;

/// Inputs whose usual names marl knows.
const USUAL: [(&str, &[&str]); 2] =
    [("company_domain", aliases::COMPANY_DOMAIN), ("linkedin_url", aliases::LINKEDIN_URL)];

/// An integration, if it is complete.
pub(super) fn translation(
    root: &Section<'_, '_>,
    name: &str,
    section: &Section<'_, '_>,
    (provider, operations): (&str, &BTreeMap<SmolStr, Declared>),
) -> Option<Translation> {
    let description = section.needed_text("description", "\"A person's work e-mail address\"");
    let operation = operation(root, section, operations);
    let (inputs, patterns) = inputs(section);
    let needs = needs(section, &inputs);
    let source = section.pointer("source");
    let (outputs, forms) = outputs(section, source.as_ref());
    let examples = example::examples(section, &inputs, &outputs);
    section.finish();
    let (operation, declared) = operation?;
    check_places(section, operation, declared, &inputs);
    let contract = Contract {
        name: name.into(),
        version: digest::version(root, section, operation),
        description: description?.into(),
        inputs: Cow::Owned(inputs),
        outputs: Cow::Owned(outputs),
        calls: Cow::Owned(vec![CallSpec {
            provider: provider.into(),
            operation: operation.into(),
            most_per_row: 1,
        }]),
        needs: Cow::Owned(needs),
    };
    let call = contract.calls[0].clone();
    Some(Translation { contract, call, patterns, outputs: forms, examples })
}

fn operation<'s, 'o>(
    root: &Section<'_, '_>,
    section: &Section<'s, '_>,
    operations: &'o BTreeMap<SmolStr, Declared>,
) -> Option<(&'s str, &'o Declared)> {
    let value = section.need("operation", "\"email_finder\"")?;
    let name = section.text_of("operation", value)?;
    let declared = operations.get(name);
    let written = root.get("operation").and_then(|all| all.get_ref().as_table());
    let known: Vec<&str> =
        written.into_iter().flat_map(|all| all.keys()).map(|key| &**key.get_ref()).collect();
    // The mistakes of an operation that could not be read are reported there.
    if declared.is_none() && !known.contains(&name) {
        let hint = match known.is_empty() {
            true => format!("add a table `[operation.{name}]`"),
            false => words::advice(name, &known),
        };
        section.source.wrong(&value.span(), format!("there is no operation `{name}`"), hint);
    }
    declared.map(|declared| (name, declared))
}

/// The inputs, and the patterns that their values must match.
fn inputs(section: &Section<'_, '_>) -> (Vec<Column>, Vec<(SmolStr, Regex)>) {
    let (mut inputs, mut patterns) = (Vec::new(), Vec::new());
    for (name, input) in section.named("inputs", MOST_COLUMNS) {
        if RESERVED.contains(&name) {
            input.wrong_here(format!("an input cannot be called `{name}`"), "marl fills this place itself");
        }
        let is_optional = input.get("required").is_some() && !input.flag("required");
        let usual = USUAL.iter().find(|(known, _)| *known == name).map(|(_, names)| Names::constant(names));
        let column = column(name, &input, !is_optional, usual.unwrap_or_default());
        if let Some(pattern) = pattern(&input) {
            patterns.push((name.into(), pattern));
        }
        input.finish();
        inputs.extend(column);
    }
    if inputs.is_empty() && !section.has("inputs") {
        let hint =
            "write `inputs.company_domain = { type = \"domain\", about = \"the company's web domain\" }`";
        section.wrong_here(format!("{} has no inputs", section.shown()), hint);
    }
    (inputs, patterns)
}

fn pattern(input: &Section<'_, '_>) -> Option<Regex> {
    let value = input.get("matches")?;
    let text = input.text_of("matches", value)?;
    let built = RegexBuilder::new(text).size_limit(PATTERN_MEMORY).dfa_size_limit(PATTERN_MEMORY).build();
    if text.len() > LONGEST_PATTERN {
        let what = format!("{} is longer than {LONGEST_PATTERN} bytes", input.key("matches"));
        input.source.wrong(&value.span(), what, "shorten it");
        return None;
    }
    let wrong = |_| {
        let hint =
            "write it as in most languages, in single quotes: `'^[A-Z]{2}$'`; look-around does not exist";
        input.source.wrong(
            &value.span(),
            format!("{} is not a regular expression", input.key("matches")),
            hint,
        );
    };
    built.map_err(wrong).ok()
}

/// The sets of inputs of which one must be filled.
fn needs(section: &Section<'_, '_>, inputs: &[Column]) -> Vec<Names> {
    let Some(value) = section.get("needs") else { return Vec::new() };
    let sets = value.get_ref().as_array().map(|sets| sets.iter().collect::<Vec<_>>()).unwrap_or_default();
    let mut needs = Vec::new();
    let is_list = |value: &&super::source::Value<'_>| value.get_ref().is_array();
    if sets.is_empty() || sets.len() > MOST_COLUMNS || !sets.iter().all(is_list) {
        let hint = "write lists in a list: `needs = [[\"email\"], [\"full_name\", \"company_domain\"]]`";
        section.source.wrong(&value.span(), format!("{} is not a list of sets", section.key("needs")), hint);
        return needs;
    }
    let known: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    for set in sets {
        let mut names = Vec::new();
        for item in set.get_ref().as_array().into_iter().flatten() {
            let Some(name) = section.text_of("needs", item) else { continue };
            if known.contains(&name) {
                names.push(SmolStr::from(name));
            } else {
                section.source.wrong(
                    &item.span(),
                    format!("there is no input `{name}`"),
                    words::advice(name, &known),
                );
            }
        }
        needs.push(names.into_iter().collect());
    }
    needs
}

fn outputs(section: &Section<'_, '_>, source: Option<&Pointer>) -> (Vec<Column>, Vec<OutputForm>) {
    let (mut columns, mut forms) = (Vec::new(), Vec::new());
    for (name, output) in section.named("outputs", MOST_COLUMNS) {
        let required = output.flag("required");
        let column = column(name, &output, required, Names::default());
        output.need("at", "\"/data/email\"");
        let at = output.pointers("at");
        let own_source = output.pointer("source");
        output.finish();
        let Some(column) = column else { continue };
        forms.push(OutputForm {
            name: column.name.clone(),
            kind: column.kind,
            required,
            at,
            source: own_source.or_else(|| source.cloned()),
        });
        columns.push(column);
    }
    if columns.is_empty() && !section.has("outputs") {
        let hint = "write `outputs.work_email = { type = \"email\", at = \"/data/email\", about = \"the address\" }`";
        section.wrong_here(format!("{} has no outputs", section.shown()), hint);
    }
    (columns, forms)
}

fn column(name: &str, section: &Section<'_, '_>, required: bool, usual: Names) -> Option<Column> {
    section.need("type", "\"text\"");
    let kind = section.word("type", &SemanticType::ALL.map(|kind| (kind.name(), kind)));
    let about = section.needed_text("about", "\"what the value is\"");
    let given: Names = section.texts("aliases").into_iter().map(|(name, _)| name.to_owned()).collect();
    let aliases = if section.has("aliases") { given } else { usual };
    if !is_name(name) {
        return None;
    }
    let (kind, description) = (kind?, about?.into());
    Some(Column { name: name.into(), kind, description, prompt: None, required, aliases })
}

/// Every place of the operation must be an input, and every input must have a place.
fn check_places(section: &Section<'_, '_>, operation: &str, declared: &Declared, inputs: &[Column]) {
    let known: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    let mut places: Vec<&str> = declared.exchange.inputs().into_iter().map(SmolStr::as_str).collect();
    places.sort_unstable();
    places.dedup();
    for place in places.iter().filter(|place| !known.contains(place)) {
        let what = format!(
            "`operation.{operation}` places `{{{place}}}`, and {} has no such input",
            section.shown()
        );
        section.wrong_here(what, words::advice(place, &known));
    }
    for input in known.iter().filter(|input| !places.contains(input)) {
        let hint = format!("write `{{{input}}}` into `operation.{operation}`, or leave the input out");
        section.wrong_here(format!("the input `{input}` of {} is not sent", section.shown()), hint);
    }
    for place in declared.exchange.request.path.places() {
        if inputs.iter().any(|input| input.name == *place && !input.required) {
            let hint = "a path without it would be another path: leave `required = false` out";
            section.wrong_here(format!("the input `{place}` is part of a path and may be empty"), hint);
        }
    }
}
