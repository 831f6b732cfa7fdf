//! The errors for parts whose types do not fit, with hints on what to write instead. This module infers no
//! types.

use cel::{
    IdedExpr,
    common::ast::{Expr, LiteralValue},
};
use marl_core::SemanticType;

use super::{
    ExpressionError,
    columns::slot,
    types::{Type, Types},
};

type TypedPart<'a> = (&'a IdedExpr, Type);

pub(super) fn not_boolean(subject: &str, text: &str, kind: Type) -> ExpressionError {
    ExpressionError::new(format!("{subject} must be true or false, and `{text}` is {}", kind.name()))
        .hint(compare(text, kind))
}

/// How to turn a part of this type into a condition.
fn compare(text: &str, kind: Type) -> String {
    match kind {
        Type::Null => "test whether a cell is empty: `row[\"...\"] == null`".to_owned(),
        Type::Text if text.starts_with('"') => format!("compare a cell with it: `row[\"...\"] == {text}`"),
        Type::Integer | Type::Decimal => format!("compare it with something: `{text} > 0`"),
        Type::List(_) => format!("compare it with something: `size({text}) > 0`"),
        _ => format!("compare it with something: `{text} != null`"),
    }
}

pub(super) fn no_parts(text: &str, kind: Type) -> ExpressionError {
    ExpressionError::new(format!("`{text}` reads a part of a value that is {}", kind.name()))
        .hint("a column whose name is not a plain word is written `row[\"...\"]`")
}

pub(super) fn no_loop(text: &str, kind: Type) -> ExpressionError {
    ExpressionError::new(format!("a loop needs a list, and `{text}` is {}", kind.name()))
}

pub(super) fn not_a_list(item: &str, list: &str, kind: Type) -> ExpressionError {
    let error = ExpressionError::new(format!("`in` needs a list, and `{list}` is {}", kind.name()));
    if kind == Type::Text { error.hint(format!("write `{list}.contains({item})`")) } else { error }
}

/// The error for two parts that are compared although they can never be equal.
pub(super) fn unlike(
    types: &Types<'_>,
    sign: &str,
    left: TypedPart<'_>,
    right: TypedPart<'_>,
) -> ExpressionError {
    let error = ExpressionError::new(format!("`{sign}` cannot compare {}", both(types, left, "with", right)));
    let texts = (types.text(left.0), types.text(right.0));
    match (left.1, right.1) {
        (Type::Text, number) if number.is_number() => {
            let rewritten = format!("{} {sign} {}", as_number(types, left, number), texts.1);
            with_type(types, error.hint(format!("write `{rewritten}`")), left, number)
        }
        (number, Type::Text) if number.is_number() => {
            let rewritten = format!("{} {sign} {}", texts.0, as_number(types, right, number));
            with_type(types, error.hint(format!("write `{rewritten}`")), right, number)
        }
        (Type::List(_), Type::Text) => error.hint(format!("write `{} in {}`", texts.1, texts.0)),
        (Type::Text, Type::List(_)) => error.hint(format!("write `{} in {}`", texts.0, texts.1)),
        _ => error,
    }
}

/// The error for two parts on which an arithmetic operator does not work.
pub(super) fn no_sum(
    types: &Types<'_>,
    sign: &str,
    left: TypedPart<'_>,
    right: TypedPart<'_>,
) -> ExpressionError {
    let error =
        ExpressionError::new(format!("`{sign}` does not work on {}", both(types, left, "and", right)));
    let texts = (types.text(left.0), types.text(right.0));
    match (left.1, right.1) {
        (Type::Integer, Type::Decimal) => {
            error.hint(format!("write `double({}) {sign} {}`", texts.0, texts.1))
        }
        (Type::Decimal, Type::Integer) => {
            error.hint(format!("write `{} {sign} double({})`", texts.0, texts.1))
        }
        (Type::Text, number) if number.is_number() => {
            let error =
                error.hint(format!("as a number: `{} {sign} {}`", as_number(types, left, number), texts.1));
            let error = with_type(types, error, left, number);
            if sign == "+" {
                error.hint(format!("as a text: `{} + string({})`", texts.0, texts.1))
            } else {
                error
            }
        }
        (number, Type::Text) if number.is_number() => {
            let error =
                error.hint(format!("as a number: `{} {sign} {}`", texts.0, as_number(types, right, number)));
            let error = with_type(types, error, right, number);
            if sign == "+" {
                error.hint(format!("as a text: `string({}) + {}`", texts.0, texts.1))
            } else {
                error
            }
        }
        _ => error,
    }
}

fn both(types: &Types<'_>, left: TypedPart<'_>, word: &str, right: TypedPart<'_>) -> String {
    let part = |part: TypedPart<'_>| format!("`{}` ({})", types.text(part.0), part.1.name());
    format!("{} {word} {}", part(left), part(right))
}

/// The expression that reads a text as a number; a literal loses its quotes.
fn as_number(types: &Types<'_>, text: TypedPart<'_>, number: Type) -> String {
    if let Expr::Literal(LiteralValue::String(digits)) = &text.0.expr
        && digits.inner().parse::<i64>().is_ok()
    {
        return digits.inner().to_owned();
    }
    let function = if number == Type::Decimal { "double" } else { "int" };
    format!("{function}({})", types.text(text.0))
}

/// Adds that the column could be given its type, if the text is a column.
fn with_type(
    types: &Types<'_>,
    error: ExpressionError,
    text: TypedPart<'_>,
    number: Type,
) -> ExpressionError {
    let Expr::Ident(name) = &text.0.expr else { return error };
    let Some((name, _)) = slot(name).and_then(|slot| types.columns.get(slot)) else { return error };
    // No column type holds decimal numbers.
    if number == Type::Decimal {
        return error;
    }
    error.needs_type(name.clone(), SemanticType::Integer)
}
