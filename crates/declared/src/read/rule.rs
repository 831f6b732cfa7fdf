//! Reads rules and conditions. This module does not know where in a file they stand.

use toml::de::DeValue;

use super::{section::Section, source::Value, template};
use crate::form::{Condition, Rule, StatusRange, Test, Word};

/// The most rules in one list.
const MOST: usize = 50;

/// The longest text that `contains` looks for, in bytes.
const LONGEST: usize = 200;

/// The rules under `when`.
pub(super) fn rules(section: &Section<'_, '_>) -> Vec<Rule> {
    let rule = |rule: Section<'_, '_>| {
        let when = condition(&rule);
        let is = rule.need("is", "\"no_data\"").and_then(|_| rule.word("is", &words()));
        let say = rule.pointers("say");
        rule.finish();
        Some(Rule { when: when?, is: is?, say })
    };
    section.listed("when", MOST).into_iter().filter_map(rule).collect()
}

/// The conditions under `no_data`, as rules.
pub(super) fn no_data(section: &Section<'_, '_>) -> Vec<Rule> {
    let rule = |section: Section<'_, '_>| {
        let when = condition(&section);
        section.finish();
        Some(Rule { when: when?, is: Word::NoData, say: Vec::new() })
    };
    section.listed("no_data", MOST).into_iter().filter_map(rule).collect()
}

/// All words with their names.
pub(super) fn words() -> [(&'static str, Word); Word::ALL.len()] {
    Word::ALL.map(|word| (word.name(), word))
}

fn condition(section: &Section<'_, '_>) -> Option<Condition> {
    let mut condition = Condition::default();
    if let Some(value) = section.get("status") {
        condition.status = statuses(section, value);
    }
    let at = section.pointer("at");
    let equals = section.get("equals");
    let contains = section.text("contains");
    if let Some(pointer) = section.pointer("empty") {
        condition.tests.push(Test::Empty(pointer));
    }
    match (at, equals, contains) {
        (Some(at), Some(value), None) => condition.tests.push(Test::Equals(at, values(section, value))),
        (at, None, Some(text)) => {
            if text.len() > LONGEST {
                section.wrong_here(format!("`contains` is longer than {LONGEST} bytes"), "look for less");
            }
            condition.tests.push(Test::Contains(at, text.to_lowercase()));
        }
        (None, Some(_), _) => {
            section.wrong_here("`equals` needs a place", "add `at = \"/...\"`, the place of the value");
        }
        (Some(_), Some(_), Some(_)) => {
            section.wrong_here("`equals` and `contains` are both there", "write two rules");
        }
        (Some(_), None, None) => {
            let hint =
                "add `equals` or `contains`, or write `empty = \"/...\"` for a value that is not there";
            section.wrong_here("`at` says nothing by itself", hint);
        }
        (None, None, None) => {}
    }
    let is_begun = ["status", "at", "equals", "contains", "empty"].into_iter().any(|key| section.has(key));
    if !is_begun {
        let hint = "add `status`, `empty`, `contains`, or `at` with `equals`";
        section.wrong_here(format!("{} has no condition", section.shown()), hint);
        return None;
    }
    let is_empty = condition.status.is_empty() && condition.tests.is_empty();
    (!is_empty).then_some(condition)
}

/// The values that `equals` lists.
fn values(section: &Section<'_, '_>, value: &Value<'_>) -> Vec<serde_json::Value> {
    let items: Vec<&Value<'_>> = match value.get_ref() {
        DeValue::Array(items) => items.iter().collect(),
        _ => vec![value],
    };
    items.into_iter().filter_map(|item| template::constant(section, "equals", item)).collect()
}

/// A status, a class such as `"5xx"`, or a list of them.
fn statuses(section: &Section<'_, '_>, value: &Value<'_>) -> Vec<StatusRange> {
    let items: Vec<&Value<'_>> = match value.get_ref() {
        DeValue::Array(items) => items.iter().collect(),
        _ => vec![value],
    };
    let range = |item: &&Value<'_>| {
        let range = match item.get_ref() {
            DeValue::Integer(number) => {
                let status = number.as_str().parse().ok().filter(|status| (100..=599).contains(status));
                status.map(|status: u16| StatusRange(status, status))
            }
            DeValue::String(text) => {
                let class = text.strip_suffix("xx").and_then(|class| class.parse().ok());
                let class = class.filter(|class: &u16| (1..=5).contains(class) && text.len() == 3);
                class.map(|class| StatusRange(class * 100, class * 100 + 99))
            }
            _ => None,
        };
        if range.is_none() {
            let hint = "write a number from 100 to 599, or a class such as `\"5xx\"`";
            section.source.wrong(&item.span(), format!("{} is not a status", section.key("status")), hint);
        }
        range
    };
    items.iter().filter_map(range).collect()
}
