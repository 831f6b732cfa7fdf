//! The registry of all integrations and providers of a program, by name.
//!
//! Linked plugins submit themselves, and [`Registry::gather`] collects them. Submitted data are constants
//! and function pointers; no plugin code runs before `main`. Plugins made at run time are added later. The
//! registry applies the same checks to both kinds and presents them alike. The link order is undefined, so
//! everything is sorted by name, and a duplicate name is an error. The registry must not call a plugin
//! except to create it and to read its contract.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    error, fmt,
    panic::Location,
    path::PathBuf,
    sync::Arc,
};

use smol_str::SmolStr;

use crate::{Connection, Integration, Provider, provider::ProviderInfo};

/// One submitted plugin, created inside `inventory::submit!`.
pub struct Registration {
    plugin: Plugin,
    at: &'static Location<'static>,
}

enum Plugin {
    Integration(fn() -> Box<dyn Integration>),
    Provider { info: &'static ProviderInfo, connect: fn(Connection) -> Box<dyn Provider> },
}

impl Registration {
    /// Registers an integration. The source location is kept, so that a duplicate can name both places.
    #[track_caller]
    pub const fn integration(make: fn() -> Box<dyn Integration>) -> Self {
        Self { plugin: Plugin::Integration(make), at: Location::caller() }
    }

    /// Registers a provider. The source location is kept, as for an integration.
    #[track_caller]
    pub const fn provider(info: &'static ProviderInfo, connect: fn(Connection) -> Box<dyn Provider>) -> Self {
        Self { plugin: Plugin::Provider { info, connect }, at: Location::caller() }
    }
}

inventory::collect!(Registration);

/// Where a plugin comes from. The error for a duplicate name quotes both origins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A source location in this program. Its path names the crate.
    Source(&'static Location<'static>),
    /// The file that defines the plugin.
    File(PathBuf),
}

