//! Reads the table `provider`: who the vendor is, and what holds for all of its operations.

use std::{collections::BTreeMap, time::Duration};

use marl_core::{
    SmolStr,
    provider::{Limits, Operation, Operations, ProviderInfo},
};
use url::{Host, Url};
use wire::{HeaderName, HeaderValue, KeyPlace};

use super::{limits, operation::Declared, request, rule, section::Section, words};
use crate::form::{Vendor, Wait, WaitForm, is_name};

/// The table `provider`, with the operations of the file.
pub(super) fn vendor(root: &Section<'_, '_>, operations: BTreeMap<SmolStr, Declared>) -> Option<Vendor> {
    let section =
        root.need("provider", "{ ... }` as a table of its own: `[provider]").and(root.section("provider"))?;
    let name = section.need("name", "\"acme\"").and_then(|value| {
        let name = section.text_of("name", value)?;
        if !is_name(name) {
            let hint = "write lower-case letters, digits and underscores, with a letter first";
            section.source.wrong(&value.span(), format!("`{name}` is not a name"), hint);
        }
        Some(name)
    });
    let description = section.needed_text("description", "\"Acme: what it knows\"");
    let base = section.need("base", "\"https://api.acme.com\"");
    let base = base.and_then(|value| base_of(&section, section.text_of("base", value)?, &value.span()));
    let (key, key_variable) = section.section("key").and_then(|key| key_of(&key)).unzip();
    let headers = request::constant_headers(&section);
    let limits = section.section("limit").map_or(Limits::NONE, |limit| limits::limits(&limit));
    let wait = section.section("retry_after").map(|table| wait(&table)).unwrap_or_default();
    let say = section.pointers("say");
    let rules = rule::rules(&section);
    let check = check(&section, &operations);
    section.finish();
    let name: SmolStr = name?.into();
    let others = Operation::paid(Duration::from_secs(60));
    let mut policies = Vec::new();
    let mut exchanges = BTreeMap::new();
    for (operation, Declared { policy, exchange }) in operations {
        policies.push((operation.clone(), policy));
        exchanges.insert(operation, exchange);
    }
    let info = ProviderInfo {
        description: description?.into(),
        key_variable,
        base_variable: format!("{}_BASE_URL", name.to_uppercase()).into(),
        default_base: base?,
        operations: Operations::new(policies, others),
        limits,
        check,
        name,
    };
    Some(Vendor { info, key, headers, wait, say, rules, operations: exchanges })
}

/// The base address: https, or http on this machine; without a slash at its end.
fn base_of(section: &Section<'_, '_>, text: &str, span: &std::ops::Range<usize>) -> Option<SmolStr> {
    let wrong = |what: &str, hint: &str| {
        section.source.wrong(span, format!("`{text}` {what}"), hint);
        None
    };
    let Ok(url) = Url::parse(text) else {
        return wrong(
            "is not an address",
            "write the address that all paths share, such as `https://api.acme.com/v1`",
        );
    };
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    if !is_safe {
        return wrong("would send the key without encryption", "write `https://`");
    }
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !is_plain || url.password().is_some() || text.contains(['{', '}']) {
        // The text may hold a key, and is not repeated.
        let hint = "write scheme, host and path only; keys belong into `key`";
        section.source.wrong(span, format!("{} is more than a base", section.key("base")), hint);
        return None;
    }
    Some(url.as_str().trim_end_matches('/').into())
}

/// Where the key goes, and the variable that holds it.
fn key_of(section: &Section<'_, '_>) -> Option<(KeyPlace, SmolStr)> {
    let variable = section.need("env", "\"ACME_API_KEY\"");
    let variable = variable.and_then(|value| {
        let variable = section.text_of("env", value)?;
        let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        if variable.len() > 64 || !variable.bytes().all(is_plain) {
            let hint =
                "write capital letters, digits and underscores: the name of the variable, never the key";
            section.source.wrong(&value.span(), "`key.env` is not the name of a variable", hint);
            return None;
        }
        Some(SmolStr::from(variable))
    });
    let mut places = Vec::new();
    if let Some(value) = section.get("header") {
        let name = section.text_of("header", value);
        let name = name.and_then(|name| HeaderName::from_bytes(name.as_bytes()).ok());
        if name.is_none() {
            section.source.wrong(
                &value.span(),
                "`key.header` is not a header",
                "write `header = \"X-Api-Key\"`",
            );
        }
        let before = section.text("before").unwrap_or_default().to_owned();
        if HeaderValue::from_str(&before).is_err() {
            section.wrong_here(
                "`key.before` cannot be in a header",
                "write visible ASCII, such as `\"Token \"`",
            );
        }
        places.push(name.map(|name| KeyPlace::Header { name, before }));
    }
    if section.flag("bearer") {
        let name = HeaderName::from_static("authorization");
        places.push(Some(KeyPlace::Header { name, before: "Bearer ".to_owned() }));
    }
    if let Some(name) = section.text("query") {
        places.push(Some(KeyPlace::Query(name.to_owned())));
    }
    if let Some(text) = section.text("basic") {
        let both = text.split_once("{key}").filter(|_| text.contains(':'));
        if both.is_none() {
            let hint =
                "write `\"{key}:\"` for a key as the user, or `\"user:{key}\"` for a key as the password";
            section.wrong_here("`key.basic` does not say where the key is", hint);
        }
        let basic =
            |(before, behind): (&str, &str)| KeyPlace::Basic { before: before.into(), behind: behind.into() };
        places.push(both.map(basic));
    }
    section.finish();
    if places.len() != 1 {
        let hint = "write one of `header = \"X-Api-Key\"`, `bearer = true`, `query = \"api_key\"`, `basic = \"{key}:\"`";
        section.wrong_here("`key` must have one place", hint);
    }
    Some((places.pop()??, variable?))
}

fn wait(section: &Section<'_, '_>) -> Wait {
    const FORMS: [(&str, WaitForm); 3] = [
        ("seconds", WaitForm::Seconds),
        ("milliseconds", WaitForm::Milliseconds),
        ("unix_seconds", WaitForm::UnixSeconds),
    ];
    let header = section.text("header").map(str::to_lowercase);
    let form = section.word("form", &FORMS);
    let otherwise = section.duration("otherwise");
    section.finish();
    Wait { header: header.map(|header| (header, form.unwrap_or(WaitForm::Seconds))), otherwise }
}

/// The operation that tests the connection.
fn check(section: &Section<'_, '_>, operations: &BTreeMap<SmolStr, Declared>) -> Option<SmolStr> {
    let value = section.get("check")?;
    let name = section.text_of("check", value)?;
    let Some(operation) = operations.get(name) else {
        let known: Vec<&str> = operations.keys().map(SmolStr::as_str).collect();
        section.source.wrong(
            &value.span(),
            format!("there is no operation `{name}`"),
            words::advice(name, &known),
        );
        return None;
    };
    if !operation.policy.is_repeatable() || !operation.exchange.inputs().is_empty() {
        let hint = "name an operation that bills nothing and has no inputs, or leave `check` out";
        section.source.wrong(&value.span(), format!("`{name}` cannot test the connection"), hint);
    }
    Some(name.into())
}
