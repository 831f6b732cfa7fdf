//! Where a command works: the working folder, the project with its plugins and settings, the ledger.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use engine::ledger::LedgerError;
use ledger_sqlite::{BeginError, OpenError, Problem, Store};
use marl_core::Registry;

use crate::{
    args::LedgerChoice, error_code::ErrorCode, exit, failure::Failure, project, settings::Settings, typed,
};

/// Where a command works.
pub(crate) struct Place {
    /// The working folder.
    pub(crate) working: PathBuf,
    /// The project's folder.
    pub(crate) project: PathBuf,
    /// Its integrations and providers.
    pub(crate) registry: Registry,
    /// Its settings.
    pub(crate) settings: Settings,
}

impl Place {
    /// Finds the project of the working folder, gathers its plugins and reads its settings, which name
    /// providers.
    pub(crate) fn find() -> Result<Self, Failure> {
        let working = working_folder()?;
        let project = project::folder(&working);
        let registry = registry(&project)?;
        let settings = settings(&project, &working, &registry)?;
        Ok(Self { working, project, registry, settings })
    }

    /// Opens the ledger, and makes it if there is none.
    pub(crate) fn open_ledger(&self, choice: &LedgerChoice) -> Result<Store, Failure> {
        Ok(Store::open(&project::ledger(choice, &self.project)?)?)
    }

    /// Opens a ledger that must be there, to read it.
    pub(crate) fn existing_ledger(&self, choice: &LedgerChoice) -> Result<Arc<Store>, Failure> {
        Ok(Arc::new(Store::read(&self.path_of_ledger(choice)?)?))
    }

    /// Opens a ledger that must be there, to change what it holds.
    pub(crate) fn changing_ledger(&self, choice: &LedgerChoice) -> Result<Arc<Store>, Failure> {
        let path = self.path_of_ledger(choice)?;
        // What is no ledger is left as it is.
        Store::read(&path)?;
        Ok(Arc::new(Store::open(&path)?))
    }

    /// The path of a ledger that must be there. An empty file is one that nobody has begun.
    fn path_of_ledger(&self, choice: &LedgerChoice) -> Result<PathBuf, Failure> {
        let path = project::ledger(choice, &self.project)?;
        let why = match fs::metadata(&path) {
            Ok(file) if file.is_file() && file.len() == 0 => ": the file is empty",
            Ok(_) => return Ok(path),
            Err(_) => "",
        };
        let message = format!("there is no ledger at {}{why}", project::shown(&path));
        let failure = Failure::new(exit::NOT_FOUND, ErrorCode::NotFound, message).hint(
            "`marl enrich` makes it; name another with `--ledger PATH`, or the sandbox's with `--sandbox`",
        );
        let sandbox = LedgerChoice { ledger: None, sandbox: true };
        let is_other = !choice.sandbox && choice.ledger.is_none();
        let has_samples = is_other
            && project::ledger(&sandbox, &self.project)
                .is_ok_and(|path| fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() > 0));
        Err(if has_samples { failure.next(typed::with_flags("--sandbox")) } else { failure })
    }
}

/// The working folder.
pub(crate) fn working_folder() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| {
        Failure::new(exit::INTERNAL, ErrorCode::Internal, "the working folder cannot be read")
            .caused_by(&error)
    })
}

/// The integrations and providers of a project: those that are linked into this program. This is the one
/// place that gathers them, so that what a project comes to add is there for every command.
pub(crate) fn registry(_project: &Path) -> Result<Registry, Failure> {
    Ok(Registry::gather()?)
}

/// The integrations and providers of the working folder's project.
pub(crate) fn registry_here() -> Result<Registry, Failure> {
    registry(&project::folder(&working_folder()?))
}

/// The settings of a project.
pub(crate) fn settings(project: &Path, working: &Path, registry: &Registry) -> Result<Settings, Failure> {
    project::check_owner(project, working)?;
    let providers: Vec<&str> = registry.providers().map(|provider| provider.info.name.as_str()).collect();
    Settings::read(project, &providers)
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let exit = match error.problem {
            Problem::NotALedger | Problem::Foreign | Problem::Newer => exit::USAGE,
            Problem::NotYetMade => exit::NOT_FOUND,
            _ => exit::INTERNAL,
        };
        let failure = Self::new(exit, ErrorCode::Ledger, error.to_string()).hint(error.hint());
        if error.problem == Problem::Locked { failure.retryable() } else { failure }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::new(exit::INTERNAL, ErrorCode::Ledger, format!("the ledger cannot be used: {error}")).hint(
            "nothing that is stored was lost; see whether the disk is full or another program holds the file",
        )
    }
}

impl From<BeginError> for Failure {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Ledger(error) => error.into(),
            BeginError::ConsentHeld(run) => {
                Self::new(exit::PLAN_CHANGED, ErrorCode::ConsentUsed, format!("run {run} goes on under this plan's hash"))
                    .hint(format!("nothing was sent; wait for its end with `marl runs wait {run}`, or end it with `marl runs stop {run}`"))
                    .next(format!("marl runs wait {run} --timeout 100s"))
                    .retryable()
            }
        }
    }
}