impl Origin {
    /// The source location of the caller.
    #[track_caller]
    pub const fn here() -> Self {
        Self::Source(Location::caller())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(at) => write!(f, "{}:{}", at.file(), at.line()),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Creates a provider from a key and a base address. Sends nothing.
pub type Connect = Box<dyn Fn(Connection) -> Box<dyn Provider> + Send + Sync>;

/// A provider that can be connected.
pub struct ProviderEntry {
    /// The facts about the provider.
    pub info: ProviderInfo,
    connect: Connect,
    origin: Origin,
}

impl ProviderEntry {
    /// Creates the provider. Sends nothing.
    pub fn connect(&self, connection: Connection) -> Arc<dyn Provider> {
        Arc::from((self.connect)(connection))
    }
}

struct IntegrationEntry {
    integration: Arc<dyn Integration>,
    origin: Origin,
}

/// All plugins, by name.
pub struct Registry {
    integrations: BTreeMap<SmolStr, IntegrationEntry>,
    providers: BTreeMap<SmolStr, ProviderEntry>,
}

impl Registry {
    /// Collects the plugins that are linked into this program.
    ///
    /// # Errors
    /// See [`RegistryError`]; each variant is a mistake in the composition of the program.
    pub fn gather() -> Result<Self, RegistryError> {
        Self::from_registrations(inventory::iter::<Registration>())
    }

    /// Collects the given registrations. For tests, which must not depend on what is linked.
    ///
    /// # Errors
    /// See [`RegistryError`].
    pub fn from_registrations<'a>(
        all: impl IntoIterator<Item = &'a Registration>,
    ) -> Result<Self, RegistryError> {
        let mut registry = Self { integrations: BTreeMap::new(), providers: BTreeMap::new() };
        let mut integrations: Vec<(Arc<dyn Integration>, Origin)> = Vec::new();
        for Registration { plugin, at } in all {
            let origin = Origin::Source(at);
            match plugin {
                Plugin::Integration(make) => integrations.push((Arc::from(make()), origin)),
                Plugin::Provider { info, connect } => {
                    registry.add_provider((*info).clone(), Box::new(*connect), origin)?;
                }
            }
        }
        // An integration may be linked before the providers that it names, so providers come first.
        for (integration, origin) in integrations {
            registry.add_integration(integration, origin)?;
        }
        if registry.integrations.is_empty() { Err(RegistryError::Empty) } else { Ok(registry) }
    }

    /// Adds a provider that was made at run time. `connect` may capture the provider's definition.
    ///
    /// # Errors
    /// `Duplicate` when a provider of this name exists. The registry is unchanged.
    pub fn add_provider(
        &mut self,
        info: ProviderInfo,
        connect: Connect,
        origin: Origin,
    ) -> Result<(), RegistryError> {
        match self.providers.entry(info.name.clone()) {
            Entry::Occupied(first) => Err(RegistryError::duplicate(&info.name, &first.get().origin, &origin)),
            Entry::Vacant(free) => {
                free.insert(ProviderEntry { info, connect, origin });
                Ok(())
            }
        }
    }

    /// Adds an integration that was made at run time. Its providers must be added first.
    ///
    /// # Errors
    /// `Duplicate` when an integration of this name exists; `UnknownProvider` when its contract names a
    /// provider that does not. The registry is unchanged.
    pub fn add_integration(
        &mut self,
        integration: Arc<dyn Integration>,
        origin: Origin,
    ) -> Result<(), RegistryError> {
        let contract = integration.contract();
        let name = contract.name.clone();
        if let Some(first) = self.integrations.get(&name) {
            return Err(RegistryError::duplicate(&name, &first.origin, &origin));
        }
        if let Some(call) = contract.calls.iter().find(|call| !self.providers.contains_key(&call.provider)) {
            let provider = call.provider.clone();
            return Err(RegistryError::UnknownProvider {
                integration: name,
                provider,
                place: origin.to_string(),
            });
        }
        self.integrations.insert(name, IntegrationEntry { integration, origin });
        Ok(())
    }

    /// The integration called `name`.
    pub fn integration(&self, name: &str) -> Option<&Arc<dyn Integration>> {
        self.integrations.get(name).map(|entry| &entry.integration)
    }

    /// All integrations, sorted by name.
    pub fn integrations(&self) -> impl Iterator<Item = &Arc<dyn Integration>> {
        self.integrations.values().map(|entry| &entry.integration)
    }

    /// The provider called `name`.
    pub fn provider(&self, name: &str) -> Option<&ProviderEntry> {
        self.providers.get(name)
    }

    /// All providers, sorted by name.
    pub fn providers(&self) -> impl Iterator<Item = &ProviderEntry> {
        self.providers.values()
    }
}

/// A mistake in the composition of a registry.
#[derive(Debug, PartialEq, Eq)]
pub enum RegistryError {
    /// No integration was linked.
    Empty,
    /// Two plugins have the same name.
    Duplicate {
        /// The shared name.
        name: SmolStr,
        /// The origin of each plugin, in alphabetical order.
        places: [String; 2],
    },
    /// A contract names a provider that is not registered.
    UnknownProvider {
        /// The name of the integration.
        integration: SmolStr,
        /// The provider that its contract names.
        provider: SmolStr,
        /// The origin of the integration.
        place: String,
    },
}

impl RegistryError {
    fn duplicate(name: &SmolStr, first: &Origin, second: &Origin) -> Self {
        let mut places = [first, second].map(ToString::to_string);
        places.sort();
        Self::Duplicate { name: name.clone(), places }
    }
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "no integration is linked into this program"),
            Self::Duplicate { name, places: [first, second] } => {
                write!(f, "two plugins are called `{name}`: {first} and {second}")
            }
            Self::UnknownProvider { integration, provider, place } => {
                write!(f, "`{integration}` calls provider `{provider}`, which is not registered: {place}")
            }
        }
    }
}

impl error::Error for RegistryError {}

#[cfg(test)]
mod tests;
