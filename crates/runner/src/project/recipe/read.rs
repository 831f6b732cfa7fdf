//! Parses a recipe's text into the request, or into the first mistake.
//!
//! Only what the text alone shows is checked. Planning checks whether integrations, inputs and columns exist
//! and whether the CEL expressions are valid.

use std::{collections::BTreeMap, ops::Range};

use marl_core::SemanticType;
use toml::de::{DeTable, DeValue};

use super::{
    Existing, Recipe, Request, StepLines, StepRequest, Work,
    source::{Source, Value, first_unknown, shown},
    word,
};
use crate::failure::Failure;

const TOP_KEYS: [&str; 4] = ["existing", "inputs", "columns", "step"];
const STEP_KEYS: [&str; 9] =
    ["name", "use", "formula", "inputs", "outputs", "prefix", "where", "existing", "provider_column"];
const EXISTING: [Existing; 3] = [Existing::Keep, Existing::Overwrite, Existing::Fail];

/// Parses a recipe's text; `file` is its name in messages.
pub(super) fn parse(file: &str, text: &str) -> Result<Recipe, Failure> {
    let source = Source { file, text };
    let root = source.root()?;
    if let Some(key) = first_unknown(&root, &TOP_KEYS) {
        let name = key.get_ref().as_ref();
        return Err(if STEP_KEYS.contains(&name) {
            let failure = source.wrong(&key.span(), format!("`{name}` is outside of a step"));
            failure.hint("`[[step]]` begins a step; its keys follow below")
        } else {
            source.unknown(&key.span(), "unknown key", name, &TOP_KEYS)
        });
    }
    let existing = existing(&source, &root)?.unwrap_or_default();
    let inputs = names(&source, &root, &INPUTS)?;
    let types = root.get("columns").map(|columns| types(&source, columns)).transpose()?;
    let steps = steps(&source, &root)?;
    let columns = root.get("columns").and_then(|value| value.get_ref().as_table());
    let columns = columns.into_iter().flat_map(|table| table.keys());
    Ok(Recipe {
        columns: columns.map(|key| (key.get_ref().to_string(), source.line(&key.span()))).collect(),
        lines: steps.iter().map(RecipeStep::lines).collect(),
        request: Request {
            steps: requests(&steps)?,
            inputs,
            existing,
            types: types.unwrap_or_default(),
            ..Request::default()
        },
        file: file.to_owned(),
    })
}

fn existing(source: &Source<'_>, table: &DeTable<'_>) -> Result<Option<Existing>, Failure> {
    let Some(value) = table.get("existing") else { return Ok(None) };
    let given = source.text("`existing`", value)?;
    match EXISTING.into_iter().find(|existing| word(*existing) == given) {
        Some(existing) => Ok(Some(existing)),
        None => Err(source.unknown(&value.span(), "`existing` cannot be", &given, &EXISTING.map(word))),
    }
}

fn types<'t>(source: &Source<'t>, columns: &Value<'t>) -> Result<BTreeMap<String, SemanticType>, Failure> {
    let known = SemanticType::ALL.map(SemanticType::name);
    let mut types = BTreeMap::new();
    for (column, value) in source.table("`columns`", columns)? {
        let name = column.get_ref();
        if name.trim().is_empty() {
            return Err(source.wrong(&column.span(), "a column without a name"));
        }
        let given = source.text(&format!("`columns.{}`", shown(name)), value)?;
        let Some(kind) = SemanticType::from_name(&given) else {
            let failure = source.unknown(&value.span(), "no column type is called", &given, &known);
            // A key below `[columns]` is always read as a column's name.
            return Err(if TOP_KEYS.contains(&name.as_ref()) {
                failure.hint(format!("`{name}` of the whole recipe belongs above `[columns]`"))
            } else {
                failure
            });
        };
        types.insert(name.to_string(), kind);
    }
    Ok(types)
}

