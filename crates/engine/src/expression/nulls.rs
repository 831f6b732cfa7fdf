//! Makes comparisons with an empty cell false: it is never equal to, above or below anything.
//!
//! cel refuses `null > 50` and evaluates `null != 50` as true. Each comparison becomes a call of a function
//! of our own, except a comparison with the word `null`, which tests whether a cell is empty. On the same
//! pass through the tree, patterns are compiled, and `int` and `double` get their checks. This module must
//! not know columns: it sees slots in their place.

use std::cmp::Ordering;

use cel::{
    DeclarationError, Env, ExecutionError, IdedExpr,
    common::{
        ast::{CallExpr, EntryExpr, Expr, LiteralValue, operators},
        functions::Function,
        types::{CelBool, CelNull, DYN_TYPE},
        value::CowVal,
    },
};

use super::{
    Evaluated, ExpressionError,
    functions::{CHECK_DECIMAL, CHECK_INTEGER},
    pattern::Pattern,
};

/// An operator, the function that replaces it, and its definition.
const REPLACED: [(&str, &str, Function); 7] = [
    (operators::EQUALS, "@==", equal),
    (operators::NOT_EQUALS, "@!=", unequal),
    (operators::LESS, "@<", less),
    (operators::LESS_EQUALS, "@<=", at_most),
    (operators::GREATER, "@>", greater),
    (operators::GREATER_EQUALS, "@>=", at_least),
    (operators::IN, "@in_list", within),
];

pub(super) fn declare(env: &mut Env) -> Result<(), DeclarationError> {
    REPLACED.iter().try_for_each(|(_, name, op)| env.add_overload(name, name, vec![DYN_TYPE, DYN_TYPE], *op))
}

/// Replaces cel's comparisons by our own functions, and compiles patterns that are literals.
pub(super) fn replace(tree: &mut IdedExpr, patterns: &mut Vec<Pattern>) -> Result<(), ExpressionError> {
    let mut each = |part: &mut IdedExpr| replace(part, patterns);
    match &mut tree.expr {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) => Ok(()),
        Expr::Call(call) => {
            call.target.iter_mut().map(|target| &mut **target).chain(&mut call.args).try_for_each(each)?;
            replace_call(call, patterns)
        }
        Expr::Select(select) => each(&mut select.operand),
        Expr::List(list) => list.elements.iter_mut().try_for_each(each),
        Expr::Map(map) => map.entries.iter_mut().try_for_each(|entry| match &mut entry.expr {
            EntryExpr::MapEntry(entry) => each(&mut entry.key).and_then(|()| each(&mut entry.value)),
            EntryExpr::StructField(field) => each(&mut field.value),
        }),
        // The condition and the result that the parser adds to a loop never compare an empty cell.
        Expr::Comprehension(comprehension) => {
            each(&mut comprehension.iter_range).and_then(|()| each(&mut comprehension.loop_step))
        }
    }
}

fn replace_call(call: &mut CallExpr, patterns: &mut Vec<Pattern>) -> Result<(), ExpressionError> {
    let is_null = |part: &IdedExpr| matches!(part.expr, Expr::Literal(LiteralValue::Null));
    let asks_for_empty = call.func_name != operators::IN && call.args.iter().any(is_null);
    let equality = [operators::EQUALS, operators::NOT_EQUALS].contains(&call.func_name.as_str());
    if let Some((_, name, _)) = REPLACED.iter().find(|(operator, ..)| *operator == call.func_name)
        && !(asks_for_empty && equality)
    {
        call.func_name = (*name).to_owned();
    }
    let check = match (call.func_name.as_str(), call.args.len()) {
        ("int", 1) => CHECK_INTEGER,
        ("double", 1) => CHECK_DECIMAL,
        ("matches", 1) => return compile(&mut call.args[0], patterns),
        _ => return Ok(()),
    };
    let args = std::mem::take(&mut call.args);
    let id = args[0].id;
    call.args =
        vec![IdedExpr { id, expr: Expr::Call(CallExpr { func_name: check.to_owned(), target: None, args }) }];
    Ok(())
}

/// The variable that holds a pattern.
pub(super) fn pattern_slot(name: &str) -> Option<usize> {
    name.strip_prefix("@pattern")?.parse().ok()
}

fn compile(pattern: &mut IdedExpr, patterns: &mut Vec<Pattern>) -> Result<(), ExpressionError> {
    let Expr::Literal(LiteralValue::String(text)) = &pattern.expr else { return Ok(()) };
    let compiled = Pattern::new(text.inner()).map_err(ExpressionError::new)?;
    pattern.expr = Expr::Ident(format!("@pattern{}", patterns.len()));
    patterns.push(compiled);
    Ok(())
}

fn any_null(arguments: &[CowVal<'_, '_>]) -> bool {
    arguments.iter().any(|argument| argument.downcast_ref::<CelNull>().is_some())
}

fn answer<'b, 'v>(answer: bool) -> Evaluated<'b, 'v> {
    Ok(CowVal::owned(CelBool::from(answer)))
}

fn equal<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    answer(!any_null(&arguments) && arguments[0].equals(arguments[1].as_ref()))
}

fn unequal<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    answer(!any_null(&arguments) && !arguments[0].equals(arguments[1].as_ref()))
}

fn less<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    ordered(&arguments, "<", |order| order.is_lt())
}

fn at_most<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    ordered(&arguments, "<=", |order| order.is_le())
}

fn greater<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    ordered(&arguments, ">", |order| order.is_gt())
}

fn at_least<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    ordered(&arguments, ">=", |order| order.is_ge())
}

fn ordered<'b, 'v>(
    arguments: &[CowVal<'_, '_>],
    sign: &str,
    fits: fn(Ordering) -> bool,
) -> Evaluated<'b, 'v> {
    if any_null(arguments) {
        return answer(false);
    }
    let order = arguments[0].as_comparer().and_then(|left| left.compare(arguments[1].as_ref()).ok());
    answer(fits(order.ok_or_else(|| unfit(sign, arguments))?))
}

fn within<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    // `null in list` would look for an empty item, which no list has.
    if any_null(&arguments) {
        return answer(false);
    }
    let list = arguments[1].as_container().ok_or_else(|| unfit("in", &arguments))?;
    answer(list.contains(arguments[0].as_ref()).map_err(|_| unfit("in", &arguments))?)
}

/// The error for an operator that does not work on its arguments.
pub(super) fn unfit(sign: &str, arguments: &[CowVal<'_, '_>]) -> ExecutionError {
    let types = arguments.iter().map(|argument| argument.get_type().name().to_owned());
    ExecutionError::no_such_overload(sign, types.collect())
}
