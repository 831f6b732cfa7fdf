//! Renders a part of an expression as text again, for messages.
//!
//! The text may differ from the typed text in white space and brackets.

use cel::{
    IdedExpr,
    common::ast::{CallExpr, EntryExpr, Expr, LiteralValue, operators},
};
use marl_core::{SemanticType, excerpt};

use super::columns::{quoted, reference, slot};

/// The maximum number of characters of a rendered part.
const MOST: usize = 60;

/// The sign of an operator by its name in cel: `>` for `_>_`.
pub(super) fn sign(name: &str) -> Option<&str> {
    let sign = match name {
        operators::IN => "in",
        name => name.strip_prefix('_')?.strip_suffix('_')?,
    };
    (sign == "in" || sign.chars().all(|c| c.is_ascii_punctuation() && c != '[' && c != '?')).then_some(sign)
}

/// `tree` as text of bounded length.
pub(super) fn text(tree: &IdedExpr, columns: &[(String, SemanticType)]) -> String {
    excerpt(&whole(tree, columns), MOST)
}

fn whole(tree: &IdedExpr, columns: &[(String, SemanticType)]) -> String {
    let list = |parts: &[IdedExpr]| {
        let parts: Vec<_> = parts.iter().map(|part| whole(part, columns)).collect();
        parts.join(", ")
    };
    match &tree.expr {
        Expr::Ident(name) => match slot(name).and_then(|slot| columns.get(slot)) {
            Some((name, _)) => reference(name),
            None => name.clone(),
        },
        Expr::Literal(literal) => literal_text(literal),
        Expr::List(items) => format!("[{}]", list(&items.elements)),
        Expr::Select(select) => format!("{}.{}", whole(&select.operand, columns), select.field),
        Expr::Call(call) => call_text(call, &list),
        Expr::Map(map) => {
            let entries = map.entries.iter().filter_map(|entry| match &entry.expr {
                EntryExpr::MapEntry(e) => {
                    Some(format!("{}: {}", whole(&e.key, columns), whole(&e.value, columns)))
                }
                EntryExpr::StructField(_) => None,
            });
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Expr::Comprehension(each) => format!("{}.(...)", whole(&each.iter_range, columns)),
        Expr::Struct(_) | Expr::Unspecified => "...".to_owned(),
    }
}

fn call_text(call: &CallExpr, list: &dyn Fn(&[IdedExpr]) -> String) -> String {
    let part = |at: usize| {
        let text = list(&call.args[at..=at]);
        let binary = matches!(&call.args[at].expr, Expr::Call(inner) if sign(&inner.func_name).is_some());
        if binary { format!("({text})") } else { text }
    };
    match (call.func_name.as_str(), call.args.len()) {
        (operators::LOGICAL_NOT, 1) => format!("!{}", part(0)),
        (operators::NEGATE, 1) => format!("-{}", part(0)),
        (operators::INDEX, 2) => format!("{}[{}]", part(0), list(&call.args[1..])),
        (operators::CONDITIONAL, 3) => format!("{} ? {} : {}", part(0), part(1), part(2)),
        (name, 2) if sign(name).is_some() => {
            format!("{} {} {}", part(0), sign(name).unwrap_or(name), part(1))
        }
        (name, _) => match &call.target {
            Some(target) => format!("{}.{name}({})", list(std::slice::from_ref(target)), list(&call.args)),
            None => format!("{name}({})", list(&call.args)),
        },
    }
}

fn literal_text(literal: &LiteralValue) -> String {
    match literal {
        LiteralValue::Boolean(value) => value.inner().to_string(),
        LiteralValue::Bytes(_) => "b\"...\"".to_owned(),
        LiteralValue::Double(value) => format!("{:?}", value.inner()),
        LiteralValue::Int(value) => value.inner().to_string(),
        LiteralValue::Null => "null".to_owned(),
        LiteralValue::String(value) => quoted(value.inner()),
        LiteralValue::UInt(value) => format!("{}u", value.inner()),
    }
}
