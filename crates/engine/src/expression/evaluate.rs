//! Evaluates an expression for one row: cells in, a value out. Every failure has a reason on one line.

use std::sync::Arc;

use cel::{
    Context, Env, ExecutionError, IdedExpr, Value as Cel,
    common::{
        types::{CelBool, CelDouble, CelInt, CelList, CelNull, CelString},
        value::{CowVal, Val},
    },
    context::VariableResolver,
};
use marl_core::{Invalid, SemanticType, Value, excerpt, value::CELL_CHARACTERS};

use super::{
    EvaluationError, columns::slot, effort, functions::NO_PLAIN_NUMBER, nulls::pattern_slot, pattern::Pattern,
};

/// The cells and patterns that an expression's variables stand for.
struct Variables<'a> {
    cells: Vec<Box<dyn Val>>,
    patterns: &'a [Pattern],
}

impl VariableResolver for Variables<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        if let Some(cell) = slot(name).and_then(|slot| self.cells.get(slot)) {
            return effort::count_read(&**cell).then_some(CowVal::Borrowed(&**cell));
        }
        let pattern = pattern_slot(name).and_then(|slot| self.patterns.get(slot))?;
        Some(CowVal::Borrowed(pattern))
    }
}

/// Evaluates `tree` for `cells`, which are in the order of `columns`.
pub(super) fn evaluate(
    tree: &IdedExpr,
    env: &Arc<Env>,
    patterns: &[Pattern],
    columns: &[(String, SemanticType)],
    cells: &[Option<Value>],
) -> Result<Cel, EvaluationError> {
    let read = columns.iter().enumerate().map(|(at, (name, kind))| {
        let cell = cells.get(at).and_then(Option::as_ref);
        read(*kind, cell).map_err(|why| {
            let cell = cell.map(Value::to_string).unwrap_or_default();
            let (cell, name) = (excerpt(&cell, 60), excerpt(name, 80));
            EvaluationError::new(format!("`{cell}` in column `{name}` is not {}: {why}", kind.in_words()))
        })
    });
    let variables = Variables { cells: read.collect::<Result<_, _>>()?, patterns };
    let mut context = Context::with_env(Arc::clone(env));
    context.set_variable_resolver(&variables);
    effort::begin();
    Cel::resolve(tree, &context).map_err(|error| {
        let reason = effort::exceeded().unwrap_or_else(|| reason(&error));
        let readable = number_in_other_notation(&reason, columns, cells);
        EvaluationError { readable, reason }
    })
}

/// The column of the cell that `int` or `double` could not read, if a column type can. The functions read
/// plain digits only; a column of the type integer is read in every notation.
fn number_in_other_notation(
    why: &str,
    columns: &[(String, SemanticType)],
    cells: &[Option<Value>],
) -> Option<(String, SemanticType)> {
    if !why.ends_with(NO_PLAIN_NUMBER) {
        return None;
    }
    let is_it = |cell: &str| {
        why.contains(&format!("`{}`", excerpt(cell, 60))) && SemanticType::Integer.read(cell).is_ok()
    };
    let mut columns = columns.iter().zip(cells);
    let ((name, _), _) = columns.find(|((_, kind), cell)| {
        *kind == SemanticType::Text && cell.as_ref().and_then(Value::as_text).is_some_and(is_it)
    })?;
    Some((name.clone(), SemanticType::Integer))
}

/// Reads a cell by its column's type, as steps do: a placeholder counts as empty. A text stays as it is, so
/// that a condition can compare it with `"N/A"`.
fn read(kind: SemanticType, cell: Option<&Value>) -> Result<Box<dyn Val>, Invalid> {
    let value = match cell {
        None => return Ok(Box::new(CelNull)),
        Some(Value::Text(text)) if text.trim().is_empty() => return Ok(Box::new(CelNull)),
        Some(Value::Text(text)) if kind != SemanticType::Text && kind.says_nothing(text) => {
            return Ok(Box::new(CelNull));
        }
        Some(Value::Text(text)) => kind.read(text)?,
        Some(other) => kind.check(other.clone()).ok_or(Invalid("it is of another type"))?,
    };
    Ok(match value {
        Value::Text(text) => Box::new(CelString::from(text)),
        Value::Integer(number) => Box::new(CelInt::from(number)),
        Value::Number(number) => Box::new(CelDouble::from(number.as_f64().unwrap_or_default())),
        Value::Boolean(value) => Box::new(CelBool::from(value)),
        Value::Json(json) => Box::new(CelString::from(json.to_string())),
        Value::List(items) => {
            let items = items.into_iter().map(|item| Box::new(CelString::from(item)) as Box<dyn Val>);
            Box::new(CelList::from(items.collect::<Vec<_>>()))
        }
    })
}

