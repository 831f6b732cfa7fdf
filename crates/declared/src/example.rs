//! Checks the examples of a file: each answer must come to what the example says. Nothing is sent.

use marl_core::{Row, Value};

use crate::{
    File, Word,
    form::{Example, Exchange, Given, Translation, Vendor},
    integration,
    reply::{self, Document, Reader, Stage},
};

impl File {
    /// Checks all examples. Returns one line for each that does not hold: the file, the line and the difference.
    pub fn check_examples(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for translation in &self.translations {
            for example in &translation.examples {
                if let Err(why) = check(&self.vendor, translation, example) {
                    wrong.push(format!("{}, line {}: {why}", self.name, example.line));
                }
            }
        }
        wrong
    }

    /// The number of examples.
    pub fn examples(&self) -> usize {
        self.translations.iter().map(|translation| translation.examples.len()).sum()
    }
}

fn check(vendor: &Vendor, translation: &Translation, example: &Example) -> Result<(), String> {
    let parameters = integration::parameters(vendor, translation, &row(translation, example)?);
    parameters.map_err(|error| format!("the inputs make no request: {error}"))?;
    let exchange = vendor.operations.get(&translation.call.operation).ok_or("there is no such operation")?;
    let (stage, document) = given(exchange, &example.given);
    let reader = Reader { vendor, exchange, stage };
    let verdict = reader.verdict(&document);
    if verdict.word != example.is {
        return Err(format!("the answer means `{}`, and not `{}`", verdict.word.name(), example.is.name()));
    }
    if verdict.word == Word::Pending && reader.handle(&document).is_none() && reader.comes_later() {
        return Err("the answer has no handle".to_owned());
    }
    if verdict.word != Word::Found {
        return Ok(());
    }
    if exchange.bulk.is_some() && stage != Stage::Part {
        return Err("the operation carries several calls: give the `item` of one call".to_owned());
    }
    let found = integration::fields(translation, &document.into_json().unwrap_or_default());
    let found = found.map_err(|error| error.to_string())?;
    for (output, expect) in &example.outputs {
        let cell = found.cell(output).unwrap_or_default();
        if cell != *expect {
            return Err(format!("`{output}` is `{cell}`, and not `{expect}`"));
        }
    }
    Ok(())
}

/// The row of an example.
fn row(translation: &Translation, example: &Example) -> Result<Row, String> {
    let mut inputs: Vec<(&str, Value)> = Vec::new();
    for (name, cell) in &example.inputs {
        let column = translation.contract.input(name).ok_or_else(|| format!("there is no input `{name}`"))?;
        let value = column.kind.read(cell);
        inputs
            .push((name, value.map_err(|why| format!("`{cell}` is not {}: {why}", column.kind.in_words()))?));
    }
    for column in translation.contract.inputs.iter().filter(|column| column.required) {
        if !inputs.iter().any(|(name, _)| *name == column.name) {
            return Err(format!("the required input `{}` is missing", column.name));
        }
    }
    Ok(Row::new(inputs))
}

fn given<'g>(exchange: &Exchange, given: &'g Given) -> (Stage, Document<'g>) {
    match given {
        Given::Reply(status, body) => (Stage::First, Document::new(*status, body)),
        Given::Poll(status, body) => (Stage::Poll, Document::new(*status, body)),
        Given::Item(text) => (Stage::Part, reply::part(exchange, text)),
    }
}
