//! The functions that expressions may call, and the definitions of those that cel lacks.
//!
//! A function of an empty cell gives an empty cell, and a test of an empty cell (`contains`, `matches`) is
//! false, as a comparison is. This module must not know columns.

use std::sync::Arc;

use cel::{
    DeclarationError, Env, ExecutionError,
    common::{
        types::{CelBool, CelNull, CelString, DYN_TYPE, NULL_TYPE, STRING_TYPE},
        value::CowVal,
    },
};
use marl_core::excerpt;

use super::{Evaluated, effort, nulls, pattern, types::Type};

/// How a function is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `int(x)`.
    Plain,
    /// `x.contains(y)`.
    Method,
    /// `size(x)` and `x.size()`.
    Both,
}

/// A function that can be called.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) style: Style,
    /// How many arguments the function takes, including the value that a method is called on.
    pub(super) arguments: usize,
    /// Whether all arguments are texts.
    pub(super) takes_texts: bool,
    pub(super) gives: Type,
}

/// All functions except the loops, which the parser rewrites.
pub(super) const FUNCTIONS: [Function; 13] = [
    function("size", Style::Both, 1, false, Type::Integer),
    function("contains", Style::Method, 2, true, Type::Boolean),
    function("startsWith", Style::Method, 2, true, Type::Boolean),
    function("endsWith", Style::Method, 2, true, Type::Boolean),
    function("matches", Style::Method, 2, true, Type::Boolean),
    function("lower", Style::Both, 1, true, Type::Text),
    function("upper", Style::Both, 1, true, Type::Text),
    function("trim", Style::Both, 1, true, Type::Text),
    function("int", Style::Plain, 1, false, Type::Integer),
    function("uint", Style::Plain, 1, false, Type::Integer),
    function("double", Style::Plain, 1, false, Type::Decimal),
    function("string", Style::Plain, 1, false, Type::Text),
    function("bool", Style::Plain, 1, false, Type::Boolean),
];

/// The loops over a list, by name.
pub(super) const LOOPS: [&str; 5] = ["all", "exists", "exists_one", "filter", "map"];

/// The checks before `int(...)` and `double(...)`: cel's own reason does not name the text.
pub(super) const CHECK_INTEGER: &str = "@integer";
pub(super) const CHECK_DECIMAL: &str = "@decimal";

/// How the reason given by these checks ends.
pub(super) const NO_PLAIN_NUMBER: &str = "is not a plain number";

const fn function(
    name: &'static str,
    style: Style,
    arguments: usize,
    takes_texts: bool,
    gives: Type,
) -> Function {
    Function { name, style, arguments, takes_texts, gives }
}

/// The environment in which expressions are evaluated.
pub(super) fn environment() -> Result<Arc<Env>, DeclarationError> {
    let mut env = Env::stdlib();
    nulls::declare(&mut env)?;
    effort::declare(&mut env)?;
    for (name, op) in [("lower", lower as cel::common::functions::Function), ("upper", upper), ("trim", trim)]
    {
        env.add_overload(name, &format!("{name}_text"), vec![STRING_TYPE], op)?;
        env.add_member_overload(name, &format!("text_{name}"), STRING_TYPE, vec![], op)?;
    }
    env.add_member_overload("matches", "text_matches", STRING_TYPE, vec![pattern::TYPE], pattern::matches)?;
    env.add_member_overload(
        "matches",
        "text_matches_text",
        STRING_TYPE,
        vec![STRING_TYPE],
        pattern::matches,
    )?;
    env.add_overload(CHECK_INTEGER, CHECK_INTEGER, vec![DYN_TYPE], check_integer)?;
    env.add_overload(CHECK_DECIMAL, CHECK_DECIMAL, vec![DYN_TYPE], check_decimal)?;
    for Function { name, style, arguments, gives, .. } in FUNCTIONS {
        let op = if gives == Type::Boolean && arguments == 2 { no } else { empty };
        if style != Style::Method {
            env.add_overload(name, &format!("{name}_empty"), vec![NULL_TYPE], op)?;
        }
        if style != Style::Plain {
            let rest = (1..arguments).map(|_| DYN_TYPE).collect();
            env.add_member_overload(name, &format!("empty_{name}"), NULL_TYPE, rest, op)?;
        }
        if style == Style::Method {
            env.add_member_overload(name, &format!("{name}_of_empty"), STRING_TYPE, vec![NULL_TYPE], op)?;
        }
    }
    Ok(Arc::new(env))
}

/// The text of the first argument, which is a text because overloads are chosen by type.
pub(super) fn text<'a>(arguments: &'a [CowVal<'_, '_>]) -> &'a str {
    arguments.first().and_then(|first| first.downcast_ref::<CelString>()).map_or("", |text| text.inner())
}

fn lower<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    Ok(CowVal::owned(CelString::from(text(&arguments).to_lowercase())))
}

fn upper<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    Ok(CowVal::owned(CelString::from(text(&arguments).to_uppercase())))
}

fn trim<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    Ok(CowVal::owned(CelString::from(text(&arguments).trim().to_owned())))
}

fn empty<'b, 'v>(_: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    Ok(CowVal::owned(CelNull))
}

fn no<'b, 'v>(_: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    Ok(CowVal::owned(CelBool::from(false)))
}

fn check_integer<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    checked(arguments, "int", |text| text.parse::<i64>().is_ok())
}

fn check_decimal<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    checked(arguments, "double", |text| text.parse::<f64>().is_ok_and(f64::is_finite))
}

/// Returns the argument unchanged, unless it is a text that does not fit.
fn checked<'b, 'v>(
    mut arguments: Vec<CowVal<'b, 'v>>,
    name: &str,
    fits: fn(&str) -> bool,
) -> Evaluated<'b, 'v> {
    let argument = arguments.pop().ok_or_else(ExecutionError::missing_argument_or_target)?;
    match argument.downcast_ref::<CelString>().map(|text| text.inner()) {
        Some(text) if !fits(text) => {
            let why = format!("`{}` {NO_PLAIN_NUMBER}", excerpt(text, 60));
            Err(ExecutionError::function_error(name, why))
        }
        _ => Ok(argument),
    }
}
