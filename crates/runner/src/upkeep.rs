//! What a ledger holds, copies of it, and what is taken out of it. It sends nothing.

mod removal;

use std::{fs, path::Path};

use engine::ledger::{CallRecord, Ledger, Stats};
use futures::{Stream, StreamExt};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    document::Version,
    failure::Failure,
    project::{ledger, paths},
};

pub use removal::{RemovalDocument, RemovalOutcome, RemovalSpec, RemovalTarget, remove};

/// What a ledger holds.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ledger stats")]
pub struct LedgerStatsDocument {
    schema_version: Version<1>,
    /// The ledger's path.
    pub ledger: String,
    /// The counts.
    #[serde(flatten)]
    pub stats: Stats,
}

/// A call of a ledger, which is a document of its own.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ledger export")]
pub struct ExportedCall {
    schema_version: Version<1>,
    /// The call.
    #[serde(flatten)]
    pub call: CallRecord,
}

/// A copy that was made.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ledger backup")]
pub struct BackupDocument {
    schema_version: Version<1>,
    /// The ledger's path.
    pub ledger: String,
    /// The copy.
    pub backup: String,
    /// How long the copy is.
    pub bytes: u64,
}

/// Counts what a ledger holds.
///
/// # Errors
/// The ledger cannot be read.
pub async fn stats(store: &dyn Ledger) -> Result<LedgerStatsDocument, Failure> {
    let stats = store.stats().await?;
    Ok(LedgerStatsDocument { schema_version: Version, ledger: ledger::shown(store), stats })
}

/// Every call of a ledger, the oldest first, in portions that are small enough to be held in memory. Where
/// the ledger cannot be read, the last portion is the error.
pub fn export(store: &dyn Ledger) -> impl Stream<Item = Result<Vec<ExportedCall>, Failure>> + use<> {
    let exported = |call| ExportedCall { schema_version: Version, call };
    store.export().map(move |page| Ok(page?.into_iter().map(exported).collect()))
}

/// Copies a whole ledger into a new file, also while runs go on.
///
/// # Errors
/// There is a file already, its place is among the ledger's own files, it cannot be written, or the ledger
/// cannot be read.
pub async fn back_up(store: &dyn Ledger, file: &Path) -> Result<BackupDocument, Failure> {
    let (ledger, backup) = (ledger::shown(store), paths::shown(file));
    if fs::symlink_metadata(file).is_ok() {
        return Err(Failure::usage(format!("{backup} is there already, and a backup replaces nothing"))
            .hint("name a file that is not there yet"));
    }
    if store.file().is_some_and(|path| is_among_files_of(path, file)) {
        return Err(Failure::usage(format!(
            "{backup} is among the ledger's own files, where marl looks for others"
        ))
        .hint("name a file in another folder"));
    }
    store.back_up(file).await?;
    let bytes = fs::metadata(file).map_or(0, |copy| copy.len());
    Ok(BackupDocument { schema_version: Version, ledger, backup, bytes })
}

/// Whether `file` has a place where marl looks for the files of the ledger at `path`.
fn is_among_files_of(path: &Path, file: &Path) -> bool {
    let own = path.file_name().unwrap_or_default().to_string_lossy();
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let is_beside = table::same_place(parent(file), parent(path));
    is_beside && (name.starts_with(&*own) || parent(path).ends_with(".marl"))
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
