//! Reads an operation: what it sends, what it costs, and what its answers mean.

use std::{collections::BTreeMap, time::Duration};

use marl_core::{
    SmolStr,
    provider::{Bills, Limits, Operation, Price, RetryPolicy},
};
use toml::de::DeValue;

use super::{later, limits, request, rule, section::Section, several};
use crate::form::{CostPlace, Exchange, RESERVED};

/// How long an answer is awaited if the file does not say.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The longest time-out, so that no run waits for an hour for one answer.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(15 * 60);

const BILLS: [(&str, Bills); 4] = [
    ("nothing", Bills::Nothing),
    ("found", Bills::Found),
    ("answered", Bills::Answered),
    ("sent", Bills::Sent),
];

/// What policies need to know of an operation, and how it is spoken.
pub(super) struct Declared {
    pub(super) policy: Operation,
    pub(super) exchange: Exchange,
}

/// All operations that are complete.
pub(super) fn operations(root: &Section<'_, '_>) -> BTreeMap<SmolStr, Declared> {
    let mut all = BTreeMap::new();
    for (name, section) in root.named("operation", 50) {
        if let Some(operation) = operation(&section) {
            all.insert(SmolStr::from(name), operation);
        }
    }
    all
}

fn operation(section: &Section<'_, '_>) -> Option<Declared> {
    let request = request::form(section);
    section.need("bills", "\"found\"` and a price, or `bills = \"nothing\"");
    let bills = section.word("bills", &BILLS);
    let price = price(section, bills);
    let timeout = timeout(section);
    let idempotency = idempotency(section);
    let mut rules = rule::rules(section);
    rules.extend(rule::no_data(section));
    let cost = cost(section);
    let bulk = several::bulk(section);
    let poll = later::poll(section);
    let policy = Operation {
        bulk: bulk.as_ref().map(|(bulk, _)| *bulk),
        poll: poll.as_ref().map(|(poll, _)| *poll),
        has_effects: section.flag("effects"),
        idempotency: idempotency.as_ref().map(|(_, lasts)| *lasts),
        max_age: section.duration("max_age"),
        retry: retry(section),
        limits: section.section("limit").map_or(Limits::NONE, |limit| limits::limits(&limit)),
        ..Operation::new(bills.unwrap_or(Bills::Sent), price, timeout)
    };
    section.finish();
    let exchange = Exchange {
        request: request?,
        rules,
        cost,
        bills_only_found: bills? == Bills::Found,
        idempotency: idempotency.map(|(header, _)| header),
        bulk: bulk.map(|(_, form)| form),
        poll: poll.map(|(_, form)| form),
    };
    check(section, &policy, &exchange);
    Some(Declared { policy, exchange })
}

/// Checks what only the whole operation shows.
fn check(section: &Section<'_, '_>, policy: &Operation, exchange: &Exchange) {
    let wrong = |what: &str, hint: &str| section.wrong_here(format!("{} {what}", section.shown()), hint);
    if policy.is_free() && (policy.price.is_some() || exchange.cost.is_some()) {
        wrong("bills nothing and has a price", "leave `price` and `cost` out, or say what it `bills`");
    }
    if exchange.cost.is_some() && policy.price.is_none() {
        let hint = "add `price = { list = ..., worst = ... }`: the worst is reserved before a call is sent";
        wrong("states its cost, and its highest price is unknown", hint);
    }
    if exchange.idempotency.is_some() && exchange.bulk.is_some() {
        wrong("has one idempotency key for several calls", "leave `idempotency` or `bulk` out");
    }
    let places = exchange.request.places();
    let has_items = places.iter().any(|place| *place == "items");
    match (&exchange.bulk, has_items) {
        (None, true) => wrong("has `{items}` and no `bulk`", "add a table `bulk` that says what one item is"),
        (Some(_), false) => wrong("has a `bulk` without `{items}`", "write `\"{items}\"` into `body`"),
        (Some(_), true) if places.len() > 1 => {
            wrong("has a request with other places beside `{items}`", "put the inputs into `bulk.item`");
        }
        _ => {}
    }
    if has_items
        && !matches!(&exchange.request.body, Some(crate::form::BodyForm::Json(body)) if body.paths_to("items").len() == 1)
    {
        wrong(
            "has `{items}` in another place than a value of `body`",
            "write `data = \"{items}\"` in `body`",
        );
    }
    let item = exchange.bulk.iter().flat_map(|bulk| bulk.item.places());
    let strange = places.iter().copied().filter(|place| *place != "items");
    let strange = strange.chain(item.filter(|place| *place != "call"));
    for place in strange.filter(|place| RESERVED.contains(&place.as_str())) {
        wrong(
            &format!("cannot place `{{{place}}}` here"),
            "`{items}` belongs into the body of a `bulk` request, `{call}` into its `item`, `{handle}` into the path of a `poll`",
        );
    }
    if exchange.poll.as_ref().is_some_and(|poll| matches!(poll.route, crate::form::PollRoute::Same))
        && exchange.request.method != wire::Method::GET
    {
        wrong(
            "polls with the same request, which is not a GET request",
            "give `poll` a `path` and a `handle`",
        );
    }
}

