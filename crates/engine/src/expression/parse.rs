//! Parses a text into a tree, bounds the tree, and rewords the parser's errors.
//!
//! [`parse`] must be called on a thread with a stack of [`STACK`], since the parser takes up to a hundred
//! kilobytes for each bracket. A tree that is not yet bounded must be dropped on that thread as well. This
//! module must not know columns or types.

use cel::{
    IdedExpr, ParseErrors,
    common::ast::{EntryExpr, Expr},
    parser::Parser,
};
use marl_core::excerpt;

use super::ExpressionError;

/// The stack for the parser and the checks, in bytes. Pages that are never touched cost nothing.
pub(super) const STACK: usize = 64 << 20;

const MOST_CHARACTERS: usize = 4_096;
/// The maximum depth of a tree. A tree of this depth is evaluated within half of a thread's 2 MiB in a
/// release build; in a debug build cel takes 40 KiB for each level. A chain of `&&` or `||` is not deep,
/// since its tree is balanced.
const MOST_DEPTH: usize = 33;
/// How many loops may be nested. Two loops over the items of cells end in time; each further loop multiplies
/// the time.
const MOST_LOOPS: usize = 2;

pub(super) fn parse(text: &str) -> Result<IdedExpr, ExpressionError> {
    let characters = text.chars().count();
    if characters > MOST_CHARACTERS {
        let message =
            format!("the expression has {characters} characters, and the maximum is {MOST_CHARACTERS}");
        return Err(ExpressionError::new(message));
    }
    if text.trim().is_empty() {
        return Err(ExpressionError::new("the expression is empty"));
    }
    Parser::new().parse(text).map_err(|errors| complaint(&errors))
}

/// Checks that a tree, in the form in which it is evaluated, is small enough for any thread.
pub(super) fn bound(tree: &IdedExpr) -> Result<(), ExpressionError> {
    bounded(tree, MOST_DEPTH, MOST_LOOPS)
}

fn too_deep() -> ExpressionError {
    ExpressionError::new("the expression is nested too deeply")
        .hint("compute a part of it in a column of its own, and use that column")
}

fn bounded(tree: &IdedExpr, depth: usize, loops: usize) -> Result<(), ExpressionError> {
    let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
    let within = |part: &IdedExpr| bounded(part, depth, loops);
    match &tree.expr {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Ok(()),
        Expr::Call(call) => call.target.iter().map(|target| &**target).chain(&call.args).try_for_each(within),
        Expr::List(list) => list.elements.iter().try_for_each(within),
        Expr::Select(select) => within(&select.operand),
        Expr::Map(map) => map.entries.iter().try_for_each(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => within(&entry.key).and_then(|()| within(&entry.value)),
            EntryExpr::StructField(field) => within(&field.value),
        }),
        Expr::Struct(_) => {
            Err(ExpressionError::new("`Name{...}` is not known here").hint("use texts, numbers and lists"))
        }
        Expr::Comprehension(each) => {
            within(&each.iter_range)?;
            let loops = loops.checked_sub(1).ok_or_else(|| {
                ExpressionError::new(format!("more than {MOST_LOOPS} nested loops over lists"))
                    .hint("compute the inner loop in a column of its own, and use that column")
            })?;
            bounded(&each.loop_step, depth, loops)
        }
    }
}

/// The first of the parser's errors that has a useful message; the others mostly follow from it.
fn complaint(errors: &ParseErrors) -> ExpressionError {
    let mut errors: Vec<_> = errors.errors.iter().collect();
    errors.sort_by_key(|error| error.msg.starts_with("Incomplete"));
    let Some(first) = errors.first() else {
        return ExpressionError::new("the expression cannot be read");
    };
    if first.msg.contains("Recursion limit") {
        return too_deep();
    }
    let (what, hint) = plain(&first.msg);
    let (line, character) = first.pos;
    let message = format!("the expression cannot be read at line {line}, character {character}: {what}");
    let error = ExpressionError::new(message);
    hint.into_iter().fold(error, ExpressionError::hint)
}

/// A message of the parser in plain words, with a hint on the likely intention.
fn plain(message: &str) -> (String, Option<String>) {
    let message = message.trim_start_matches("Syntax error: ");
    if let Some(word) = message.strip_prefix("reserved identifier: ") {
        let hint = format!("a column of this name is written `row[\"{word}\"]`");
        return (format!("`{word}` is a word of the language"), Some(hint));
    }
    if let Some((missing, _)) = message.strip_prefix("missing '").and_then(|rest| rest.split_once("' at ")) {
        return (format!("`{missing}` is missing"), None);
    }
    let quoted = message.split_once('\'').and_then(|(_, rest)| {
        let end = rest.find("' expecting").or_else(|| rest.rfind('\''))?;
        Some(excerpt(&rest[..end], 40))
    });
    let Some(part) = quoted else {
        let clean = message.split([':', '{']).next().unwrap_or(message);
        return (excerpt(clean, 80).to_lowercase().replace('`', "'"), None);
    };
    let hint = match part.as_str() {
        "=" => Some("two values are compared with `==`"),
        "&" | "and" | "AND" => Some("`and` is written `&&`"),
        "|" | "or" | "OR" => Some("`or` is written `||`"),
        "not" | "NOT" => Some("`not` is written `!`"),
        "<EOF>" => return ("it ends too early".to_owned(), None),
        part if part.starts_with(['"', '\'']) => {
            let hint = "close it with the quote it begins with; a backslash in it is written `\\\\`";
            return (
                format!("the text `{part}` is not closed or holds an unknown escape"),
                Some(hint.into()),
            );
        }
        part if !part.is_ascii() => {
            Some("a column whose name has other letters than a to z is written `row[\"...\"]`")
        }
        _ => None,
    };
    (format!("`{part}` is not expected"), hint.map(str::to_owned))
}
