//! What is on this machine: the project's folder and settings, the ledger. Asks no provider.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process,
};

use engine::ledger::{Ledger, LedgerError, RunRecord, RunState};
use marl_core::Registry;
use marl_core::words::counted;

use super::Check;
use crate::{
    failure::{Failure, exit::Exit},
    project::{
        self,
        ledger::{self, Problem},
        paths, settings, workspace,
    },
    runs::resumed,
    spec::LedgerChoice,
};

pub(super) fn folder_and_settings(folder: &Path, working: &Path, registry: &Registry) -> [Check; 3] {
    let file = folder.join(settings::FILE);
    let settings = match workspace::settings(folder, working, registry) {
        Err(failure) => {
            Check::failed("settings", &failure, "correct it there; README.md shows every setting")
        }
        Ok(_) if file.exists() => Check::ok("settings", format!("{} is read", paths::shown(&file))),
        Ok(_) => Check::ok("settings", format!("no {}: the defaults hold", settings::FILE)),
    };
    // A run writes beside its table, which may be elsewhere.
    let writable = match try_to_write(folder) {
        Ok(()) => Check::ok("project.writable", "files can be created in the project folder"),
        Err(error) => Check::warn(
            "project.writable",
            format!("no file can be created in {}: {error}", folder.display()),
            "make it writable, or name an `--output` elsewhere",
        ),
    };
    [Check::ok("project", folder.display().to_string()), settings, writable]
}

/// What can be found out about the ledger without creating one.
pub(super) async fn ledger(choice: &LedgerChoice, project: &Path, working: &Path) -> Vec<Check> {
    let path = match project::ledger(choice, project) {
        Ok(path) => path,
        Err(failure) => {
            return vec![Check::failed("ledger", &failure, "set `MARL_LEDGER` to the path of a file")];
        }
    };
    let shown = paths::shown(&path);
    let mut checks = vec![folder_of(&path, working)];
    if ledger::is_there(&path) {
        match ledger::read(&path).await {
            Ok(store) => checks.extend(inside(&*store, &shown).await),
            Err(failure) => checks.push(Check::failed("ledger", &failure, ledger::hint(Problem::Corrupt))),
        }
    } else {
        checks.push(Check::ok("ledger", format!("none yet: the first run creates {shown}")));
    }
    checks
}

async fn inside(store: &dyn Ledger, shown: &str) -> [Check; 4] {
    let unreadable = |name: &str, error: LedgerError| {
        Check::failed(name, &Failure::from(error), ledger::hint(Problem::Corrupt))
    };
    let sound = match store.is_sound().await {
        Ok(true) => Check::ok("ledger.sound", "the file is intact"),
        Ok(false) => Check::bad(
            "ledger.sound",
            Exit::Internal,
            format!("{shown} is damaged"),
            ledger::hint(Problem::Corrupt),
        ),
        Err(error) => unreadable("ledger.sound", error),
    };
    let doubts = match store.doubts().await {
        Ok(0) => Check::ok("ledger.doubts", "no call is in doubt"),
        Ok(doubts) => Check::warn(
            "ledger.doubts",
            format!("{} may have been paid for and got no answer", counted(doubts, "call")),
            "keep their cells empty, or run the same `marl enrich` with `--in-doubt retry` and perhaps pay twice; \
             `marl ledger export` lists them",
        ),
        Err(error) => unreadable("ledger.doubts", error),
    };
    let runs = match store.runs(1).await {
        Ok((runs, _)) => last_run(runs.first()),
        Err(error) => unreadable("ledger.runs", error),
    };
    [Check::ok("ledger", format!("{shown} opens, in a format that this version knows")), sound, doubts, runs]
}

/// Whether the latest run ended by itself.
fn last_run(run: Option<&RunRecord>) -> Check {
    let died = run.filter(|run| run.state == RunState::Died);
    let Some(run) = died else { return Check::ok("ledger.runs", "the latest run did not die") };
    let fix = match resumed(run) {
        Some(command) => format!("`{command}` continues the run: stored answers are not bought again"),
        None => format!("`marl runs show {}` shows that run", run.id),
    };
    Check::warn("ledger.runs", format!("run {} died before its end", run.id), fix)
}

/// Whether the ledger's folder, or the folder that it will be created in, takes files.
fn folder_of(ledger: &Path, working: &Path) -> Check {
    let ledger = working.join(ledger);
    let folder = ledger.ancestors().skip(1).find(|folder| folder.exists()).unwrap_or(working);
    match try_to_write(folder) {
        Ok(()) => Check::ok("ledger.writable", "the ledger's folder can be written"),
        Err(error) => Check::bad(
            "ledger.writable",
            Exit::Internal,
            format!("no file can be created in {}: {error}", paths::shown(folder)),
            "make it a folder that can be written, or name another ledger with `--ledger PATH`",
        ),
    }
}

/// Creates a file in a folder and removes it.
fn try_to_write(folder: &Path) -> io::Result<()> {
    let probe: PathBuf = folder.join(format!(".marl-doctor-{}", process::id()));
    fs::File::options().write(true).create_new(true).open(&probe)?;
    fs::remove_file(&probe)
}
