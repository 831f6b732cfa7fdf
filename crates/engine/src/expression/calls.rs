//! Checks calls of functions: whether the function exists, and whether it accepts its arguments.

use cel::{IdedExpr, common::ast::CallExpr};
use marl_core::excerpt;

use super::{
    ExpressionError,
    functions::{FUNCTIONS, Function, LOOPS, Style},
    types::{Type, Types},
};
use crate::nearest;

pub(super) fn infer(types: &mut Types<'_>, call: &CallExpr) -> Result<Type, ExpressionError> {
    let function = FUNCTIONS
        .iter()
        .find(|function| function.name == call.func_name)
        .ok_or_else(|| unknown(&call.func_name))?;
    let style = if call.target.is_some() { Style::Method } else { Style::Plain };
    let arguments: Vec<&IdedExpr> = call.target.iter().map(|target| &**target).chain(&call.args).collect();
    let styled = function.style == Style::Both || function.style == style;
    if !styled || arguments.len() != function.arguments {
        let message = format!("`{}` is not called like this", function.name);
        return Err(ExpressionError::new(message).hint(format!("write `{}`", usage(function))));
    }
    for argument in arguments {
        let kind = types.infer(argument)?;
        if function.takes_texts && !matches!(kind, Type::Text | Type::Unknown | Type::Null) {
            return Err(no_text(types, function, argument, kind));
        }
        if function.name == "size" && (kind.is_number() || kind == Type::Boolean) {
            let message =
                format!("`size` takes a text or a list, and `{}` is {}", types.text(argument), kind.name());
            return Err(ExpressionError::new(message));
        }
    }
    Ok(function.gives)
}

fn usage(function: &Function) -> String {
    let name = function.name;
    match (function.style, function.arguments) {
        (Style::Method, _) => format!("text.{name}(\"...\")"),
        (Style::Both | Style::Plain, _) => format!("{name}(...)"),
    }
}

fn no_text(types: &Types<'_>, function: &Function, argument: &IdedExpr, kind: Type) -> ExpressionError {
    let (name, text) = (function.name, types.text(argument));
    let error = ExpressionError::new(format!("`{name}` takes a text, and `{text}` is {}", kind.name()));
    match kind {
        Type::List(_) if name == "contains" => error.hint(format!("write `\"...\" in {text}`")),
        Type::List(_) => error.hint(format!("test each item: `{text}.exists(item, item.{name}(...))`")),
        _ => error.hint(format!("write `string({text})`")),
    }
}

/// The error for a call of a function that does not exist, or that is not called in this form.
pub(super) fn unknown(name: &str) -> ExpressionError {
    if LOOPS.contains(&name) {
        let message = format!("`{name}` is not called like this");
        let hint = format!("write `list.{name}(item, ...)`, with a name of your own for the item");
        return ExpressionError::new(message).hint(hint);
    }
    let names = || FUNCTIONS.iter().map(|function| function.name).chain(LOOPS);
    let error = ExpressionError::new(format!("there is no function `{}`", excerpt(name, 80)));
    match nearest(name, names()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => {
            let names: Vec<_> = names().map(|name| format!("`{name}`")).collect();
            error.hint(format!("the functions are {}", names.join(", ")))
        }
    }
}
