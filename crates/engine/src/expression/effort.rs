//! How much computing one row may take.
//!
//! cel has no bound of its own: two loops over a long list, or a text put behind itself often enough,
//! take all time or memory that there is. Here the tree gets functions that count what is made, and
//! an evaluation that makes too much ends with an error. This module must not know what is computed.

use std::cell::Cell;

use cel::{
    DeclarationError, Env, ExecutionError, IdedExpr,
    common::{
        ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, operators},
        types::{CelString, DYN_TYPE},
        value::{CowVal, Val},
    },
};

use super::{Evaluated, columns::slot, nulls};

/// How much one row may take: what its expression makes, in bytes.
const MOST: usize = 16 << 20;
/// What a value takes beside its text.
const VALUE: usize = 64;
/// Looking at a cell is that much cheaper than making one.
const LOOK: usize = 4;

/// Counts a value and gives it back.
const COUNTED: &str = "@counted";
/// `+`, counting the result.
const ADD: &str = "@+";

thread_local! {
    /// What is left for the row that this thread evaluates: cel's functions are plain functions and
    /// get nothing but their arguments.
    static LEFT: Cell<usize> = const { Cell::new(0) };
}

/// Begins the evaluation of a row.
pub(super) fn begin() {
    LEFT.set(MOST);
}

/// Why an evaluation ended that took too much, if it did.
pub(super) fn exceeded() -> Option<String> {
    (LEFT.get() == 0).then(|| format!("it makes more than {} MB of texts and lists for one row", MOST >> 20))
}

/// Takes a look at a cell; whether there is enough left for that.
pub(super) fn looked_at(value: &dyn Val) -> bool {
    take(size(value) / LOOK)
}

fn take(effort: usize) -> bool {
    LEFT.set(LEFT.get().saturating_sub(effort));
    LEFT.get() > 0
}

pub(super) fn declare(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_overload(COUNTED, COUNTED, vec![DYN_TYPE], counted)?;
    env.add_overload(ADD, ADD, vec![DYN_TYPE, DYN_TYPE], add)
}

/// Makes `tree` count what it makes: sums, items of lists and maps, and each turn of a loop.
pub(super) fn count(tree: &mut IdedExpr) {
    match &mut tree.expr {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) => {}
        Expr::Call(call) => {
            call.target.iter_mut().map(|target| &mut **target).chain(&mut call.args).for_each(count);
            if call.func_name == operators::ADD && !gathers(call) {
                call.func_name = ADD.to_owned();
            }
        }
        Expr::Select(select) => count(&mut select.operand),
        Expr::List(list) => list.elements.iter_mut().for_each(count_item),
        Expr::Map(map) => map.entries.iter_mut().for_each(|entry| match &mut entry.expr {
            EntryExpr::MapEntry(entry) => {
                count_item(&mut entry.key);
                count_item(&mut entry.value);
            }
            EntryExpr::StructField(field) => count_item(&mut field.value),
        }),
        Expr::Comprehension(each) => count_loop(each),
    }
}

fn count_item(item: &mut IdedExpr) {
    count(item);
    // What a list in a list holds is counted already, and a literal is bounded with the text.
    if !matches!(item.expr, Expr::Literal(_) | Expr::List(_) | Expr::Map(_)) {
        wrap(item);
    }
}

/// A loop that gathers a list (`map`, `filter`) has `true` as its condition, and must keep it: cel
/// knows such a loop by that and then does not copy the list at each turn. Its items are counted.
fn count_loop(each: &mut ComprehensionExpr) {
    count(&mut each.iter_range);
    count(&mut each.loop_step);
    if !matches!(each.loop_cond.expr, Expr::Literal(_)) {
        wrap(&mut each.loop_cond);
    } else if let Expr::Call(step) = &mut each.loop_step.expr
        && step.func_name == operators::CONDITIONAL
    {
        wrap(&mut step.args[0]);
    }
}

fn wrap(part: &mut IdedExpr) {
    let id = part.id;
    let args = vec![std::mem::take(part)];
    let call = CallExpr { func_name: COUNTED.to_owned(), target: None, args };
    *part = IdedExpr { id, expr: Expr::Call(call) };
}

/// Whether a sum is a loop's own, which puts an item behind the list that it gathers. cel's names
/// begin with a sign that nobody can type, as those of columns do.
fn gathers(sum: &CallExpr) -> bool {
    let is_result = |name: &str| name.starts_with('@') && slot(name).is_none();
    matches!(sum.args.first().map(|first| &first.expr), Some(Expr::Ident(name)) if is_result(name))
}

fn counted<'b, 'v>(mut arguments: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    let value = arguments.pop().ok_or_else(ExecutionError::missing_argument_or_target)?;
    if take(size(value.as_ref())) { Ok(value) } else { Err(too_much()) }
}

fn add<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Evaluated<'b, 'v> {
    let [left, right] = &arguments[..] else { return Err(ExecutionError::missing_argument_or_target()) };
    if !take((size(left.as_ref()) + size(right.as_ref())).saturating_sub(2 * VALUE)) {
        return Err(too_much());
    }
    let sum = left.as_adder().ok_or_else(|| nulls::unfit("+", &arguments))?.add(right.as_ref())?;
    Ok(CowVal::Owned(sum.into_owned()))
}

fn too_much() -> ExecutionError {
    ExecutionError::function_error(COUNTED, "too much")
}

fn size(value: &dyn Val) -> usize {
    if let Some(text) = value.downcast_ref::<CelString>() {
        return VALUE + text.inner().len();
    }
    let Some(items) = value.as_iterable() else { return VALUE };
    let (mut items, mut total) = (items.iter(), VALUE);
    while let Some(item) = items.next() {
        total += size(item);
    }
    total
}
