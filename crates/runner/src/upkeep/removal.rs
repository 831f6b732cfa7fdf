//! What is taken out of a ledger: old answers, or one person's data.

use std::{sync::Arc, time::Duration};

use engine::ledger::{Ledger, Prune, Removed};
use marl_core::SemanticType;
use marl_core::words::counted;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    document::Version,
    failure::{Failure, error_code::ErrorCode, exit::Exit},
    project::{ledger, workspace::Workspace},
    spec::LedgerChoice,
};

/// Places that a removal does not reach, where a person's data may still be.
const NOT_REACHED: [&str; 5] =
    ["input tables", "outputs", "errors files of outputs", "copies of the ledger", "what providers keep"];

const COMES_BACK: &str = "the next run over a table that has the person's row buys the answers again: take the row out of the table first";

/// Which calls are removed.
#[derive(Debug, Clone)]
pub enum RemovalTarget {
    /// Calls that are older than this.
    OlderThan(Duration),
    /// One person's calls, and what runs and their logs say of the person.
    Person {
        /// The calls that have this parameter, as a name and a value, in any spelling.
        parameter: Option<(String, String)>,
        /// The calls that have one of these texts in their parameters or their answer, in any spelling.
        values: Vec<String>,
    },
}

impl RemovalTarget {
    fn is_person(&self) -> bool {
        matches!(self, Self::Person { .. })
    }

    fn calls(&self) -> Vec<Prune> {
        match self {
            Self::OlderThan(age) => vec![Prune::OlderThan(*age)],
            Self::Person { parameter, values } => {
                let parameter = parameter.iter().map(|(name, value)| Prune::Parameter {
                    name: name.clone(),
                    values: spellings(name, value),
                });
                let values: Vec<String> = values.iter().flat_map(|value| spellings("", value)).collect();
                let of_values = (!values.is_empty()).then_some(Prune::Person { values });
                parameter.chain(of_values).collect()
            }
        }
    }
}

/// What is removed from a ledger, and how.
#[derive(Debug, Clone)]
pub struct RemovalSpec {
    /// Which calls are removed.
    pub target: RemovalTarget,
    /// Whether calls in doubt are removed too; sent again, they may be paid for twice.
    pub doubts: bool,
    /// Whether the removal is only counted, and nothing is removed.
    pub dry_run: bool,
}

impl RemovalSpec {
    /// Opens the ledger for this removal: only to read it, where the removal is only counted.
    ///
    /// # Errors
    /// There is no ledger, or it cannot be opened.
    pub async fn open(
        &self,
        workspace: &Workspace,
        choice: &LedgerChoice,
    ) -> Result<Arc<dyn Ledger>, Failure> {
        if self.dry_run {
            workspace.existing_ledger(choice).await
        } else {
            workspace.changing_ledger(choice).await
        }
    }
}

/// What was taken out.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ledger prune")]
pub struct RemovalDocument {
    schema_version: Version<1>,
    /// How many calls are meant, without those that are kept.
    pub calls: u64,
    /// Of these, the answers that would be bought again.
    pub payable_again: u64,
    /// Of these, the calls in doubt, which may be paid for twice if they are sent again.
    pub doubts: u64,
    /// Calls in doubt that are meant and kept: `--doubts` takes them too.
    pub doubts_kept: u64,
    /// Runs whose command or results mention the data.
    pub runs: u64,
    /// Run logs that mention the data.
    pub logs: u64,
    /// Runs going on that mention the data; they keep it.
    pub runs_kept: u64,
    /// Whether the removed text is still in the ledger's file, since another process reads it. This does
    /// not cover other files: see `not_reached`.
    pub remains_in_ledger: bool,
    /// How many calls were removed; 0 for a dry run.
    pub removed: u64,
    /// Whether the removal was only counted.
    pub dry_run: bool,
    /// For a person: where their data may still be, which this command does not reach.
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    pub not_reached: &'static [&'static str],
    /// For a person: what keeps their data from coming back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'static str>,
}

/// The outcome of a removal.
pub struct RemovalOutcome {
    /// What was taken out.
    pub document: RemovalDocument,
    /// The exit code that the command ends with.
    pub exit: Exit,
    /// For a person: data that could not be removed, although all other data was.
    pub failure: Option<Failure>,
}

/// Removes calls and the mentions of them in runs, or counts what would be removed.
///
/// # Errors
/// The ledger cannot be read or written.
pub async fn remove(store: &dyn Ledger, spec: &RemovalSpec) -> Result<RemovalOutcome, Failure> {
    let calls = spec.target.calls();
    let removed = if spec.dry_run {
        store.would_remove(&calls, spec.doubts).await?
    } else {
        store.remove(&calls, spec.doubts).await?
    };
    let is_person = spec.target.is_person();
    let is_done = is_person && !spec.dry_run;
    Ok(RemovalOutcome {
        failure: is_done.then(|| not_gone(&ledger::shown(store), &removed)).flatten(),
        exit: if removed.doubts_kept > 0 && is_person { Exit::InDoubt } else { Exit::Done },
        document: RemovalDocument {
            schema_version: Version,
            calls: removed.calls,
            payable_again: removed.answers,
            doubts: removed.doubts,
            doubts_kept: removed.doubts_kept,
            runs: removed.runs,
            logs: removed.logs,
            runs_kept: removed.runs_kept,
            remains_in_ledger: removed.remains,
            removed: if spec.dry_run { 0 } else { removed.calls },
            dry_run: spec.dry_run,
            not_reached: if is_person { &NOT_REACHED } else { &[] },
            hint: is_person.then_some(COMES_BACK),
        },
    })
}

/// A person's data that is still there counts as a failure, although everything else was removed.
fn not_gone(ledger: &str, removed: &Removed) -> Option<Failure> {
    let still_there = |message: String| Failure::new(Exit::NotYet, ErrorCode::Ledger, message).retryable();
    if removed.runs_kept > 0 {
        let runs = counted(removed.runs_kept, "run");
        return Some(
            still_there(format!("{runs} in {ledger} still going on with mentions of this person"))
                .hint("run the same command again when `marl runs` shows that they have ended"),
        );
    }
    removed.remains.then(|| {
        still_there(format!(
            "the removed text may still be in {ledger} and its log: another process reads them"
        ))
        .hint("run the same command again when nothing else reads the ledger; it then overwrites the text")
    })
}

/// The value as given, and in the forms in which it may have been sent: that of the parameter's
/// type, or of any type where there is no parameter.
fn spellings(parameter: &str, value: &str) -> Vec<String> {
    let sent = SemanticType::ALL
        .into_iter()
        .filter(|kind| kind.is_recognisable() && (parameter.is_empty() || parameter.ends_with(kind.name())))
        .filter_map(|kind| kind.read(value).ok())
        .map(|value| value.to_string());
    let mut values = vec![value.to_owned()];
    values.extend(sent);
    values.dedup();
    values
}
