//! Bounds how much the evaluation of one row may compute.
//!
//! cel has no such bound: two loops over a long list, or a text that is doubled often enough, use up all time
//! or memory. This module adds functions to the tree that count what the evaluation creates; an evaluation
//! that creates too much ends with an error. The module must not know what is computed.

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

/// How many bytes an expression may create for one row.
const MOST: usize = 16 << 20;
/// How many bytes a value counts for, in addition to its text.
const VALUE: usize = 64;
/// How many times cheaper it is to read a cell than to create a value.
const READ_DISCOUNT: usize = 4;

/// The function that counts a value and returns it.
const COUNTED: &str = "@counted";
/// The function that adds and counts the result.
const ADD: &str = "@+";

thread_local! {
    /// How much the row that this thread evaluates may still create. cel calls plain functions with their
    /// arguments alone, so this cannot be passed to them.
    static LEFT: Cell<usize> = const { Cell::new(0) };
}

/// Starts the count for a row.
pub(super) fn begin() {
    LEFT.set(MOST);
}

/// The reason, if the evaluation ended because it created too much.
pub(super) fn exceeded() -> Option<String> {
    (LEFT.get() == 0)
        .then(|| format!("it creates more than {} MB of texts and lists for one row", MOST >> 20))
}

/// Counts the reading of a cell. Returns whether the evaluation may continue.
pub(super) fn count_read(value: &dyn Val) -> bool {
    take(size(value) / READ_DISCOUNT)
}

fn take(effort: usize) -> bool {
    LEFT.set(LEFT.get().saturating_sub(effort));
    LEFT.get() > 0
}

pub(super) fn declare(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_overload(COUNTED, COUNTED, vec![DYN_TYPE], counted)?;
    env.add_overload(ADD, ADD, vec![DYN_TYPE, DYN_TYPE], add)
}

/// Changes `tree` so that it counts what it creates: sums, items of lists and maps, and turns of loops.
pub(super) fn count(tree: &mut IdedExpr) {
    match &mut tree.expr {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) => {}
        Expr::Call(call) => {
            call.target.iter_mut().map(|target| &mut **target).chain(&mut call.args).for_each(count);
            if call.func_name == operators::ADD && !collects(call) {
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
    // The items of a list within a list are already counted, and the length of the text bounds literals.
    if !matches!(item.expr, Expr::Literal(_) | Expr::List(_) | Expr::Map(_)) {
        wrap(item);
    }
}

/// Counts the turns of a loop. A loop that collects a list (`map`, `filter`) has the condition `true`, and
/// must keep it: from that, cel knows that it need not copy the list at each turn. The items of such a loop
/// are counted instead.
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

/// Whether a sum is the loop's own, which appends an item to the list that the loop collects. cel's own names
/// begin with `@`, as slots do, and users cannot type them.
fn collects(sum: &CallExpr) -> bool {
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
