//! Infers the type of each part of an expression, as far as it is known before any row is read.
//!
//! A part of unknown type is allowed: an expression is refused only if it can never work.

use cel::{
    IdedExpr,
    common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue, operators},
};
use marl_core::SemanticType;

use super::{ExpressionError, advice, calls, columns::slot, render};

/// The type of a part's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Unknown,
    Null,
    Boolean,
    Integer,
    Decimal,
    Text,
    List(Item),
    Map,
    Bytes,
}

/// The type of a list's items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Any,
    Boolean,
    Integer,
    Decimal,
    Text,
}

impl Type {
    pub(super) fn from_column(kind: SemanticType) -> Self {
        match kind {
            SemanticType::Integer => Self::Integer,
            SemanticType::Number => Self::Decimal,
            SemanticType::Boolean => Self::Boolean,
            SemanticType::List => Self::List(Item::Text),
            _ => Self::Text,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Text => "text",
            Self::List(_) => "list",
            Self::Map => "map",
            Self::Bytes => "bytes",
        }
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal)
    }

    pub(super) fn may_be(self, other: Self) -> bool {
        self == Self::Unknown || self == other
    }

    /// Whether two values of these types can be equal at all.
    fn is_like(self, other: Self) -> bool {
        let open = |kind: Self| matches!(kind, Self::Unknown | Self::Null);
        let lists = matches!((self, other), (Self::List(_), Self::List(_)));
        open(self) || open(other) || lists || self == other || (self.is_number() && other.is_number())
    }

    fn either(self, other: Self) -> Self {
        match (self, other) {
            (Self::Null, known) | (known, Self::Null) => known,
            (Self::List(_), Self::List(_)) if self != other => Self::List(Item::Any),
            _ if self == other => self,
            _ => Self::Unknown,
        }
    }

    fn as_item(self) -> Item {
        match self {
            Self::Boolean => Item::Boolean,
            Self::Integer => Item::Integer,
            Self::Decimal => Item::Decimal,
            Self::Text => Item::Text,
            _ => Item::Any,
        }
    }

    fn from_item(item: Item) -> Self {
        match item {
            Item::Any => Self::Unknown,
            Item::Boolean => Self::Boolean,
            Item::Integer => Self::Integer,
            Item::Decimal => Self::Decimal,
            Item::Text => Self::Text,
        }
    }
}

/// Infers types over the columns that an expression reads.
pub(super) struct Types<'a> {
    pub(super) columns: &'a [(String, SemanticType)],
    /// The variables of the loops around the current part, inner ones last.
    variables: Vec<(String, Type)>,
}

impl<'a> Types<'a> {
    pub(super) fn new(columns: &'a [(String, SemanticType)]) -> Self {
        Self { columns, variables: Vec::new() }
    }

