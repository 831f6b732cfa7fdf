//! Whether a run may buy: it names a plan's hash that is not used up, it has a cap, or nobody asks for
//! consent. Decides before any file is made.

use engine::gateway::Caps;

use crate::{
    failure::{Failure, error_code::ErrorCode, exit::Exit, invocation::Change},
    forecast,
    job::{Job, connections::Connections, select::Selected},
    project::{
        paths,
        settings::{
            self, Settings,
            user::{self, Asker},
        },
    },
    spec::consent::{BOUNDS, Consent, left_of},
};

/// Refuses a run that would buy without the consent that it needs, or beyond it. A run that sends
/// nothing is always allowed, and then gets a cap that keeps it so.
pub(crate) async fn check(
    job: &Job,
    connections: &Connections,
    selected: &Selected,
) -> Result<Caps, Failure> {
    let spec = &job.spec;
    let refusal = match &spec.plan {
        Some(hash) => {
            let consent = left_of(hash, job.ledger_there_is().await?.as_deref()).await?;
            if !consent.is_used_up() {
                return Ok(Caps::default());
            }
            used_up(&consent)
        }
        None => {
            let is_bounded = spec.caps.calls.is_some() || spec.caps.cost.is_some();
            match asker(&job.workspace.settings)? {
                Some(asker) if !is_bounded && !connections.is_sandbox() => needed(&asker),
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

/// Whether a purchase without a plan is refused, and by whom: for commands that buy one call.
///
/// # Errors
/// The user's settings cannot be read, or they say something else than `required`.
pub(crate) fn is_needed_for_a_call(settings: &Settings) -> Result<Option<String>, Failure> {
    Ok(asker(settings)?.map(|asker| said_by(&asker)))
}

/// Who asks for consent. The project may, and can never take back what the user asks for.
fn asker(settings: &Settings) -> Result<Option<Asker>, Failure> {
    let of_user = user::consent_asker()?;
    let of_project = settings.requires_consent().then(|| Asker::File(settings::FILE.into()));
    Ok(of_user.or(of_project))
}

fn said_by(asker: &Asker) -> String {
    match asker {
        Asker::Environment => "`MARL_CONSENT` in the environment".to_owned(),
        Asker::File(file) => format!("`[consent]` in {}", paths::shown(file)),
    }
}

fn used_up(consent: &Consent) -> Failure {
    let message = format!("this plan's hash is used up: {}", consent.told());
    Failure::new(Exit::PlanChanged, ErrorCode::ConsentUsed, message)
        .hint("nothing was sent; all runs that name a hash share what it allows; `marl plan` with the same arguments says what is left to buy, for a new decision")
        .next(Change::plan(&["--plan"]))
}

fn needed(asker: &Asker) -> Failure {
    let message = format!("this run would buy, and {} asks for consent first", said_by(asker));
    Failure::new(Exit::Usage, ErrorCode::ConsentNeeded, message)
        .hint("nothing was sent; `marl plan` with the same arguments says what the run would buy, and gives the `--plan HASH` for it")
        .hint("`--max-calls N` or `--max-cost AMOUNT` also counts as consent")
        .next(Change::plan(&BOUNDS))
}
