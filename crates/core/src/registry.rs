//! The link-time registry: plugins submit themselves, the program gathers them once.
//!
//! Submitted data are constants and function pointers; nothing runs before `main`. Link
//! order is undefined, so everything is sorted by name and a duplicate is an error.

use std::{collections::BTreeMap, error, fmt, panic::Location, sync::Arc};

use crate::{Connection, Integration, Provider, provider::ProviderInfo};

/// One submitted plugin; made in `inventory::submit!`.
pub struct Registration {
    plugin: Plugin,
    at: &'static Location<'static>,
}

enum Plugin {
    Integration(fn() -> Box<dyn Integration>),
    Provider { info: &'static ProviderInfo, connect: fn(Connection) -> Box<dyn Provider> },
}

impl Registration {
    /// Registers an integration. Remembers where, so that a duplicate can name both places.
    #[track_caller]
    pub const fn integration(make: fn() -> Box<dyn Integration>) -> Self {
        Self { plugin: Plugin::Integration(make), at: Location::caller() }
    }

    /// Registers a provider.
    #[track_caller]
    pub const fn provider(info: &'static ProviderInfo, connect: fn(Connection) -> Box<dyn Provider>) -> Self {
        Self { plugin: Plugin::Provider { info, connect }, at: Location::caller() }
    }
}

inventory::collect!(Registration);

/// A provider that can be connected.
pub struct ProviderEntry {
    /// What it says of itself.
    pub info: &'static ProviderInfo,
    connect: fn(Connection) -> Box<dyn Provider>,
    at: &'static Location<'static>,
}

impl ProviderEntry {
    /// Makes the provider; sends nothing.
    pub fn connect(&self, connection: Connection) -> Arc<dyn Provider> {
        Arc::from((self.connect)(connection))
    }
}

/// All plugins, by name.
pub struct Registry {
    integrations: BTreeMap<&'static str, Arc<dyn Integration>>,
    providers: BTreeMap<&'static str, ProviderEntry>,
}

impl Registry {
    /// Gathers what was linked into this program.
    ///
    /// # Errors
    /// See [`RegistryError`]; each is a mistake of whoever built the program.
    pub fn gather() -> Result<Self, RegistryError> {
        Self::from_registrations(inventory::iter::<Registration>())
    }

    /// Gathers the given registrations: for tests, which must not depend on the link.
    ///
    /// # Errors
    /// See [`RegistryError`].
    pub fn from_registrations<'a>(
        all: impl IntoIterator<Item = &'a Registration>,
    ) -> Result<Self, RegistryError> {
        let mut integrations = BTreeMap::new();
        let mut places: BTreeMap<&str, &'static Location<'static>> = BTreeMap::new();
        let mut providers: BTreeMap<&'static str, ProviderEntry> = BTreeMap::new();
        for Registration { plugin, at } in all {
            match plugin {
                Plugin::Integration(make) => {
                    let integration: Arc<dyn Integration> = Arc::from(make());
                    let name = integration.contract().name;
                    if let Some(first) = places.insert(name, at) {
                        return Err(RegistryError::duplicate(name, first, at));
                    }
                    integrations.insert(name, integration);
                }
                Plugin::Provider { info, connect } => {
                    let entry = ProviderEntry { info, connect: *connect, at };
                    if let Some(first) = providers.insert(info.name, entry) {
                        return Err(RegistryError::duplicate(info.name, first.at, at));
                    }
                }
            }
        }
        let registry = Self { integrations, providers };
        registry.check()?;
        Ok(registry)
    }

    /// The integration called `name`.
    pub fn integration(&self, name: &str) -> Option<&Arc<dyn Integration>> {
        self.integrations.get(name)
    }

    /// All integrations, sorted by name.
    pub fn integrations(&self) -> impl Iterator<Item = &Arc<dyn Integration>> {
        self.integrations.values()
    }

    /// All providers, sorted by name.
    pub fn providers(&self) -> impl Iterator<Item = &ProviderEntry> {
        self.providers.values()
    }

    fn check(&self) -> Result<(), RegistryError> {
        if self.integrations.is_empty() {
            return Err(RegistryError::Empty);
        }
        for integration in self.integrations.values() {
            let contract = integration.contract();
            for call in contract.calls {
                if !self.providers.contains_key(call.provider) {
                    return Err(RegistryError::UnknownProvider {
                        integration: contract.name,
                        provider: call.provider,
                    });
                }
            }
        }
        Ok(())
    }
}

/// A mistake in how the program was put together.
#[derive(Debug, PartialEq, Eq)]
pub enum RegistryError {
    /// No integration was linked.
    Empty,
    /// Two plugins have one name.
    Duplicate {
        /// The name.
        name: &'static str,
        /// The source files that register it; their paths name the crates.
        places: [String; 2],
    },
    /// A contract names a provider that is not registered.
    UnknownProvider {
        /// The integration.
        integration: &'static str,
        /// The provider that its contract names.
        provider: &'static str,
    },
}

impl RegistryError {
    fn duplicate(name: &'static str, first: &Location<'_>, second: &Location<'_>) -> Self {
        let mut places = [first, second].map(|at| format!("{}:{}", at.file(), at.line()));
        places.sort();
        Self::Duplicate { name, places }
    }
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "no integration is linked into this program"),
            Self::Duplicate { name, places: [first, second] } => {
                write!(f, "two plugins are called `{name}`: {first} and {second}")
            }
            Self::UnknownProvider { integration, provider } => {
                write!(
                    f,
                    "`{integration}` calls provider `{provider}`, which is not linked into this program"
                )
            }
        }
    }
}

impl error::Error for RegistryError {}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;
    use crate::{Context, Contract, Error, Fields, Row};

    struct Plain(&'static Contract);

    #[async_trait]
    impl Integration for Plain {
        fn contract(&self) -> &'static Contract {
            self.0
        }

        async fn enrich(&self, _: &Row, _: &Context) -> Result<Fields, Error> {
            Ok(Fields::none())
        }
    }

    static PLAIN: Contract =
        Contract { name: "plain", version: 1, description: "", inputs: &[], outputs: &[], calls: &[] };
    static CALLING: Contract =
        Contract { name: "calling", calls: &[crate::CallSpec::once("nowhere", "x")], ..PLAIN };

    fn plain() -> Box<dyn Integration> {
        Box::new(Plain(&PLAIN))
    }

    #[test]
    fn an_empty_registry_is_an_error() {
        assert_eq!(Registry::from_registrations(&[]).err(), Some(RegistryError::Empty));
    }

    #[test]
    fn a_duplicate_names_both_places() {
        let two = [Registration::integration(plain), Registration::integration(plain)];
        let error = Registry::from_registrations(&two).err().unwrap().to_string();
        assert_eq!(error.matches("registry.rs:").count(), 2, "{error}");
        assert!(error.contains("`plain`"), "{error}");
    }

    #[test]
    fn an_unregistered_provider_is_an_error() {
        let one = [Registration::integration(|| Box::new(Plain(&CALLING)))];
        let error = Registry::from_registrations(&one).err().unwrap().to_string();
        assert!(error.contains("`calling`") && error.contains("`nowhere`"), "{error}");
    }
}
