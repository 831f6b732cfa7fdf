//! Checks whether marl can work here; each failed check gets advice.
//!
//! A check that fails ends no other check. Nothing is bought, repaired or created: a ledger that does not
//! exist is not begun, and no key is shown.

mod local;
mod provider;

use marl_core::Registry;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    document::Version,
    failure::{Failure, exit::Exit},
    project::{self, workspace},
    spec::LedgerChoice,
};

/// What is checked.
#[derive(Debug, Clone, Default)]
pub struct DoctorSpec {
    /// Whether no provider is asked.
    pub offline: bool,
    /// The ledger, and whether the sandbox answers.
    pub ledger: LedgerChoice,
}

/// How a check went.
#[derive(Debug, Clone, Copy, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckStatus {
    /// All is well.
    Ok,
    /// A problem that stops no run.
    Warn,
    /// A problem that would make a run fail.
    Bad,
    /// It was not checked.
    Skipped,
}

impl CheckStatus {
    /// The word for it in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Skipped => "skipped",
        }
    }
}

/// One thing that was checked.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Check {
    /// What was checked, such as `ledger.writable`.
    pub name: String,
    /// How the check went.
    pub status: CheckStatus,
    /// What was found.
    pub message: String,
    /// What to do, if something is to be done.
    pub fix: Option<String>,
    /// What a run would end with because of it.
    #[serde(skip)]
    exit: Exit,
}

impl Check {
    fn new(name: impl Into<String>, status: CheckStatus, message: impl Into<String>) -> Self {
        Self { name: name.into(), status, message: message.into(), fix: None, exit: Exit::Done }
    }

    fn ok(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(name, CheckStatus::Ok, message)
    }

    fn skipped(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(name, CheckStatus::Skipped, message)
    }

    /// A problem that stops no run.
    fn warn(name: impl Into<String>, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..Self::new(name, CheckStatus::Warn, message) }
    }

    fn bad(name: impl Into<String>, exit: Exit, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), exit, ..Self::new(name, CheckStatus::Bad, message) }
    }

    /// What would have ended a command; `otherwise` is the fix if the failure has no hint.
    fn failed(name: impl Into<String>, failure: &Failure, otherwise: &str) -> Self {
        let (hints, reasons): (Vec<_>, Vec<_>) =
            failure.lines().into_iter().partition(|(word, _)| *word == "hint");
        let join = |lines: Vec<(_, &str)>, between: &str| {
            lines.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(between)
        };
        let fix = if hints.is_empty() { otherwise.to_owned() } else { join(hints, "; ") };
        Self::bad(name, failure.exit, join(reasons, ": "), fix)
    }
}

/// Everything that was checked.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "doctor")]
pub struct DoctorDocument {
    schema_version: Version<1>,
    /// Whether nothing is bad.
    pub ok: bool,
    /// The checks, in the order in which they were made.
    pub checks: Vec<Check>,
}

impl DoctorDocument {
    /// The exit code of the command: of the failed checks, the one that a run would meet first.
    pub fn exit(&self) -> Exit {
        let met = [Exit::Usage, Exit::Internal, Exit::Key, Exit::ProviderStopped];
        let bad = |code: &Exit| {
            self.checks.iter().any(|check| check.status == CheckStatus::Bad && check.exit == *code)
        };
        met.into_iter().find(bad).unwrap_or(Exit::Done)
    }
}

/// Looks at the working folder's project, its ledger, and each provider.
///
/// # Errors
/// The working folder cannot be read, this program was put together wrongly, or the built-in sandbox
/// cannot be started. What a check finds is no error.
pub async fn check(spec: &DoctorSpec) -> Result<DoctorDocument, Failure> {
    let working = workspace::working_folder()?;
    let project = project::folder(&working);
    let registry = workspace::registry(&project)?;
    let mut checks = about_the_program(&registry);
    checks.extend(local::folder_and_settings(&project, &working, &registry));
    checks.extend(local::ledger(&spec.ledger, &project, &working).await);
    checks.extend(provider::checks(spec, &registry, &working).await?);
    let ok = checks.iter().all(|check| check.status != CheckStatus::Bad);
    Ok(DoctorDocument { schema_version: Version, ok, checks })
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
