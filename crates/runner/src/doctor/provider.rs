//! What is known of each provider: its key, its address, and how it answers one free call.
//!
//! The call bypasses the gateway: it is never bought, so there is nothing to store, to cap or to doubt, and
//! the check needs the result of the first attempt, not of the last. No key is shown.

use std::{path::Path, time::Duration};

use marl_core::{
    Call, Connection, ErrorKind, Provider, Registry,
    provider::{AttemptEnd, Failure as Refusal, Outgoing, ProviderInfo, Reach},
};
use sandbox::Sandbox;
use serde_json::json;

use super::{Check, CheckStatus, DoctorSpec};
use crate::{
    failure::{
        Failure,
        exit::Exit,
        remedy::{KeyTrouble, Occurrence, remedy},
    },
    job::connections,
    project::{
        connect::{self, DotEnv, Found, ValueSource},
        paths,
    },
};

/// How long an answer is waited for. Nothing was bought, so giving up leaves no doubt.
const PATIENCE: Duration = Duration::from_secs(15);

pub(super) async fn checks(
    spec: &DoctorSpec,
    registry: &Registry,
    working: &Path,
) -> Result<Vec<Check>, Failure> {
    if spec.ledger.sandbox {
        return of_sandbox(spec.offline, registry).await;
    }
    let mut checks = Vec::new();
    let file = DotEnv::find(working).unwrap_or_else(|failure| {
        checks.push(Check::failed(".env", &failure, "correct that line"));
        None
    });
    let is_usable = |info: &ProviderInfo| connect::look_up(info, file.as_ref()).key.is_some();
    let has_a_key = registry.providers().any(|entry| is_usable(&entry.info));
    for entry in registry.providers() {
        let info = &entry.info;
        let found = connect::look_up(info, file.as_ref());
        // One vendor is enough for many tables, and the key of another is no fault.
        if let Some(variable) = info.key_variable.as_ref().filter(|_| has_a_key && found.key.is_none()) {
            let message = format!("{variable} is not set: its integrations need it");
            checks.push(Check::skipped(format!("{}.key", info.name), message));
            continue;
        }
        let connection = found.connection(info);
        checks.push(address(info, &found));
        // The key alone, so that it is judged whatever the address is.
        let (base_url, secret) =
            (info.default_base.to_string(), found.key.as_ref().map(|(key, _)| key.clone()));
        let provider = entry.connect(Connection { base_url, key: secret.clone(), contact: None });
        let key = key(&*provider, &found);
        let can_be_asked = key.exit == Exit::Done;
        checks.push(key);
        checks.push(match connection {
            _ if spec.offline => not_asked(info, "`--offline`"),
            _ if !can_be_asked && info.key_variable.is_none() => not_asked(info, "it is not ready"),
            _ if !can_be_asked => not_asked(info, "there is no key to ask with"),
            Err(_) if info.key_variable.is_none() => not_asked(info, "there is no usable address"),
            Err(_) => not_asked(info, "there is no address to send a key to"),
            Ok(connection) => {
                let answer = answer(&*entry.connect(connection)).await;
                let clean = |text: String| secret.as_ref().map_or(text.clone(), |key| key.redact(text));
                Check { message: clean(answer.message), ..answer }
            }
        });
    }
    Ok(checks)
}

async fn of_sandbox(offline: bool, registry: &Registry) -> Result<Vec<Check>, Failure> {
    let sandbox: Option<Sandbox> = if offline { None } else { Some(connections::start_sandbox().await?) };
    let mut checks = Vec::new();
    for entry in registry.providers() {
        let name = &entry.info.name;
        if !connect::is_in_sandbox(&entry.info) {
            checks.push(Check::skipped(
                format!("{name}.address"),
                "the built-in sandbox has no sample answers of it",
            ));
            continue;
        }
        checks.push(Check::ok(format!("{name}.address"), "the built-in sandbox"));
        checks.push(match &entry.info.key_variable {
            Some(_) => Check::ok(format!("{name}.key"), "the sandbox needs none"),
            None => needs_no_key(&entry.info),
        });
        checks.push(match &sandbox {
            None => not_asked(&entry.info, "`--offline`"),
            Some(sandbox) => answer(&*entry.connect(connect::to_sandbox(&sandbox.url(), &entry.info))).await,
        });
    }
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    Ok(checks)
}

fn not_asked(info: &ProviderInfo, why: &str) -> Check {
    Check::skipped(format!("{}.answer", info.name), format!("not asked: {why}"))
}