fn timeout(section: &Section<'_, '_>) -> Duration {
    let timeout = section.duration("timeout").unwrap_or(TIMEOUT);
    if !(Duration::from_secs(1)..=LONGEST_TIMEOUT).contains(&timeout) {
        section.wrong_here(
            format!("{} is not from 1s to 15m", section.key("timeout")),
            "write `timeout = \"60s\"`",
        );
    }
    timeout
}

/// The price: a number, or the usual and the highest one.
fn price(section: &Section<'_, '_>, bills: Option<Bills>) -> Option<Price> {
    let unit = section.text("unit");
    let Some(value) = section.get("price") else {
        if unit.is_some() {
            section.wrong_here(format!("{} has a unit and no price", section.shown()), "add `price = 1`");
        }
        return None;
    };
    let (list, worst) = match value.get_ref() {
        DeValue::Table(_) => {
            let price = section.section("price")?;
            let number = |key: &'static str| price.number_of(key, price.get(key)?);
            let (list, worst) = (number("list"), number("worst"));
            price.finish();
            let worst = worst.or_else(|| {
                price.wrong_here(
                    format!("{} lacks `worst`", price.shown()),
                    "write the highest price of one call",
                );
                None
            })?;
            (list.unwrap_or(worst), worst)
        }
        _ => {
            let price = section.number_of("price", value)?;
            (price, price)
        }
    };
    if list > worst {
        section.source.wrong(&value.span(), "the usual price is above the highest one", "exchange the two");
    }
    if unit.is_none() && bills.is_some() {
        section
            .wrong_here(format!("{} has a price without a unit", section.shown()), "add `unit = \"credit\"`");
    }
    Some(Price { unit: unit?.into(), list, worst })
}

/// Where the answer states its cost: a pointer, `{ header = "..." }`, or a list of counts with their prices.
fn cost(section: &Section<'_, '_>) -> Option<CostPlace> {
    const MOST_COUNTS: usize = 8;
    if matches!(section.get("cost")?.get_ref(), DeValue::Array(_)) {
        let counts = section.listed("cost", MOST_COUNTS).into_iter().filter_map(|count| {
            count.need("at", "\"/usage/output_tokens\"");
            let each = count.need("each", "0.004").and_then(|value| count.number_of("each", value));
            let at = count.pointer("at");
            count.finish();
            Some((at?, each?))
        });
        return Some(CostPlace::Counts(counts.collect()));
    }
    if !matches!(section.get("cost")?.get_ref(), DeValue::Table(_)) {
        return section.pointer("cost").map(CostPlace::Body);
    }
    let cost = section.section("cost")?;
    let header = cost.needed_text("header", "\"x-credits-spent\"");
    cost.finish();
    header.map(|header| CostPlace::Header(header.to_lowercase()))
}

fn idempotency(section: &Section<'_, '_>) -> Option<(wire::HeaderName, Duration)> {
    let table = section.section("idempotency")?;
    let value = table.need("header", "\"Idempotency-Key\"");
    let header =
        value.and_then(|value| request::header_name(&table, table.text_of("header", value)?, &value.span()));
    table.need("for", "\"24h\"");
    let lasts = table.duration("for");
    table.finish();
    Some((header?, lasts?))
}

fn retry(section: &Section<'_, '_>) -> Option<RetryPolicy> {
    let table = section.section("retry")?;
    for (key, example) in [("attempts", "3"), ("base", "\"500ms\""), ("cap", "\"30s\"")] {
        table.need(key, example);
    }
    let (attempts, base, cap) = (table.count("attempts", 20), table.duration("base"), table.duration("cap"));
    table.finish();
    Some(RetryPolicy { attempts: attempts?, base: base?, cap: cap? })
}
