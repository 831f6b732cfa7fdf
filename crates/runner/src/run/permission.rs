//! Whether a run may buy: it names a plan's hash that is not used up, it has a cap, or no consent is
//! required. This is decided before any file is created.

use engine::gateway::Caps;

use crate::{
    failure::{Failure, error_code::ErrorCode, exit::Exit, invocation::Change},
    forecast,
    job::{Job, connections::Connections, select::Selected},
    project::{
        paths,
        settings::{
            self, Settings,
            user::{self, ConsentSource},
        },
    },
    spec::consent::{BOUNDS, Consent, left_of},
};

/// Refuses a run that would buy without the required consent, or beyond it. A run that sends nothing is
/// always allowed, and gets a cap of 0.
pub(crate) async fn check(
    job: &Job,
    connections: &Connections,
    selected: &Selected,
) -> Result<Caps, Failure> {
    let spec = &job.spec;
    let refusal = match &spec.plan {
        Some(hash) => {
            let consent = left_of(hash, job.existing_ledger().await?.as_deref()).await?;
            if !consent.is_used_up() {
                return Ok(Caps::default());
            }
            used_up(&consent)
        }
        None => {
            let is_bounded = spec.caps.calls.is_some() || spec.caps.cost.is_some();
            match consent_source(&job.workspace.settings)? {
                Some(consent_source) if !is_bounded && !connections.is_sandbox() => needed(&consent_source),
                _ => return Ok(Caps::default()),
            }
        }
    };
    let forecast = forecast::of(job, connections, selected, 0).await?;
    let mut sent = forecast.sent().peekable();
    if sent.peek().is_none() {
        return Ok(Caps { calls: Some(0), cost: None });
    }
    // A hash bounds free calls as well.
    if spec.plan.is_none() && sent.all(|(provider, operation)| job.is_free(provider, operation)) {
        return Ok(Caps::default());
    }
    Err(refusal)
}

/// Which setting, if any, refuses a purchase without a plan; for commands that buy a single call.
///
/// # Errors
/// The user's settings cannot be read, or they hold an invalid value.
pub(crate) fn is_needed_for_a_call(settings: &Settings) -> Result<Option<String>, Failure> {
    Ok(consent_source(settings)?.map(|consent_source| source_name(&consent_source)))
}

/// The setting that requires consent. The project may require it, and cannot lift what the user requires.
fn consent_source(settings: &Settings) -> Result<Option<ConsentSource>, Failure> {
    let of_user = user::consent_requirement()?;
    let of_project = settings.requires_consent().then(|| ConsentSource::File(settings::FILE.into()));
    Ok(of_user.or(of_project))
}

fn source_name(consent_source: &ConsentSource) -> String {
    match consent_source {
        ConsentSource::Environment => "`MARL_CONSENT` in the environment".to_owned(),
        ConsentSource::File(file) => format!("`[consent]` in {}", paths::shown(file)),
    }
}

fn used_up(consent: &Consent) -> Failure {
    let message = format!("this plan's hash is used up: {}", consent.describe());
    Failure::new(Exit::PlanChanged, ErrorCode::ConsentUsed, message)
        .hint("nothing was sent; all runs that name a hash share what it allows; `marl plan` with the same arguments shows what is left to buy, for a new decision")
        .next(Change::plan(&["--plan"]))
}

fn needed(consent_source: &ConsentSource) -> Failure {
    let message =
        format!("this run would buy answers, and {} requires consent first", source_name(consent_source));
    Failure::new(Exit::Usage, ErrorCode::ConsentNeeded, message)
        .hint("nothing was sent; `marl plan` with the same arguments shows what the run would buy, and gives the `--plan HASH` for it")
        .hint("`--max-calls N` or `--max-cost AMOUNT` also counts as consent")
        .next(Change::plan(&BOUNDS))
}