fn address(info: &ProviderInfo, found: &Found) -> Check {
    let name = format!("{}.address", info.name);
    let base = match found.base_url(info) {
        Ok(base) => base,
        Err(failure) => return Check::failed(name, &failure, "unset the variable"),
    };
    let base = found.key.as_ref().map_or(base.clone(), |(key, _)| key.redact(base));
    Check::ok(
        name,
        match found.base_source() {
            None => format!("{base}, the default"),
            Some(source) => format!("{base}, by {} in {}", info.base_variable, source_name(source)),
        },
    )
}

fn needs_no_key(info: &ProviderInfo) -> Check {
    Check::ok(format!("{}.key", info.name), "the provider needs none")
}

/// Where the key comes from, and whether it could be sent; never what it is.
fn key(provider: &dyn Provider, found: &Found) -> Check {
    let info = provider.info();
    let name = format!("{}.key", info.name);
    let Some(variable) = &info.key_variable else {
        return match provider.ready() {
            Ok(()) => needs_no_key(info),
            Err(error) => Check::bad(name, Exit::Internal, error.full_message(), "please report this defect"),
        };
    };
    match (&found.key, provider.ready()) {
        (None, Ok(())) => Check::ok(name, "it needs none"),
        (Some((_, source)), Ok(())) => {
            Check::ok(name, format!("{variable} is set in {}", source_name(source)))
        }
        (Some((_, source)), Err(error)) => Check::bad(
            name,
            Exit::Key,
            format!("{}, in {}", error.message(), source_name(source)),
            "copy the key again, without quotes, blanks or other characters around it",
        ),
        (None, Err(_)) => {
            let fix = remedy(ErrorKind::Auth, Occurrence::Check { provider: info, key: KeyTrouble::Missing });
            let message = format!("{variable} is not set");
            Check { fix, exit: Exit::Key, ..Check::new(name, CheckStatus::Bad, message) }
        }
    }
}

fn source_name(source: &ValueSource) -> String {
    match source {
        ValueSource::Environment => "the environment".to_owned(),
        ValueSource::File(path) => paths::shown(path),
    }
}

/// Asks the provider something that is free.
async fn answer(provider: &dyn Provider) -> Check {
    let info = provider.info();
    let name = format!("{}.answer", info.name);
    let Some(operation) = &info.check else {
        return not_asked(info, "it has no free call");
    };
    let call = Call { provider: info.name.clone(), operation: operation.clone(), parameters: json!({}) };
    match tokio::time::timeout(PATIENCE, provider.send(&Outgoing::unrecorded(&call))).await {
        Err(_) => {
            let message = format!("no answer within {} seconds", PATIENCE.as_secs());
            let fix =
                remedy(ErrorKind::Timeout, Occurrence::Check { provider: info, key: KeyTrouble::Refused });
            let exit = Exit::ProviderStopped;
            Check { fix, exit, ..Check::new(name, CheckStatus::Bad, message) }
        }
        Ok(attempt) => match attempt.end {
            AttemptEnd::Answered(_) | AttemptEnd::Pending { .. } => {
                let accepts = if info.key_variable.is_some() { " and accepts the key" } else { "" };
                Check::ok(name, format!("answers{accepts} (`{operation}`, which is free)"))
            }
            AttemptEnd::Failed(refusal) => refused(name, info, &refusal),
        },
    }
}

fn refused(name: String, info: &ProviderInfo, refusal: &Refusal) -> Check {
    let error = &refusal.error;
    let is_key_refused = error.kind() == ErrorKind::Auth && refusal.reach == Reach::Provider;
    let key = match is_key_refused {
        _ if info.key_variable.is_none() => KeyTrouble::NotNeeded,
        true => KeyTrouble::Refused,
        false => KeyTrouble::NotAllowed,
    };
    // The body of a refused key's answer adds nothing, and may repeat the key.
    let message = if is_key_refused { error.message().to_owned() } else { error.full_message() };
    let (status, exit) = match error.kind() {
        ErrorKind::Auth => (CheckStatus::Bad, Exit::Key),
        ErrorKind::RateLimited | ErrorKind::InvalidInput | ErrorKind::ToolNotFound => {
            (CheckStatus::Warn, Exit::Done)
        }
        _ => (CheckStatus::Bad, Exit::ProviderStopped),
    };
    let fix = remedy(error.kind(), Occurrence::Check { provider: info, key });
    Check { fix, exit, ..Check::new(name, status, message) }
}

#[cfg(test)]
mod tests;