/// A TOML table that pairs names of a contract with columns.
struct Names {
    key: &'static str,
    /// What each of its keys names.
    of: &'static str,
    form: &'static str,
}

const INPUTS: Names = Names {
    key: "inputs",
    of: "an input",
    form: "`inputs = { input = \"column\" }` names the column that feeds each input",
};

const OUTPUTS: Names = Names {
    key: "outputs",
    of: "an output",
    form: "`outputs = { output = \"column\" }` names the column that each output is written to",
};

fn names(
    source: &Source<'_>,
    table: &DeTable<'_>,
    Names { key, of, form }: &Names,
) -> Result<BTreeMap<String, String>, Failure> {
    let Some(value) = table.get(*key) else { return Ok(BTreeMap::new()) };
    let pairs = source.table(&format!("`{key}`"), value).map_err(|failure| failure.hint(*form))?;
    let mut names = BTreeMap::new();
    for (name, column) in pairs {
        if name.get_ref().trim().is_empty() {
            return Err(source.wrong(&name.span(), format!("{of} without a name")).hint(*form));
        }
        let name_in_message = format!("`{key}.{}`", shown(name.get_ref()));
        names.insert(name.get_ref().to_string(), source.text(&name_in_message, column)?);
    }
    Ok(names)
}

/// The steps of a recipe; there is at least one.
fn steps<'s, 't>(source: &'s Source<'t>, root: &'s DeTable<'t>) -> Result<Vec<RecipeStep<'s, 't>>, Failure> {
    const FORM: &str = "`[[step]]`, in double brackets, begins a step; `use = \"...\"` below it names an \
                        integration, and `marl integrations` lists them";
    let Some(value) = root.get("step") else {
        return Err(Failure::usage("there is no step in this recipe").at(source.file).hint(FORM));
    };
    let DeValue::Array(items) = value.get_ref() else {
        return Err(source.other("`step`", "a list of tables", value).hint(FORM));
    };
    if items.is_empty() {
        return Err(source.wrong(&value.span(), "there is no step in this recipe").hint(FORM));
    }
    let step = |item: &'s Value<'t>| {
        let table = source.table("a `step`", item).map_err(|failure| failure.hint(FORM))?;
        Ok(RecipeStep { source, table, at: item.span() })
    };
    items.iter().map(step).collect()
}

/// The requests of the steps, each under a unique name.
fn requests(steps: &[RecipeStep<'_, '_>]) -> Result<Vec<StepRequest>, Failure> {
    let mut requests: Vec<StepRequest> = Vec::new();
    for step in steps {
        let request = step.read()?;
        let name = name_of(&request);
        if let Some(first) = requests.iter().position(|other| name_of(other) == name) {
            let key = if request.name.is_some() { "name" } else { "use" };
            let line = steps[first].source.line(&steps[first].at);
            return Err(step
                .wrong(key, format!("two steps are called `{}`", shown(name)))
                .hint(format!("the other one begins on line {line}; give one of them another `name`")));
        }
        requests.push(request);
    }
    Ok(requests)
}

/// The name of a step.
fn name_of(step: &StepRequest) -> &str {
    match (&step.name, &step.work) {
        (Some(name), _) => name,
        (None, Work::Use(integrations)) => integrations.first().map_or("", String::as_str),
        (None, Work::Formula(_)) => "",
    }
}

/// One `[[step]]` table.
struct RecipeStep<'s, 't> {
    source: &'s Source<'t>,
    table: &'s DeTable<'t>,
    at: Range<usize>,
}

