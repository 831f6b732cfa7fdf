//! Words advice in the syntax of a command line or of a recipe. This module is pure.

use engine::plan::{Advice, Part};
use marl_core::SemanticType;
use table::shell::word;
use toml::{Table, Value};

use super::listed;

/// Where the user wrote the request: advice is given in the syntax of that place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// In flags.
    Flags,
    /// In a recipe; most flags for steps are refused beside a recipe.
    Recipe,
}

/// The flag for a part of a request.
pub(super) fn flag(part: &Part) -> Option<&'static str> {
    match part {
        Part::Step | Part::Name => None,
        Part::Use => Some("--integrations"),
        Part::Input(_) => Some("--map"),
        Part::Output(_) => Some("--into"),
        Part::Prefix => Some("--prefix"),
        Part::Condition => Some("--where"),
        Part::Formula => Some("--formula"),
        Part::ProviderColumn => Some("--provider-column"),
        Part::Existing => Some("--existing"),
        Part::ColumnType(_) => Some("--column-type"),
        Part::Want => Some("--want"),
        Part::Refresh => Some("--refresh"),
        Part::Filter => Some("--filter"),
    }
}

/// The recipe key for a part of a request.
fn key(part: &Part) -> &'static str {
    match part {
        Part::Input(_) => "inputs",
        Part::Output(_) => "outputs",
        Part::Prefix => "prefix",
        Part::Condition => "where",
        Part::Formula => "formula",
        Part::ProviderColumn => "provider_column",
        Part::Existing => "existing",
        Part::ColumnType(_) => "columns",
        Part::Name => "name",
        Part::Step | Part::Use | Part::Want | Part::Refresh | Part::Filter => "use",
    }
}

impl Voice {
    /// A piece of advice as a hint; `None` if the other hints and the next command are enough.
    pub(super) fn hint(self, advice: &Advice) -> Option<String> {
        Some(match advice {
            Advice::Rewrite { .. } => return None,
            Advice::Choose { step, input, columns } => {
                let first = columns.first().map(String::as_str).unwrap_or_default();
                format!("choose one with {}", self.input(step, input, first))
            }
            Advice::Bind { step, input, columns } => {
                let first = columns.first().map(String::as_str).unwrap_or_default();
                let bound = self.input(step, input, first);
                format!("columns that could feed it: {}; bind one with {bound}", ticked(columns))
            }
            Advice::BindAny { step, input, columns } => {
                let bound = self.input(step, input, "COLUMN");
                format!("the table's columns are {}; bind one with {bound}", ticked(columns))
            }
            Advice::BindOneInput => {
                let bound = self.input("step", "input", "column");
                format!("bind one of their inputs to a column of the table with {bound}")
            }
            Advice::NameInput { step, column } => self.name_input(step, column),
            Advice::AddIntegration { integration, output, inputs, .. } => {
                let added = self.add(advice, integration);
                format!("`{integration}` produces `{output}` from {}; {added}", all_of(inputs))
            }
            Advice::ChooseIntegration { integration, output, inputs } => {
                let used = self.integrations(std::slice::from_ref(integration));
                format!("{used} produces `{output}` from {}", all_of(inputs))
            }
            Advice::NameIntegration => {
                "`marl integrations` lists what exists; name one with `--integrations`, or a column with `--want`"
                    .to_owned()
            }
            Advice::KnownIntegrations(names) => {
                format!("there are {}; `marl integrations` lists their inputs and outputs", ticked(names))
            }
            Advice::IntegrationForms => match self {
                Self::Flags => "`--integrations` takes names: `find_ceo`, `ceo=linkedin_profile`, 'a|b'".to_owned(),
                Self::Recipe => "`use` takes a name, or a list of names".to_owned(),
            },
            Advice::Gives { integration, outputs } => format!("`{integration}` produces {}", ticked(outputs)),
            Advice::NameAlternativesOnce => "name each alternative once".to_owned(),
            Advice::AddAlternatives => {
                let both = self.integrations(&["a".to_owned(), "b".to_owned()]);
                format!("{both} asks `b` for what `a` leaves empty")
            }
            Advice::JoinSteps { first, second, integrations } => {
                let joined = self.integrations(integrations);
                format!("or ask `{second}` only for what `{first}` leaves empty: {joined}")
            }
            Advice::NameSecondUse { name, integrations } => self.name_second_use(name, integrations),
            Advice::RenameStep => "give one of them another name".to_owned(),
            Advice::NameLetters { is_formula } => {
                let example = if *is_formula || self == Self::Recipe { "" } else { ": `ceo=linkedin_profile`" };
                format!("names are made of the letters `a` to `z`, digits and `_`{example}")
            }
            Advice::Word { right, .. } => format!("did you mean `{right}`?"),
            Advice::Known(names) => format!("there are {}", ticked(names)),
            Advice::SwapSides { part, left, name, .. } => {
                format!("the sides are swapped: write {}", self.pair(part, name, left))
            }
            Advice::SwapNames { part, step, name } => {
                let flag = flag(part).unwrap_or_default();
                format!("the sides are swapped: write `{flag} {step}.{name}=`")
            }
            Advice::PutColumnRight { part, column, names } => format!(
                "`{column}` is a column, and a column belongs on the right: {}, where NAME is one of {}",
                self.pair(part, "NAME", column),
                ticked(names)
            ),
            Advice::NameStep { part, step } => format!("name the step: `{}`", step_named(part, step)),
            Advice::GiveOnce => "leave one of them out".to_owned(),
            Advice::Prefix { step, prefix, column } => {
                let flag = self.prefix(step, prefix);
                format!("{flag} names the columns of `{step}` `{prefix}{column}` and so on")
            }
            Advice::PrefixOneStep { step, prefix } => {
                format!("or give the columns of one of them other names: {}", self.prefix(step, prefix))
            }
            Advice::OmitPrefixOrNames => {
                "leave out `--prefix`, or `--into` for the columns that should have the prefix".to_owned()
            }
            Advice::ChooseColumn { step, output } => {
                let part = Part::Output(output.clone());
                let name = if self == Self::Flags { format!("{step}.{output}") } else { output.clone() };
                format!("choose another column with {}", self.pair(&part, &name, "COLUMN"))
            }
            Advice::Into { outputs, column } => {
                let into = |output: &String| self.pair(&Part::Output(output.clone()), output, column);
                let all: Vec<String> = outputs.iter().map(into).collect();
                format!("choose the output that fills its empty cells: {}", all.join(" or "))
            }
            Advice::NameColumnsApart => "each of its columns needs a name of its own".to_owned(),
            Advice::OtherFirstCharacter(first) => {
                format!("start its name with a character other than `{first}`")
            }
            Advice::VisibleName => "a column's name is one line of visible text".to_owned(),
            Advice::OmitProviderColumn => "leave out the provider column".to_owned(),
            Advice::KeepOrOverwrite => {
                let [keep, overwrite] = ["keep", "overwrite"].map(|word| self.existing(word));
                format!("{keep} fills only its empty cells, {overwrite} replaces them")
            }
            Advice::FormulaOrder => "a formula can read only columns that exist before it".to_owned(),
            Advice::ExpressionForm(form) => format!("an expression looks like `{form}`"),
            Advice::Language(text) => text.clone(),
            Advice::ColumnType { column, kind } => {
                format!("or give the column its type: {}", self.column_type(column, *kind))
            }
        })
    }

