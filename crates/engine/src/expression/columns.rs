//! Finds the columns that an expression reads: `employees` and `row["Company Name"]` become slots, which are
//! positions in the list of these columns.
//!
//! A slot is written `@0`. Users cannot type that name, so no loop variable can hide it. This module must not
//! know types.

use cel::{
    IdedExpr,
    common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue, SelectExpr, operators},
};
use marl_core::{SemanticType, excerpt};

use super::{ExpressionError, calls, error::Correction, functions::LOOPS};
use crate::nearest;

/// How many names a hint lists.
const LISTED: usize = 12;
const ROW: &str = "row";

/// The known columns, and the columns that the expression reads.
pub(super) struct Columns<'a, N> {
    known: &'a [(N, SemanticType)],
    pub(super) met: Vec<(String, SemanticType)>,
    /// The variables of the loops around the current part.
    variables: Vec<String>,
}

/// The position of a column in the list of the columns read, if `name` is a slot.
pub(super) fn slot(name: &str) -> Option<usize> {
    name.strip_prefix('@')?.parse().ok()
}

/// A reference to a column, as it is written in an expression.
pub(super) fn reference(name: &str) -> String {
    if is_bare(name) { name.to_owned() } else { format!("{ROW}[{}]", quoted(name)) }
}

/// A text as a literal of an expression.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn is_bare(name: &str) -> bool {
    const WORDS: [&str; 22] = [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "namespace",
        "null",
        "package",
        "return",
        "row",
        "true",
        "var",
        "void",
        "while",
    ];
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    begins && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !WORDS.contains(&name)
}

impl<'a, N: AsRef<str>> Columns<'a, N> {
    pub(super) fn new(known: &'a [(N, SemanticType)]) -> Self {
        Self { known, met: Vec::new(), variables: Vec::new() }
    }

    /// Replaces the columns that `tree` names with their slots.
    pub(super) fn resolve(&mut self, tree: &mut IdedExpr) -> Result<(), ExpressionError> {
        match &mut tree.expr {
            Expr::Ident(name) if self.variables.contains(name) => Ok(()),
            Expr::Ident(name) if name == ROW => Err(self.lone_row()),
            Expr::Ident(name) => {
                *name = self.slot_of(name)?;
                Ok(())
            }
            Expr::Call(call) if self.is_row(call) => {
                let Expr::Literal(LiteralValue::String(name)) = &call.args[1].expr else {
                    return Err(ExpressionError::new("`row[...]` takes the name of a column as a text")
                        .hint("write the name in quotes: `row[\"Company Name\"]`"));
                };
                tree.expr = Expr::Ident(self.slot_of(name.inner())?);
                Ok(())
            }
            // A loop with wrong arguments is refused here: otherwise the name of its item would be taken for
            // an unknown column.
            Expr::Call(call) if LOOPS.contains(&call.func_name.as_str()) => {
                Err(calls::unknown(&call.func_name))
            }
            Expr::Call(call) => {
                let parts = call.target.iter_mut().map(|target| &mut **target).chain(&mut call.args);
                self.all(parts)
            }
            Expr::Select(select) => self.select(select),
            Expr::List(list) => self.all(&mut list.elements),
            Expr::Map(map) => map.entries.iter_mut().try_for_each(|entry| match &mut entry.expr {
                EntryExpr::MapEntry(entry) => self.all([&mut entry.key, &mut entry.value]),
                EntryExpr::StructField(field) => self.resolve(&mut field.value),
            }),
            Expr::Comprehension(each) => self.each(each),
            Expr::Unspecified | Expr::Literal(_) | Expr::Struct(_) => Ok(()),
        }
    }

    fn all<'t>(&mut self, parts: impl IntoIterator<Item = &'t mut IdedExpr>) -> Result<(), ExpressionError> {
        parts.into_iter().try_for_each(|part| self.resolve(part))
    }

    fn each(&mut self, each: &mut ComprehensionExpr) -> Result<(), ExpressionError> {
        self.all([&mut each.iter_range, &mut each.accu_init])?;
        let outside = self.variables.len();
        self.variables.extend([each.iter_var.clone(), each.accu_var.clone()]);
        let inside = self.all([&mut each.loop_cond, &mut each.loop_step, &mut each.result]);
        self.variables.truncate(outside);
        inside
    }

    fn select(&mut self, select: &mut SelectExpr) -> Result<(), ExpressionError> {
        let field = excerpt(&select.field, 80);
        if matches!(&select.operand.expr, Expr::Ident(name) if name == ROW && !self.variables.contains(name))
        {
            let hint = format!("write `row[{}]`", quoted(&field));
            return Err(ExpressionError::no_column(format!("`row.{field}` is not a column")).hint(hint));
        }
        if select.test {
            return Err(ExpressionError::new("`has(...)` is not known here")
                .hint("test for a filled cell with `!= null`: `title != null`"));
        }
        self.resolve(&mut select.operand)
    }

    fn is_row(&self, call: &CallExpr) -> bool {
        let is_row = |part: &IdedExpr| matches!(&part.expr, Expr::Ident(name) if name == ROW);
        call.func_name == operators::INDEX
            && call.args.len() == 2
            && is_row(&call.args[0])
            && !self.variables.iter().any(|name| name == ROW)
    }

    /// The slot of a column; adds the column to those that the expression reads.
    fn slot_of(&mut self, name: &str) -> Result<String, ExpressionError> {
        let met = self.met.iter().position(|(met, _)| met == name);
        let slot = match (met, self.known.iter().find(|(known, _)| known.as_ref() == name)) {
            (Some(slot), _) => slot,
            (None, Some((_, kind))) => {
                self.met.push((name.to_owned(), *kind));
                self.met.len() - 1
            }
            (None, None) => return Err(self.unknown(name)),
        };
        Ok(format!("@{slot}"))
    }

    fn lone_row(&self) -> ExpressionError {
        let error = ExpressionError::new("`row` alone is not a column");
        if self.known.iter().any(|(name, _)| name.as_ref() == ROW) {
            return error.hint("the column of this name is written `row[\"row\"]`");
        }
        error.hint("name a column: `row[\"Company Name\"]`")
    }

    fn unknown(&self, name: &str) -> ExpressionError {
        let error = ExpressionError::no_column(format!("there is no column `{}`", excerpt(name, 80)));
        let names = || self.known.iter().map(|(name, _)| name.as_ref());
        if let Some(near) = nearest(name, names()) {
            let error = error.hint(format!("did you mean `{}`?", excerpt(&reference(near), 120)));
            return error.correction(Correction::Name(name.to_owned(), near.to_owned()));
        }
        if self.known.is_empty() {
            return error.hint("there are no columns yet");
        }
        let mut listed: Vec<_> =
            names().take(LISTED).map(|name| format!("`{}`", excerpt(&reference(name), 80))).collect();
        if self.known.len() > LISTED {
            listed.push(format!("and {} more", self.known.len() - LISTED));
        }
        error
            .hint(format!("the columns are {}", listed.join(", ")))
            .hint("a text is written in quotes: `\"...\"`")
    }
}