/// The cell for a result; `None` if the cell is empty.
///
/// A result that is too long for a cell is refused here rather than cut when it is written: another formula
/// may read it, and a chain of formulas that double their texts would use up all memory.
pub(super) fn cell(result: &Cel) -> Result<Option<Value>, String> {
    let value = value(result)?;
    let characters = match &value {
        Some(Value::Text(text)) => text.chars().count(),
        Some(Value::List(items)) => items.iter().map(|item| item.chars().count() + 1).sum(),
        // Numbers and booleans are short.
        Some(_) | None => 0,
    };
    if characters > CELL_CHARACTERS {
        return Err(format!(
            "the result has {characters} characters, and a cell holds at most {CELL_CHARACTERS}"
        ));
    }
    Ok(value)
}

fn value(result: &Cel) -> Result<Option<Value>, String> {
    match result {
        Cel::Null => Ok(None),
        Cel::Int(number) => Ok(Some(Value::Integer(*number))),
        Cel::UInt(number) => match i64::try_from(*number) {
            Ok(number) => Ok(Some(Value::Integer(number))),
            Err(_) => Err(format!("{number} is too large for a cell")),
        },
        Cel::List(items) => {
            let texts = items.iter().map(text).collect::<Result<Vec<_>, _>>()?;
            let texts: Vec<_> = texts.into_iter().flatten().collect();
            Ok(if texts.is_empty() { None } else { Some(Value::List(texts)) })
        }
        other => Ok(text(other)?.map(Value::Text)),
    }
}

/// A scalar as text; `None` if it is empty.
fn text(result: &Cel) -> Result<Option<String>, String> {
    let text = match result {
        Cel::Null => return Ok(None),
        Cel::String(text) => text.to_string(),
        Cel::Bool(value) => value.to_string(),
        Cel::Int(number) => number.to_string(),
        Cel::UInt(number) => number.to_string(),
        // The arithmetic can produce a negative zero.
        Cel::Float(number) if *number == 0.0 => "0".to_owned(),
        Cel::Float(number) if number.is_finite() => number.to_string(),
        Cel::Float(_) => return Err("the result is not a finite number".to_owned()),
        other => return Err(format!("a cell cannot hold {}", kind(&other.type_of().to_string()))),
    };
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

/// The name of cel's type in our messages.
pub(super) fn kind(name: &str) -> &str {
    match name {
        "null" | "null_type" => "an empty cell",
        "string" => "a text",
        "int" | "uint" => "a whole number",
        "double" | "float" => "a decimal number",
        "bool" => "true or false",
        "list" => "a list",
        "map" => "a map",
        other => other,
    }
}

/// The sign of an operator that cel names by a word.
fn sign(name: &str) -> &str {
    match name {
        "add" => "+",
        "sub" => "-",
        "mul" => "*",
        "div" => "/",
        "rem" => "%",
        other => other,
    }
}

fn reason(error: &ExecutionError) -> String {
    let reason = match error {
        ExecutionError::FunctionError { function, message } => format!("`{function}`: {message}"),
        ExecutionError::NoSuchOverload(call) => {
            let name = call.function().trim_start_matches('@').trim_matches('_');
            let kinds: Vec<_> = call.argument_types().iter().map(|name| kind(name)).collect();
            format!("`{name}` does not work on {}", kinds.join(" and "))
        }
        ExecutionError::UnsupportedBinaryOperator(name, left, right) => {
            let kinds = [left, right].map(|value| value.type_of().to_string());
            format!("`{}` does not work on {} and {}", sign(name), kind(&kinds[0]), kind(&kinds[1]))
        }
        ExecutionError::Overflow(name, left, right) => {
            let numbers = [left, right].map(|value| text(value).ok().flatten().unwrap_or_default());
            format!("the result of `{}` is too large: {} and {}", sign(name), numbers[0], numbers[1])
        }
        ExecutionError::UnexpectedType { got, want } => {
            format!("{} was found where {} is needed", kind(got), kind(want))
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "a division by zero".to_owned()
        }
        ExecutionError::IndexOutOfBounds(index) => {
            format!("the list has no item {}", text(index).ok().flatten().unwrap_or_default())
        }
        ExecutionError::NoSuchKey(key) => format!("there is no key `{key}`"),
        other => other.to_string(),
    };
    excerpt(&reason, 200)
}