    /// The declaration of a column's type.
    pub(super) fn column_type(self, column: &str, kind: SemanticType) -> String {
        match self {
            Self::Flags => format!("`--column-type {}`", word(&format!("{column}={kind}"))),
            Self::Recipe => {
                let line = Table::from_iter([(column.to_owned(), Value::from(kind.name()))]).to_string();
                format!("`{}` under `[columns]`", line.trim_end())
            }
        }
    }

    /// The binding of a step's input to a column.
    fn input(self, step: &str, input: &str, column: &str) -> String {
        let name = if self == Self::Flags { format!("{step}.{input}") } else { input.to_owned() };
        self.pair(&Part::Input(input.to_owned()), &name, column)
    }

    /// The assignment of `value` to `name`.
    fn pair(self, part: &Part, name: &str, value: &str) -> String {
        match self {
            Self::Flags => {
                format!("`{} {name}={}`", flag(part).unwrap_or_default(), word(value))
            }
            Self::Recipe => {
                let pair = Table::from_iter([(name.to_owned(), Value::from(value))]);
                format!("`{} = {}`", key(part), Value::Table(pair))
            }
        }
    }

    fn prefix(self, step: &str, prefix: &str) -> String {
        match self {
            Self::Flags => format!("`--prefix {step}={}`", word(prefix)),
            Self::Recipe => format!("`prefix = {}`", Value::from(prefix)),
        }
    }

    fn existing(self, word: &str) -> String {
        match self {
            Self::Flags => format!("`--existing {word}`"),
            Self::Recipe => format!("`existing = {}`", Value::from(word)),
        }
    }

    /// A step that uses these integrations.
    fn integrations(self, integrations: &[String]) -> String {
        match (self, integrations) {
            (Self::Flags, _) => format!("`--integrations {}`", word(&integrations.join("|"))),
            (Self::Recipe, [one]) => format!("`use = {}`", Value::from(one.as_str())),
            (Self::Recipe, several) => format!("`use = {}`", Value::from(several.to_vec())),
        }
    }

    fn add(self, advice: &Advice, integration: &str) -> String {
        match (self, advice) {
            (Self::Flags, Advice::AddIntegration { steps, .. }) => {
                format!("add it with `--integrations {}`", word(&listed(steps)))
            }
            _ => format!("add it as a step of its own: `use = {}`", Value::from(integration)),
        }
    }

    fn name_input(self, step: &str, column: &str) -> String {
        let bound = self.input(step, "INPUT", column);
        match self {
            Self::Flags => format!("`{step}` is a step: {bound}"),
            Self::Recipe => format!("`{step}` is a step, which has inputs of its own: {bound}"),
        }
    }

    fn name_second_use(self, name: &str, integrations: &[String]) -> String {
        let named = match self {
            Self::Flags => format!("`--integrations {}`", second_use(name, integrations)),
            Self::Recipe => "`name = \"other\"`".to_owned(),
        };
        let prefix = self.prefix("other", "other_");
        format!(
            "to use an integration twice, give it a name of its own: {named}, and {prefix} for its columns"
        )
    }
}

/// `find_ceo,other=find_ceo`
fn second_use(name: &str, integrations: &[String]) -> String {
    word(&format!("{name},other={}", integrations.join("|")))
}

/// A flag with the name of a step added to its value.
fn step_named(part: &Part, step: &str) -> String {
    let flag = flag(part).unwrap_or_default();
    match part {
        Part::Output(name) | Part::Input(name) => format!("{flag} {step}.{name}=COLUMN"),
        _ => format!("{flag} {step}=COLUMN"),
    }
}

/// `a`, `b`, `c`, each in backticks.
fn ticked(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// `a` and `b`, each in backticks.
fn all_of(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
}
