//! Advice on how to make a plan possible, as data.
//!
//! The engine names no flag, no command and no file: a command line words the advice with flags, a recipe
//! with its keys, and other callers in their own way.

use marl_core::SemanticType;

use super::Part;
use crate::{expression::ExpressionHint, nearest};

/// One step of a request: the name that the user gave it, if any, and its integrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUse {
    /// The step's own name; `None` if the step uses the name of its first integration.
    pub name: Option<String>,
    /// The integrations, in the order in which they are called.
    pub integrations: Vec<String>,
}

/// A change to a request that would help, or a rule that the request broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// Bind an input to one of these columns: each of them fits, and the user must choose.
    Choose {
        /// The step.
        step: String,
        /// Its input.
        input: String,
        /// The columns that fit, at least two.
        columns: Vec<String>,
    },
    /// Bind an input to one of these columns of the table: their names or cells resemble it.
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
    /// The name of an input was expected, and a step was given: name one of the step's inputs.
    NameInput {
        /// The step.
        step: String,
        /// The column that was to feed the input.
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
        /// All integrations of the request, preceded by the new one.
        steps: Vec<StepUse>,
    },
    /// Name one of several integrations that produce the missing column.
    ChooseIntegration {
        /// The integration.
        integration: String,
        /// Its output.
        output: String,
        /// Its inputs.
        inputs: Vec<String>,
    },
    /// Name an integration or a wanted column: the request has no step.
    NameIntegration,
    /// These integrations exist.
    KnownIntegrations(Vec<String>),
    /// The forms of an integration's name: alone, with a step's name before it, or with alternatives.
    IntegrationForms,
    /// The integration produces these outputs: an alternative must produce one of them.
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
    /// The name of a step consists of the letters `a` to `z`, digits and `_`.
    NameLetters {
        /// Whether the name is that of a formula's column.
        is_formula: bool,
    },
    /// Another word was probably meant.
    Word {
        /// The part of the request with the wrong word.
        part: Part,
        /// The word that was given.
        wrong: String,
        /// The word that was probably meant.
        right: String,
    },
    /// The known names for this part.
    Known(Vec<String>),
    /// A pair has its sides swapped: `left` belongs to the right of `name`.
    SwapSides {
        /// The part of the request with the pair.
        part: Part,
        /// What was given on the left.
        left: String,
        /// What was given on the right.
        right: String,
        /// The known name that `right` stands for.
        name: String,
    },
    /// A step and the name of its input or output are swapped.
    SwapNames {
        /// The part of the request with the name.
        part: Part,
        /// The step, which was given as the name.
        step: String,
        /// The name, which was given as the step.
        name: String,
    },
    /// The left side of a pair is a column of the table, which belongs on the right.
    PutColumnRight {
        /// The part of the request with the pair.
        part: Part,
        /// The column.
        column: String,
        /// The names that could stand on the left.
        names: Vec<String>,
    },
    /// The setting fits several steps: name one.
    NameStep {
        /// The part that is set.
        part: Part,
        /// One of the steps.
        step: String,
    },
    /// Leave out one of two settings.
    GiveOnce,
    /// Begin a step's columns with a prefix: another step writes `column` as well.
    Prefix {
        /// The step.
        step: String,
        /// The prefix to use.
        prefix: String,
        /// The column.
        column: String,
    },
    /// Begin the columns of one of the steps that need each other with a prefix.
    PrefixOneStep {
        /// One of the steps.
        step: String,
        /// The prefix to use.
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
    /// Keep the filled cells of an existing column, or overwrite them.
    KeepOrOverwrite,
    /// A formula reads only columns that exist before it runs.
    FormulaOrder,
    /// An expression has this form.
    ExpressionForm(&'static str),
    /// Text about the language of expressions and the columns at hand, which every caller can print
    /// unchanged.
    Language(String),
    /// Replace an expression with this text, which is valid.
    Rewrite {
        /// The part of the request with the expression.
        part: Part,
        /// The whole text that was given.
        wrong: String,
        /// The whole corrected text.
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

/// The nearest of the known names, or otherwise all of them; `None` if no names are known.
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
