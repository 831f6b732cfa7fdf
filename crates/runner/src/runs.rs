//! The runs that a ledger records: listed, shown, waited for, asked to stop. It sends nothing.

mod recorded;

use std::time::{Duration, Instant};

use engine::ledger::{Ledger, RunRecord, RunState};
use schemars::JsonSchema;
use serde::Serialize;
use table::shell::word;

use crate::{
    document::{Version, listing},
    failure::{Failure, error_code::ErrorCode, exit::Exit},
    job::ledger_flags,
    project::ledger,
    spec::LedgerChoice,
};

pub(crate) use recorded::resumed;
pub use recorded::{RecordedRun, RunLine, RunSummary, paid};

/// Which runs are listed.
#[derive(Debug, Clone, Default)]
pub struct RunsSpec {
    /// The most runs that are listed. Without it, the latest [`RunsSpec::LIMIT`], of which the document
    /// names as many as fit into 4,000 characters.
    pub limit: Option<u32>,
    /// The ledger, as the command for the other runs names it.
    pub ledger: LedgerChoice,
}

impl RunsSpec {
    /// How many runs are listed by default.
    pub const LIMIT: u32 = 20;
}

/// The latest runs, the newest first.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "runs")]
pub struct RunsDocument {
    schema_version: Version<1>,
    ledger: String,
    /// How many the ledger holds.
    total: u64,
    /// The command that lists all of them, if these are not all.
    more: Option<String>,
    /// If the latest run died: the command that goes on from it, or plans what is left to buy.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_command: Option<String>,
    runs: Vec<RunLine>,
}

/// One run, and the ledger that records it.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "runs show")]
pub struct RecordedRunDocument {
    schema_version: Version<2>,
    /// The ledger's path.
    pub ledger: String,
    /// The run.
    #[serde(flatten)]
    pub run: RecordedRun,
}

/// Whether a run was asked to end, and how far it was.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "runs stop")]
pub struct StopDocument {
    schema_version: Version<1>,
    /// The run's number.
    pub run: i64,
    /// Whether the request was made: false if the run was not running.
    pub asked: bool,
    /// The run's state before it was asked.
    pub state: RunState,
}

/// The latest runs of a ledger.
pub struct RunList {
    spec: RunsSpec,
    ledger: String,
    /// The runs, the newest first.
    pub records: Vec<RunRecord>,
    /// How many runs the ledger holds.
    pub total: u64,
}

impl RunList {
    /// Reads the latest runs.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn read(store: &dyn Ledger, spec: RunsSpec) -> Result<Self, Failure> {
        let (records, total) = store.runs(spec.limit.unwrap_or(RunsSpec::LIMIT)).await?;
        Ok(Self { spec, ledger: ledger::shown(store), records, total })
    }

    /// The runs as a document; without a limit, as many as fit into 4,000 characters.
    pub fn document(&self) -> RunsDocument {
        const MOST: usize = 4_000;
        let ledger = ledger_flags(&self.spec.ledger);
        let mut document = RunsDocument {
            schema_version: Version,
            ledger: self.ledger.clone(),
            total: self.total,
            more: Some(format!("marl runs --limit {}{ledger} --json", self.total)),
            next_command: self.records.first().and_then(resumed),
            runs: Vec::new(),
        };
        let mut room = MOST.saturating_sub(listing::listing(&document).len());
        for line in self.records.iter().map(RunLine::from) {
            let needs = listing::item_size(&line);
            if needs > room && self.spec.limit.is_none() && !document.runs.is_empty() {
                break;
            }
            room = room.saturating_sub(needs);
            document.runs.push(line);
        }
        if self.total <= document.runs.len() as u64 {
            document.more = None;
        }
        document
    }
}

/// One run as the ledger records it.
///
/// # Errors
/// The ledger has no such run, or cannot be read.
pub async fn show(store: &dyn Ledger, id: i64) -> Result<RecordedRunDocument, Failure> {
    let run = find(store, id).await?.into();
    Ok(RecordedRunDocument { schema_version: Version, ledger: ledger::shown(store), run })
}

/// Waits at most `timeout` for the end of a run, and returns the run as it is then. Its
/// [`RecordedRun::exit`] says how it ended, or that it goes on.
///
/// # Errors
/// The ledger has no such run, or cannot be read.
pub async fn wait(store: &dyn Ledger, id: i64, timeout: Duration) -> Result<RecordedRunDocument, Failure> {
    const LOOK: Duration = Duration::from_millis(200);
    let begun = Instant::now();
    loop {
        let document = show(store, id).await?;
        let left = timeout.saturating_sub(begun.elapsed());
        if document.run.state != RunState::Running || left.is_zero() {
            return Ok(document);
        }
        tokio::time::sleep(LOOK.min(left)).await;
    }
}

/// Asks a run to end early; a run that does not go on is left as it is.
///
/// # Errors
/// The ledger has no such run, or cannot be written.
pub async fn stop(store: &dyn Ledger, id: i64) -> Result<StopDocument, Failure> {
    let state = find(store, id).await?.state;
    let asked = store.is_alive(id).await? && store.ask_to_stop(id).await?;
    Ok(StopDocument { schema_version: Version, run: id, asked, state })
}

async fn find(store: &dyn Ledger, id: i64) -> Result<RunRecord, Failure> {
    store.run(id).await?.ok_or_else(|| {
        Failure::new(Exit::NotFound, ErrorCode::NotFound, format!("{} has no run {id}", ledger::shown(store)))
            .hint("`marl runs` lists them")
            .next(format!("marl runs --json --ledger {}", word(&store.location())))
    })
}
