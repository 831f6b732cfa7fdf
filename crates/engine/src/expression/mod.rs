//! Conditions and formulas over a row's columns, in CEL.
//!
//! A text is parsed, bounded, bound to its columns and checked once, before any row is read; then it is
//! evaluated for each row. Only this module knows the cel crate. It must not know steps or tables, and no
//! text, however hostile, may end or hold up the program.

mod advice;
mod calls;
mod columns;
mod correction;
mod effort;
mod error;
mod evaluate;
mod functions;
mod nulls;
mod parse;
mod pattern;
mod render;
mod types;

use std::{fmt, sync::Arc, thread};

use cel::{Env, ExecutionError, IdedExpr, Value as Cel, common::value::CowVal};
use marl_core::{SemanticType, Value};

use self::{
    columns::Columns,
    pattern::Pattern,
    types::{Type, Types},
};

pub use self::error::{Correction, EvaluationError, ExpressionError, ExpressionHint};

/// The result of a function of the language for its arguments.
type Evaluated<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

/// A condition or a formula, ready to be evaluated. A clone is cheap, because it shares everything.
#[derive(Clone)]
pub struct Expression {
    inner: Arc<Inner>,
}

struct Inner {
    text: String,
    names: Vec<String>,
    columns: Vec<(String, SemanticType)>,
    gives: Type,
    tree: IdedExpr,
    patterns: Vec<Pattern>,
    env: Arc<Env>,
}

impl Expression {
    /// A condition over `columns`, the only columns that it may name. Its result is true or false.
    ///
    /// # Errors
    /// The text is not an expression over these columns, or can never be true or false.
    pub fn condition<N: AsRef<str> + Sync>(
        text: &str,
        columns: &[(N, SemanticType)],
    ) -> Result<Self, ExpressionError> {
        let inner = compile(text, columns)?;
        if !inner.gives.may_be(Type::Boolean) {
            let shown = marl_core::excerpt(text, 60);
            return Err(advice::not_boolean("a condition", &shown, inner.gives));
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    /// A formula over `columns`, the only columns that it may name. Its result is a cell.
    ///
    /// # Errors
    /// The text is not an expression over these columns, or its result can never be a cell.
    pub fn formula<N: AsRef<str> + Sync>(
        text: &str,
        columns: &[(N, SemanticType)],
    ) -> Result<Self, ExpressionError> {
        let inner = compile(text, columns)?;
        if matches!(inner.gives, Type::Map | Type::Bytes) {
            let message = format!("a cell cannot hold the result, which is {}", inner.gives.name());
            return Err(ExpressionError::new(message).hint("the result must be a text, a number or a list"));
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The source text of the expression.
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// The columns that the expression reads, each once, in order of first appearance.
    pub fn columns(&self) -> &[String] {
        &self.inner.names
    }

    /// The semantic type of a formula's column: `Integer`, `List`, and `Text` for everything else.
    pub fn kind(&self) -> SemanticType {
        match self.inner.gives {
            Type::Integer => SemanticType::Integer,
            Type::List(_) => SemanticType::List,
            _ => SemanticType::Text,
        }
    }

    /// Whether the condition holds for a row. `cells` are in the order of [`Expression::columns`].
    ///
    /// # Errors
    /// The condition cannot be evaluated for this row.
    pub fn holds(&self, cells: &[Option<Value>]) -> Result<bool, EvaluationError> {
        match self.evaluate(cells)? {
            Cel::Bool(holds) => Ok(holds),
            other => {
                let kind = other.type_of().to_string();
                let reason = format!("the condition gives {}, not true or false", evaluate::kind(&kind));
                Err(EvaluationError::new(reason))
            }
        }
    }

    /// The result of the formula for a row; `None` for an empty cell. `cells` are in the order of
    /// [`Expression::columns`].
    ///
    /// # Errors
    /// The formula has no value for this row.
    pub fn value(&self, cells: &[Option<Value>]) -> Result<Option<Value>, EvaluationError> {
        evaluate::cell(&self.evaluate(cells)?).map_err(EvaluationError::new)
    }

    fn evaluate(&self, cells: &[Option<Value>]) -> Result<Cel, EvaluationError> {
        let Inner { tree, env, patterns, columns, .. } = &*self.inner;
        evaluate::evaluate(tree, env, patterns, columns, cells)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression").field("text", &self.inner.text).finish_non_exhaustive()
    }
}

/// Runs all checks on a thread whose stack is large enough for the parser. A panic of the parser ends only
/// that thread.
fn compile<N: AsRef<str> + Sync>(
    text: &str,
    columns: &[(N, SemanticType)],
) -> Result<Inner, ExpressionError> {
    let unread = |why: &str| ExpressionError::new(format!("the expression cannot be read: {why}"));
    thread::scope(|scope| {
        thread::Builder::new()
            .name("expression".to_owned())
            .stack_size(parse::STACK)
            .spawn_scoped(scope, || checked(text, columns))
            .map_err(|error| unread(&error.to_string()))?
            .join()
            .unwrap_or_else(|_| Err(unread("the parser gave up on it")))
    })
}

/// Returns the checked expression, or an error with the probable correction.
fn checked<N: AsRef<str>>(text: &str, known: &[(N, SemanticType)]) -> Result<Inner, ExpressionError> {
    read(text, known).map_err(|error| {
        let names: Vec<&str> = known.iter().map(|(name, _)| name.as_ref()).collect();
        let guesses = correction::guesses(text, &error, &names);
        match guesses.into_iter().find(|guess| read(guess, known).is_ok()) {
            Some(right) => {
                let error = match error.hints.is_empty() {
                    true => error.hint(format!("write `{}`", marl_core::excerpt(&right, 200))),
                    false => error,
                };
                error.correction(Correction::Text(right))
            }
            None => error,
        }
    })
}

fn read<N: AsRef<str>>(text: &str, known: &[(N, SemanticType)]) -> Result<Inner, ExpressionError> {
    let mut tree = parse::parse(text)?;
    let mut columns = Columns::new(known);
    columns.resolve(&mut tree)?;
    let columns = columns.met;
    let gives = Types::new(&columns).infer(&tree)?;
    let mut patterns = Vec::new();
    nulls::replace(&mut tree, &mut patterns)?;
    effort::count(&mut tree);
    parse::bound(&tree)?;
    let env = functions::environment().map_err(|error| ExpressionError::new(error.to_string()))?;
    let names = columns.iter().map(|(name, _)| name.clone()).collect();
    Ok(Inner { text: text.to_owned(), names, columns, gives, tree, patterns, env })
}

#[cfg(test)]
mod tests;