impl RecipeStep<'_, '_> {
    fn read(&self) -> Result<StepRequest, Failure> {
        if let Some(key) = first_unknown(self.table, &STEP_KEYS) {
            return Err(self.source.unknown(&key.span(), "unknown key", key.get_ref(), &STEP_KEYS));
        }
        let request = StepRequest {
            name: self.name()?,
            work: self.work()?,
            inputs: names(self.source, self.table, &INPUTS)?,
            outputs: names(self.source, self.table, &OUTPUTS)?,
            prefix: self.text("prefix")?.unwrap_or_default(),
            condition: self.text("where")?,
            existing: existing(self.source, self.table)?,
            provider_column: self.text("provider_column")?,
        };
        match &request.work {
            Work::Formula(_) => self.check_formula(&request)?,
            Work::Use(integrations) => {
                if request.provider_column.is_some() && integrations.len() < 2 {
                    let message = "`provider_column` needs several integrations in `use`";
                    return Err(self
                        .wrong("provider_column", message)
                        .hint("with a single integration it would say nothing new: leave the key out"));
                }
            }
        }
        Ok(request)
    }

    fn name(&self) -> Result<Option<String>, Failure> {
        let Some(name) = self.text("name")? else { return Ok(None) };
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !name.chars().all(fits) {
            let message = format!("`{}` cannot be the name of a step", shown(&name));
            return Err(self
                .source
                .wrong(&self.table["name"].span(), message)
                .hint("names are made of the letters `a` to `z`, digits and `_`"));
        }
        Ok(Some(name))
    }

    fn work(&self) -> Result<Work, Failure> {
        let formula = self.text("formula")?;
        let Some(value) = self.table.get("use") else {
            return formula.map(Work::Formula).ok_or_else(|| {
                self.source.wrong(&self.at, "this step has neither `use` nor `formula`").hint(
                    "`use` names an integration, which `marl integrations` lists; `formula` is an \
                     expression in CEL",
                )
            });
        };
        if formula.is_some() {
            return Err(self
                .wrong("formula", "this step has both `use` and `formula`")
                .hint("split it into two steps"));
        }
        let names = self.source.texts("`use`", value)?;
        if names.is_empty() {
            let failure = self.source.wrong(&value.span(), "`use` names no integration");
            return Err(failure.hint("`marl integrations` lists what exists"));
        }
        for (at, (span, name)) in names.iter().enumerate() {
            if names[..at].iter().any(|(_, other)| other == name) {
                let message = format!("`use` names `{}` twice", shown(name));
                return Err(self.source.wrong(span, message).hint("name each integration once"));
            }
        }
        Ok(Work::Use(names.into_iter().map(|(_, name)| name).collect()))
    }

    fn check_formula(&self, request: &StepRequest) -> Result<(), Failure> {
        if request.name.is_none() {
            let failure = self.wrong("formula", "a formula needs a `name`");
            return Err(failure.hint("it is the name of the column that the formula fills"));
        }
        let strange = [
            ("inputs", "a formula reads columns by their names"),
            ("provider_column", "no provider is asked for a formula"),
        ];
        for (key, why) in strange {
            if self.table.contains_key(key) {
                return Err(self.wrong(key, format!("a formula has no `{key}`")).hint(why));
            }
        }
        Ok(())
    }

    fn text(&self, key: &str) -> Result<Option<String>, Failure> {
        self.table.get(key).map(|value| self.source.text(&format!("`{key}`"), value)).transpose()
    }

    /// A mistake at a key, or at the step if it lacks the key.
    fn wrong(&self, key: &str, message: impl Into<String>) -> Failure {
        let at = self.table.get_key_value(key).map_or_else(|| self.at.clone(), |(key, _)| key.span());
        self.source.wrong(&at, message)
    }

    fn lines(&self) -> StepLines {
        let lines = |table: &DeTable<'_>| {
            table.keys().map(|key| (key.get_ref().to_string(), self.source.line(&key.span()))).collect()
        };
        let within = |key: &str| {
            let table = self.table.get(key).and_then(|value| value.get_ref().as_table());
            table.map(lines).unwrap_or_default()
        };
        StepLines {
            step: self.source.line(&self.at),
            keys: lines(self.table),
            inputs: within("inputs"),
            outputs: within("outputs"),
        }
    }
}
