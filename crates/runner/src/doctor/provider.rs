//! What is known of each provider: its key, its address, and what it says to one free call.
//!
//! The call goes past the gateway: it is never bought, so there is nothing to store, to cap or to
//! doubt, and what is wanted is the first word, not the last of several attempts. No key is shown.

use std::{path::Path, time::Duration};

use marl_core::{
    Call, Connection, ErrorKind, Provider, Registry,
    provider::{AttemptEnd, Failure as Refusal, ProviderInfo, Reach},
};
use sandbox::Sandbox;
use serde_json::json;

use super::{Check, DoctorSpec};
use crate::{
    failure::{Failure, exit::Exit},
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
    for entry in registry.providers() {
        let info = &entry.info;
        let found = connect::look_up(info, file.as_ref());
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
            _ if !can_be_asked => not_asked(info, "there is no key to ask with"),
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
        checks.push(Check::ok(format!("{name}.address"), "the built-in sandbox"));
        checks.push(Check::ok(format!("{name}.key"), "the sandbox needs none"));
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
            Some(source) => format!("{base}, by {} in {}", info.base_variable, told(source)),
        },
    )
}

/// Where the key comes from, and whether it could be sent; never what it is.
fn key(provider: &dyn Provider, found: &Found) -> Check {
    let info = provider.info();
    let name = format!("{}.key", info.name);
    match (&found.key, provider.ready()) {
        (Some((_, source)), Ok(())) => {
            Check::ok(name, format!("{} is set in {}", info.key_variable, told(source)))
        }
        (Some((_, source)), Err(error)) => Check::bad(
            name,
            Exit::Key,
            format!("{}, in {}", error.message(), told(source)),
            "copy the key again, without what stands around it",
        ),
        (None, _) => Check::bad(
            name,
            Exit::Key,
            format!("{} is not set", info.key_variable),
            "set it in the environment or in a `.env` file here or above, or try `--sandbox`, which needs none",
        ),
    }
}

fn told(source: &ValueSource) -> String {
    match source {
        ValueSource::Environment => "the environment".to_owned(),
        ValueSource::File(path) => paths::shown(path),
    }
}

/// Asks the provider something that is free.
async fn answer(provider: &dyn Provider) -> Check {
    let info = provider.info();
    let name = format!("{}.answer", info.name);
    let Some(operation) = info.free_operations.iter().next() else {
        return not_asked(info, "it has no free call");
    };
    let call = Call { provider: info.name.clone(), operation: operation.into(), parameters: json!({}) };
    match tokio::time::timeout(PATIENCE, provider.send(&call)).await {
        Err(_) => {
            let message = format!("no answer within {} seconds", PATIENCE.as_secs());
            Check::bad(name, Exit::ProviderStopped, message, unreachable(info))
        }
        Ok(attempt) => match attempt.end {
            AttemptEnd::Answered(_) => {
                Check::ok(name, format!("answers and accepts the key (`{operation}`, which is free)"))
            }
            AttemptEnd::Failed(refusal) => refused(name, info, &refusal),
        },
    }
}

fn refused(name: String, info: &ProviderInfo, refusal: &Refusal) -> Check {
    let error = &refusal.error;
    let said = error.full_message();
    let stopped = |fix: String| (Exit::ProviderStopped, fix);
    let (exit, fix) = match error.kind() {
        // The body of such a refusal tells nothing more, and may repeat the key.
        ErrorKind::Auth if refusal.reach == Reach::Provider => {
            let fix = "check the key: the environment's wins over that of a `.env` file";
            return Check::bad(name, Exit::Key, error.message(), fix);
        }
        ErrorKind::Auth => {
            (Exit::Key, "use a key that may use it, or look into the provider's dashboard".to_owned())
        }
        ErrorKind::RateLimited => {
            let fix = "wait a little; `per_minute` under `[limit.";
            return Check::warn(
                name,
                said,
                format!("{fix}{}]` in marl.toml makes runs go slower", info.name),
            );
        }
        ErrorKind::InvalidInput | ErrorKind::ToolNotFound => {
            let fix = "it is there and did not refuse the key; `marl enrich` with `--limit 1` tells more";
            return Check::warn(name, said, fix);
        }
        ErrorKind::QuotaExhausted => stopped(format!("top up the account at {}", info.name)),
        ErrorKind::Network | ErrorKind::Timeout => stopped(unreachable(info)),
        ErrorKind::BadReply => {
            stopped(format!("something else may answer there: see {} and the proxy", info.base_variable))
        }
        _ => stopped(format!("try again later; if it stays so, see {}", info.base_variable)),
    };
    Check::bad(name, exit, said, fix)
}

fn unreachable(info: &ProviderInfo) -> String {
    format!("see to the network, the proxy (HTTPS_PROXY) and {}, or try again later", info.base_variable)
}
