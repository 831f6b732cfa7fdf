//! `marl doctor`: whether marl could work here, one line a check, each with what to do.
//!
//! A check that fails ends no other one. Nothing is bought, mended or made: a ledger that is
//! not there is not begun, and no key is shown.

mod local;
mod provider;

use marl_core::Registry;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{args::DoctorArgs, printer::Printer};
use runner::{
    document::Version,
    failure::{Failure, exit::Exit},
    project::{self, workspace},
};

/// How a check went.
#[derive(Debug, Clone, Copy, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Warn,
    Bad,
    Skipped,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Skipped => "skipped",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, JsonSchema, Serialize)]
struct Check {
    name: String,
    status: Status,
    message: String,
    fix: Option<String>,
    /// What a run would end with because of it.
    #[serde(skip)]
    exit: Exit,
}

impl Check {
    fn new(name: impl Into<String>, status: Status, message: impl Into<String>) -> Self {
        Self { name: name.into(), status, message: message.into(), fix: None, exit: Exit::Done }
    }

    fn ok(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(name, Status::Ok, message)
    }

    fn skipped(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(name, Status::Skipped, message)
    }

    /// Something to know of that keeps no run from going.
    fn warn(name: impl Into<String>, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..Self::new(name, Status::Warn, message) }
    }

    fn bad(name: impl Into<String>, exit: Exit, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), exit, ..Self::new(name, Status::Bad, message) }
    }

    /// What would have ended a command; `otherwise` is the fix when it knows none.
    fn failed(name: impl Into<String>, failure: &Failure, otherwise: &str) -> Self {
        let (hints, told): (Vec<_>, Vec<_>) =
            failure.lines().into_iter().partition(|(word, _)| *word == "hint");
        let join = |lines: Vec<(_, &str)>, between: &str| {
            lines.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(between)
        };
        let fix = if hints.is_empty() { otherwise.to_owned() } else { join(hints, "; ") };
        Self::bad(name, failure.exit, join(told, ": "), fix)
    }
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "doctor")]
pub(super) struct DoctorDocument {
    schema_version: Version<1>,
    ok: bool,
    checks: Vec<Check>,
}

pub(crate) fn run(args: &DoctorArgs, printer: &Printer) -> Result<Exit, Failure> {
    let working = workspace::working_folder()?;
    let project = project::folder(&working);
    let registry = workspace::registry(&project)?;
    let mut checks = about_the_program(&registry);
    checks.extend(local::folder_and_settings(&project, &working, &registry));
    checks.extend(super::block_on(printer, async {
        let mut checks = local::ledger(&args.ledger.choice(), &project, &working).await;
        checks.extend(provider::checks(args, &registry, &working).await?);
        Ok(checks)
    })?);
    let code = exit_code(&checks);
    tell(checks, printer);
    Ok(code)
}

fn about_the_program(registry: &Registry) -> Vec<Check> {
    let version = env!("CARGO_PKG_VERSION");
    let integrations: Vec<String> = registry
        .integrations()
        .map(|integration| format!("{} {}", integration.contract().name, integration.contract().version))
        .collect();
    // A provider has no version of its own: it is a part of this program.
    let providers: Vec<String> =
        registry.providers().map(|provider| format!("{} {version}", provider.info.name)).collect();
    vec![
        Check::ok("version", format!("marl {version}")),
        Check::ok("integrations", integrations.join(", ")),
        Check::ok("providers", providers.join(", ")),
    ]
}

/// Of what is bad, that which a run would meet first.
fn exit_code(checks: &[Check]) -> Exit {
    let met = [Exit::Usage, Exit::Internal, Exit::Key, Exit::ProviderStopped];
    let bad = |code: &Exit| checks.iter().any(|check| check.status == Status::Bad && check.exit == *code);
    met.into_iter().find(bad).unwrap_or(Exit::Done)
}

fn tell(checks: Vec<Check>, printer: &Printer) {
    if printer.is_json() {
        let ok = checks.iter().all(|check| check.status != Status::Bad);
        return printer.document(&DoctorDocument { schema_version: Version, ok, checks });
    }
    for check in checks {
        let Check { name, status, message, fix, .. } = check;
        let fix = fix.map(|fix| format!("; fix: {fix}")).unwrap_or_default();
        printer.data(&format!("{:<8} {name:<17} {message}{fix}", status.name()));
    }
}