    /// Returns the type of `tree`, or the reason why it can never be evaluated.
    pub(super) fn infer(&mut self, tree: &IdedExpr) -> Result<Type, ExpressionError> {
        match &tree.expr {
            Expr::Literal(literal) => Ok(literal_type(literal)),
            Expr::Ident(name) => Ok(self.name_type(name)),
            Expr::Call(call) => self.call(tree, call),
            Expr::List(list) => {
                let mut items = None;
                for element in &list.elements {
                    let item = self.infer(element)?;
                    items = Some(items.map_or(item, |items: Type| items.either(item)));
                }
                Ok(Type::List(items.map_or(Item::Any, Type::as_item)))
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.infer(&entry.key)?;
                        self.infer(&entry.value)?;
                    }
                }
                Ok(Type::Map)
            }
            Expr::Select(select) => match self.infer(&select.operand)? {
                Type::Map | Type::Unknown => Ok(Type::Unknown),
                kind => Err(advice::no_parts(&self.text(tree), kind)),
            },
            Expr::Comprehension(each) => self.each(each),
            Expr::Struct(_) | Expr::Unspecified => Ok(Type::Unknown),
        }
    }

    /// A part as text, for a message.
    pub(super) fn text(&self, tree: &IdedExpr) -> String {
        render::text(tree, self.columns)
    }

    fn name_type(&self, name: &str) -> Type {
        match slot(name).and_then(|slot| self.columns.get(slot)) {
            Some((_, kind)) => Type::from_column(*kind),
            None => {
                self.variables.iter().rev().find(|(known, _)| known == name).map_or(Type::Unknown, |v| v.1)
            }
        }
    }

    fn each(&mut self, each: &ComprehensionExpr) -> Result<Type, ExpressionError> {
        let item = match self.infer(&each.iter_range)? {
            Type::List(item) => Type::from_item(item),
            Type::Unknown | Type::Map | Type::Null => Type::Unknown,
            kind => return Err(advice::no_loop(&self.text(&each.iter_range), kind)),
        };
        let start = self.infer(&each.accu_init)?;
        let outside = self.variables.len();
        self.variables.extend([(each.iter_var.clone(), item), (each.accu_var.clone(), start)]);
        let step = self.infer(&each.loop_step);
        let result = self.infer(&each.result);
        self.variables.truncate(outside);
        step.and(result)
    }

    fn call(&mut self, tree: &IdedExpr, call: &CallExpr) -> Result<Type, ExpressionError> {
        let sign = match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::CONDITIONAL, [condition, yes, no]) => {
                let subject = if is_loop(no) { LOOP } else { "the condition before `?`" };
                self.boolean(condition, subject)?;
                return Ok(self.infer(yes)?.either(self.infer(no)?));
            }
            (operators::LOGICAL_AND | operators::LOGICAL_OR, [left, right]) => {
                let side = match call.func_name.as_str() {
                    _ if is_loop(left) => LOOP,
                    operators::LOGICAL_AND => "each side of `&&`",
                    _ => "each side of `||`",
                };
                self.boolean(left, side)?;
                return self.boolean(right, side);
            }
            (operators::LOGICAL_NOT, [part]) => return self.boolean(part, "what follows `!`"),
            (operators::NOT_STRICTLY_FALSE, [part]) => return self.infer(part),
            (operators::NEGATE, [part]) => return self.negated(part),
            (operators::INDEX, [list, index]) => return self.item(tree, list, index),
            (name, [_, _]) if call.target.is_none() => render::sign(name),
            _ => None,
        };
        match (sign, call.args.as_slice()) {
            (Some("in"), [item, list]) => self.within(tree, item, list),
            (Some("+" | "-" | "*" | "/" | "%"), [left, right]) => self.sum(tree, call, left, right),
            (Some(sign), [left, right]) => self.comparison(sign, left, right),
            _ => calls::infer(self, call),
        }
    }

    fn boolean(&mut self, part: &IdedExpr, subject: &str) -> Result<Type, ExpressionError> {
        let kind = self.infer(part)?;
        if kind.may_be(Type::Boolean) {
            return Ok(Type::Boolean);
        }
        Err(advice::not_boolean(subject, &self.text(part), kind))
    }

    fn negated(&mut self, part: &IdedExpr) -> Result<Type, ExpressionError> {
        let kind = self.infer(part)?;
        let error = || {
            ExpressionError::new(format!(
                "`-{}` is not a number: `{}` is {}",
                self.text(part),
                self.text(part),
                kind.name()
            ))
        };
        if kind == Type::Unknown || kind.is_number() { Ok(kind) } else { Err(error()) }
    }

    fn item(&mut self, tree: &IdedExpr, list: &IdedExpr, index: &IdedExpr) -> Result<Type, ExpressionError> {
        let index_kind = self.infer(index)?;
        match self.infer(list)? {
            Type::List(item) if index_kind.may_be(Type::Integer) => Ok(Type::from_item(item)),
            Type::List(_) => {
                let message = format!(
                    "`{}`: items are counted from 0, and `{}` is {}",
                    self.text(tree),
                    self.text(index),
                    index_kind.name()
                );
                Err(ExpressionError::new(message))
            }
            Type::Map | Type::Unknown => Ok(Type::Unknown),
            kind => Err(advice::no_parts(&self.text(tree), kind)),
        }
    }

    fn within(&mut self, tree: &IdedExpr, item: &IdedExpr, list: &IdedExpr) -> Result<Type, ExpressionError> {
        let (item_kind, list_kind) = (self.infer(item)?, self.infer(list)?);
        match list_kind {
            Type::List(items) if item_kind.is_like(Type::from_item(items)) => Ok(Type::Boolean),
            Type::List(items) => {
                let message = format!(
                    "`{}` can never hold: `{}` is {}, the items are {}",
                    self.text(tree),
                    self.text(item),
                    item_kind.name(),
                    Type::from_item(items).name()
                );
                Err(ExpressionError::new(message))
            }
            Type::Map | Type::Unknown | Type::Null => Ok(Type::Boolean),
            kind => Err(advice::not_a_list(&self.text(item), &self.text(list), kind)),
        }
    }

    fn comparison(&mut self, sign: &str, left: &IdedExpr, right: &IdedExpr) -> Result<Type, ExpressionError> {
        let kinds = (self.infer(left)?, self.infer(right)?);
        if !kinds.0.is_like(kinds.1) {
            return Err(advice::unlike(self, sign, (left, kinds.0), (right, kinds.1)));
        }
        let ordered = |kind: Type| !matches!(kind, Type::List(_) | Type::Map);
        for (part, kind) in [(left, kinds.0), (right, kinds.1)] {
            if !ordered(kind) && !["==", "!="].contains(&sign) {
                let message = format!("`{sign}` does not order a {}: `{}`", kind.name(), self.text(part));
                return Err(ExpressionError::new(message)
                    .hint(format!("compare its size: `size({})`", self.text(part))));
            }
        }
        Ok(Type::Boolean)
    }

    fn sum(
        &mut self,
        tree: &IdedExpr,
        call: &CallExpr,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Result<Type, ExpressionError> {
        let plus = call.func_name == operators::ADD;
        let kinds = (self.infer(left)?, self.infer(right)?);
        match kinds {
            (Type::Unknown, Type::Unknown) => Ok(Type::Unknown),
            (Type::Text, Type::Text) if plus => Ok(Type::Text),
            (Type::List(_), Type::List(_)) if plus => Ok(kinds.0.either(kinds.1)),
            (Type::Decimal, _) | (_, Type::Decimal) if call.func_name == operators::MODULO => {
                Err(ExpressionError::new(format!("`%` is for whole numbers: `{}`", self.text(tree))))
            }
            (a, b) if a.is_number() && a == b => Ok(a),
            (Type::Unknown, b) if b.is_number() || (plus && matches!(b, Type::Text | Type::List(_))) => Ok(b),
            (a, Type::Unknown) if a.is_number() || (plus && matches!(a, Type::Text | Type::List(_))) => Ok(a),
            _ => {
                let sign = render::sign(&call.func_name).unwrap_or_default();
                Err(advice::no_sum(self, sign, (left, kinds.0), (right, kinds.1)))
            }
        }
    }
}

/// The name in messages for the expression within a loop.
const LOOP: &str = "the expression in a loop";

/// Whether a part is a loop's accumulator: the parser expands loops into operators on it.
fn is_loop(part: &IdedExpr) -> bool {
    matches!(&part.expr, Expr::Ident(name) if name == "@result")
}

fn literal_type(literal: &LiteralValue) -> Type {
    match literal {
        LiteralValue::Boolean(_) => Type::Boolean,
        LiteralValue::Bytes(_) => Type::Bytes,
        LiteralValue::Double(_) => Type::Decimal,
        LiteralValue::Int(_) | LiteralValue::UInt(_) => Type::Integer,
        LiteralValue::Null => Type::Null,
        LiteralValue::String(_) => Type::Text,
    }
}
