//! Where a command works: the working folder, the project with its plugins and settings, and the ledger. This
//! module sends nothing.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use engine::ledger::{BeginError, Ledger, LedgerError};
use marl_core::Registry;

use crate::{
    failure::{Failure, error_code::ErrorCode, exit::Exit, invocation::Change},
    project::{self, ledger, paths, settings::Settings},
    spec::LedgerChoice,
};

/// Where a command works.
pub struct Workspace {
    /// The working folder.
    pub working: PathBuf,
    /// The project's folder.
    pub project: PathBuf,
    /// The project's integrations and providers.
    pub registry: Registry,
    /// The project's settings.
    pub settings: Settings,
}

impl Workspace {
    /// Finds the project of the working folder, collects its plugins and reads its settings, which refer to
    /// providers by name.
    ///
    /// # Errors
    /// The working folder or the settings cannot be read, or another user owns the project.
    pub fn find() -> Result<Self, Failure> {
        let working = working_folder()?;
        let project = project::folder(&working);
        let registry = registry(&project)?;
        let settings = settings(&project, &working, &registry)?;
        Ok(Self { working, project, registry, settings })
    }

    /// Opens the ledger, and creates the file if it does not exist.
    ///
    /// # Errors
    /// The ledger cannot be opened or created.
    pub async fn open_ledger(&self, choice: &LedgerChoice) -> Result<Arc<dyn Ledger>, Failure> {
        ledger::open(&project::ledger(choice, &self.project)?).await
    }

    /// Opens a ledger that must exist, for reading.
    pub async fn existing_ledger(&self, choice: &LedgerChoice) -> Result<Arc<dyn Ledger>, Failure> {
        ledger::read(&self.path_of_ledger(choice)?).await
    }

    /// Opens a ledger that must exist, for changes.
    ///
    /// # Errors
    /// The ledger does not exist, or it cannot be opened.
    pub async fn changing_ledger(&self, choice: &LedgerChoice) -> Result<Arc<dyn Ledger>, Failure> {
        let path = self.path_of_ledger(choice)?;
        // A file that is not a ledger must not be changed.
        ledger::read(&path).await?;
        ledger::open(&path).await
    }

    /// The path of a ledger that must exist. An empty file is not a ledger yet.
    fn path_of_ledger(&self, choice: &LedgerChoice) -> Result<PathBuf, Failure> {
        let path = project::ledger(choice, &self.project)?;
        let why = match fs::metadata(&path) {
            Ok(file) if file.is_file() && file.len() == 0 => ": the file is empty",
            Ok(_) => return Ok(path),
            Err(_) => "",
        };
        let message = format!("there is no ledger at {}{why}", paths::shown(&path));
        let failure = Failure::new(Exit::NotFound, ErrorCode::NotFound, message).hint(
            "`marl enrich` creates it; name another with `--ledger PATH`, or the sandbox's with `--sandbox`",
        );
        let sandbox = LedgerChoice { ledger: None, sandbox: true };
        let is_other = !choice.sandbox && choice.ledger.is_none();
        let has_samples = is_other
            && project::ledger(&sandbox, &self.project)
                .is_ok_and(|path| fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() > 0));
        Err(if has_samples { failure.next(Change::Flags("--sandbox".to_owned())) } else { failure })
    }
}

/// The working folder.
///
/// # Errors
/// The working folder was removed or cannot be read.
pub fn working_folder() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| {
        Failure::new(Exit::Internal, ErrorCode::Internal, "the working folder cannot be read")
            .caused_by(&error)
    })
}

/// The integrations and providers of a project: those that are linked into this program, and those of the files
/// that are part of it. Only this function collects them, so that every command sees the plugins that a project
/// adds.
///
/// # Errors
/// Two plugins have the same name, or a contract names an unknown provider.
pub fn registry(_project: &Path) -> Result<Registry, Failure> {
    let mut registry = Registry::gather()?;
    for file in declared::shipped()? {
        file.add_to(&mut registry)?;
    }
    Ok(registry)
}

/// The integrations and providers of the working folder's project.
pub fn registry_here() -> Result<Registry, Failure> {
    registry(&project::folder(&working_folder()?))
}

/// The settings of a project.
///
/// # Errors
/// Another user owns the project or its settings, or the settings have an error.
pub fn settings(project: &Path, working: &Path, registry: &Registry) -> Result<Settings, Failure> {
    project::check_owner(project, working)?;
    let providers: Vec<&str> = registry.providers().map(|provider| provider.info.name.as_str()).collect();
    Settings::read(project, &providers)
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::new(Exit::Internal, ErrorCode::Ledger, format!("the ledger cannot be used: {error}")).hint(
            "nothing that is stored was lost; check whether the disk is full or another program holds the file",
        )
    }
}

impl From<BeginError> for Failure {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Ledger(error) => error.into(),
            BeginError::ConsentHeld(run) => {
                Self::new(Exit::PlanChanged, ErrorCode::ConsentUsed, format!("run {run} is still going on under this plan's hash"))
                    .hint(format!("nothing was sent; wait for its end with `marl runs wait {run}`, or end it with `marl runs stop {run}`"))
                    .next(format!("marl runs wait {run} --timeout 100s"))
                    .retryable()
            }
        }
    }
}
