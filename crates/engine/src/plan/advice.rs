//! What would make a plan possible, as data.
//!
//! The engine names no flag, no command and no file: a command line says advice in flags, a recipe in
//! its keys, another caller in words of its own.

use marl_core::SemanticType;

use super::Part;
use crate::{expression::ExpressionHint, nearest};

/// One step of a request: the name that the user gave it, if any, and its integrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUse {
    /// The step's own name; `None` where it goes by that of its first integration.
    pub name: Option<String>,
    /// The integrations, in the order in which they are asked.
    pub integrations: Vec<String>,
}

/// A change to a request that would help, or a rule that the request broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// Bind an input to the column that is meant: each of these fits, and the user must choose.
    Choose {
        /// The step.
        step: String,
        /// Its input.
        input: String,
        /// The columns that fit, at least two.
        columns: Vec<String>,
    },
    /// Bind an input to one of these columns of the table: what they hold or are called resembles it.
    Bind {
        /// The step.
        step: String,
        /// Its input.
        input: String,
        /// The columns, the likeliest first; at least one.
        columns: Vec<String>,
    },
    /// Bind an input to a column of the table; none of them resembles it.
    BindAny {
        /// The step.
        step: String,
        /// Its input.
        input: String,
        /// The table's first columns.
        columns: Vec<String>,
    },
    /// Bind one input of the steps that need each other to a column of the table.
    BindOneInput,
    /// What was given as an input is a step: name one of the step's inputs.
    NameInput {
        /// The step.
        step: String,
        /// The column that was to feed it.
        column: String,
    },
    /// Add an integration whose output feeds the missing input.
    AddIntegration {
        /// The integration.
        integration: String,
        /// Its output.
        output: String,
        /// Its inputs.
        inputs: Vec<String>,
        /// All integrations of the request, with the new one first.
        steps: Vec<StepUse>,
    },
    /// Name the integration that is meant: it gives what is missing, as others do.
    ChooseIntegration {
        /// The integration.
        integration: String,
        /// Its output.
        output: String,
        /// Its inputs.
        inputs: Vec<String>,
    },
    /// Name an integration, or a column that is wanted: the request has no step.
    NameIntegration,
    /// These integrations exist.
    KnownIntegrations(Vec<String>),
    /// An integration is named by a word: alone, with a step's name before it, or with alternatives.
    IntegrationForms,
    /// One integration gives these outputs: an alternative must give one of them.
    Gives {
        /// The first integration of the step.
        integration: String,
        /// Its outputs.
        outputs: Vec<String>,
    },
    /// Name each alternative of a step once.
    NameAlternativesOnce,
    /// Give a step several integrations: the next one is asked for what the first leaves empty.
    AddAlternatives,
    /// Make one step of two: ask the second one's integrations only for what the first leaves empty.
    JoinSteps {
        /// The first step.
        first: String,
        /// The second step.
        second: String,
        /// The integrations of both, in this order.
        integrations: Vec<String>,
    },
    /// Give the second use of an integration a name of its own.
    NameSecondUse {
        /// The step's name.
        name: String,
        /// The integrations of both uses.
        integrations: Vec<String>,
    },
    /// Give one of two steps another name.
    RenameStep,
    /// A step is named with the letters `a` to `z`, digits and `_`.
    NameLetters {
        /// Whether the name is that of a formula's column.
        is_formula: bool,
    },
    /// Another word was probably meant.
    Word {
        /// Where it stands in the request.
        part: Part,
        /// What was said.
        wrong: String,
        /// What was probably meant.
        right: String,
    },
    /// These names are known there.
    Known(Vec<String>),
    /// A pair has its sides the wrong way round: `left` belongs to the right of `name`.
    SwapSides {
        /// What the pair is about.
        part: Part,
        /// What was given on the left.
        left: String,
        /// What was given on the right.
        right: String,
        /// The known name that `right` means.
        name: String,
    },
    /// A step and the name of its input or output are the wrong way round.
    SwapNames {
        /// What the name belongs to.
        part: Part,
        /// What was given as the name, and is the step.
        step: String,
        /// What was given as the step.
        name: String,
    },
    /// The left of a pair is a column of the table, which belongs on the right.
    PutColumnRight {
        /// What the pair is about.
        part: Part,
        /// The column.
        column: String,
        /// The names that could stand on the left.
        names: Vec<String>,
    },
    /// Several steps could be meant: name one.
    NameStep {
        /// What is said of the step.
        part: Part,
        /// One of the steps.
        step: String,
    },
    /// Leave out one of the two.
    GiveOnce,
    /// Begin a step's columns with a prefix: another step writes `column` as well.
    Prefix {
        /// The step.
        step: String,
        /// What its columns should begin with.
        prefix: String,
        /// The column.
        column: String,
    },
    /// Begin the columns of one of the steps that need each other with a prefix.
    PrefixOneStep {
        /// One of the steps.
        step: String,
        /// What its columns should begin with.
        prefix: String,
    },
    /// Leave out the prefix, or the names of the columns that should have it.
    OmitPrefixOrNames,
    /// Write an output into another column.
    ChooseColumn {
        /// The step.
        step: String,
        /// Its output.
        output: String,
    },
    /// Write one of these outputs into a column of the table.
    Into {
        /// The outputs, at least one.
        outputs: Vec<String>,
        /// The column.
        column: String,
    },
    /// Give each of a step's columns a name of its own.
    NameColumnsApart,
    /// Begin a column's name with another character.
    OtherFirstCharacter(char),
    /// A column's name is one line of visible text.
    VisibleName,
    /// Leave out the column that names which alternative answered.
    OmitProviderColumn,
    /// Keep the filled cells of a column that exists, or overwrite them.
    KeepOrOverwrite,
    /// A formula reads only columns that are there before it.
    FormulaOrder,
    /// An expression looks like this one.
    ExpressionForm(&'static str),
    /// Words about the language of expressions and the columns at hand, which every caller can say as
    /// they stand.
    Language(String),
    /// Write an expression so; it can be used.
    Rewrite {
        /// Where it stands in the request.
        part: Part,
        /// The whole text as it was given.
        wrong: String,
        /// The whole text as it should be.
        right: String,
    },
    /// Give a column of the table its type.
    ColumnType {
        /// The column.
        column: String,
        /// Its type.
        kind: SemanticType,
    },
}

impl From<ExpressionHint> for Advice {
    fn from(hint: ExpressionHint) -> Self {
        match hint {
            ExpressionHint::Language(text) => Self::Language(text),
            ExpressionHint::ColumnType { column, kind } => Self::ColumnType { column, kind },
        }
    }
}

/// How many known names are listed.
const LISTED: usize = 12;

/// The nearest of the known names, or else all of them; nothing where none are known.
pub(super) fn did_you_mean<'a>(
    part: Part,
    word: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Option<Advice> {
    if let Some(near) = nearest(word, known.clone()) {
        return Some(Advice::Word { part, wrong: word.to_owned(), right: near.to_owned() });
    }
    let listed = listed(known);
    (!listed.is_empty()).then_some(Advice::Known(listed))
}

/// The first of the known names.
pub(super) fn listed<'a>(known: impl Iterator<Item = &'a str>) -> Vec<String> {
    known.take(LISTED).map(str::to_owned).collect()
}
