//! The hash of a job's plan, and whether a plan still holds. This module digests everything that the calls of
//! a run depend on; `plan_form` makes the texts for it. It stores nothing.

use std::{fs::File, io, path::Path};

use engine::{gateway::Settings, ledger::Ledger};
use sha2::{Digest, Sha256};
use table::ReadOptions;

use crate::{
    failure::{
        Failure,
        error_code::ErrorCode,
        exit::Exit,
        invocation::{Change, reading_flags},
    },
    job::{Job, connections::Connections, plan_form},
    project::{self, paths},
    spec::hash::{Broken, Full, Hash},
};

/// The hash of a job with these maximums of calls and cost.
///
/// # Errors
/// The table cannot be read.
pub(crate) fn of(
    job: &Job,
    settings: &Settings,
    newest_run: u64,
    calls: u64,
    cost: Option<f64>,
) -> Result<Hash, Failure> {
    Ok(Hash::sealed(&parts_of(job, settings)?, newest_run, calls, cost))
}

/// What changed between the plan with the hash `then` and this job.
async fn broken(then: &Hash, job: &Job, settings: &Settings) -> Result<Option<Broken>, Failure> {
    let now = of(job, settings, then.newest_run, then.calls, then.cost)?;
    let newest = match job.existing_ledger().await? {
        Some(store) => newest_run(&*store).await?,
        None => 0,
    };
    Ok(then.broken(&now, newest))
}

/// Refuses the run if something changed since the plan was made.
///
/// # Errors
/// The message names what changed.
pub(crate) async fn check_plan(then: &Hash, job: &Job, connections: &Connections) -> Result<(), Failure> {
    let message = match broken(then, job, &connections.settings).await? {
        None => return Ok(()),
        Some(Broken::Moved(parts)) => {
            format!("the plan is no longer valid: since it was made, {} changed", parts.join(" and "))
        }
        Some(Broken::Edited) => {
            "the plan's hash is not as `marl plan` printed it: its maximum was edited, or what it \
             stands for was changed to look the same"
                .to_owned()
        }
    };
    Err(Failure::new(Exit::PlanChanged, ErrorCode::PlanChanged, message)
        .hint("nothing was sent; `marl plan` with the same arguments shows what a run would do now")
        .next(Change::plan(&["--plan"])))
}

/// The number of the newest run in a ledger.
pub(crate) async fn newest_run(store: &dyn Ledger) -> Result<u64, Failure> {
    let (runs, _) = store.runs(1).await?;
    Ok(runs.first().map_or(0, |run| run.id.unsigned_abs()))
}

/// The digests of everything that the calls of a run depend on, in the order in which [`Hash::sealed`] takes them.
fn parts_of(job: &Job, settings: &Settings) -> Result<[Full; 6], Failure> {
    let table = digest_of_table(&job.table.path, &job.spec.reading).map_err(|error| {
        Failure::usage(format!("{} cannot be read", job.table.path.display())).caused_by(&error)
    })?;
    let ledger = project::ledger(&job.spec.ledger, &job.workspace.project)?;
    Ok([
        table,
        digest_of_text(&plan_form::steps(&job.plan)),
        digest_of_text(&plan_form::contracts(&job.plan)),
        digest_of_text(&plan_form::prices(job.workspace.settings.currency(), settings)),
        digest_of_text(&choices(job, settings)),
        digest_of_text(&paths::canonical(&ledger)),
    ])
}

/// The digest of the file and of the flags that say how it is read.
fn digest_of_table(path: &Path, reading: &ReadOptions) -> io::Result<Full> {
    let mut hash = Sha256::new();
    for (flag, value) in reading_flags(reading) {
        hash.update(format!("{flag} {}\n", value.unwrap_or_default()));
    }
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok(hash.finalize().0),
            read => hash.update(&buffer[..read]),
        }
    }
}

fn digest_of_text(text: &str) -> Full {
    Sha256::new().chain_update(text).finalize().0
}

/// The user's other choices that affect which calls are sent.
fn choices(job: &Job, settings: &Settings) -> String {
    let selection = &job.spec.selection;
    let calls = job.plan.contracts().flat_map(|contract| contract.calls.iter());
    let terms = calls.filter_map(|call| {
        let operation = job.operation(&call.provider, &call.operation)?;
        let terms = plan_form::Terms::of(operation, job.spec.own_freshness)?;
        Some((format!("{} {}", call.provider, call.operation), terms))
    });
    let choices = plan_form::Choices {
        max_age: job.spec.max_age,
        rows: selection.rows.as_ref().map(ToString::to_string),
        limit: selection.limit,
        filter: selection.filter.as_deref(),
        only: selection.only,
        types: &job.request.types,
        terms: terms.collect(),
    };
    plan_form::choices(&choices, settings)
}
