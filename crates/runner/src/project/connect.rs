//! Connections to providers: which key and which base address they use, and where these come from. This
//! module sends nothing.
//!
//! A key and a base address both come from the environment; failing that, both come from one `.env` file. A
//! downloaded `.env` must not send the environment's key to an address of its choice.

use std::{
    collections::{BTreeMap, HashMap},
    env,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use marl_core::{Connection, Provider, Registry, Secret, SmolStr, provider::ProviderInfo};
use url::Url;

use crate::{
    failure::Failure,
    project::{owner, paths, text_file},
};

/// Providers to call, with the base address of each provider that does not use the default.
pub struct Connected {
    /// The connected providers.
    pub providers: Vec<Arc<dyn Provider>>,
    /// The base address of each provider, by name; `None` for the default address.
    pub bases: BTreeMap<String, Option<String>>,
    /// Notes on where each non-default address comes from, one line each.
    pub address_notes: Vec<String>,
}

/// Whether a base address is served on this machine.
pub(crate) fn is_on_this_machine(base: &str) -> bool {
    base == SANDBOX || Url::parse(base).is_ok_and(|url| is_loopback(&url))
}

/// The name of the built-in sandbox as a scope.
const SANDBOX: &str = "sandbox";

/// Where a value was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueSource {
    /// An environment variable.
    Environment,
    /// The `.env` file at this path.
    File(PathBuf),
}

impl ValueSource {
    fn word(&self, variable: &str) -> String {
        match self {
            Self::Environment => format!("{variable} in the environment"),
            Self::File(path) => paths::shown(path),
        }
    }
}

/// A provider's key and base address, and where they were found.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// The API key, and where it was found.
    pub key: Option<(Secret, ValueSource)>,
    base: Option<(String, ValueSource)>,
}

impl Found {
    /// The checked base address.
    ///
    /// # Errors
    /// A key must not be sent to this address.
    pub fn base_url(&self, info: &ProviderInfo) -> Result<String, Failure> {
        match &self.base {
            Some((base, _)) => check_base(info, base),
            None => Ok(info.default_base.to_string()),
        }
    }

    /// The source of the address, if it is not the default.
    pub fn base_source(&self) -> Option<&ValueSource> {
        self.base.as_ref().map(|(_, source)| source)
    }

    /// The connection that a provider is created with.
    ///
    /// # Errors
    /// Those of [`Self::base_url`].
    pub fn connection(&self, info: &ProviderInfo) -> Result<Connection, Failure> {
        let key = self.key.as_ref().map(|(key, _)| key.clone());
        Ok(Connection { base_url: self.base_url(info)?, key, contact: None })
    }
}

/// Connects these providers to the vendors, which may write to `contact`.
///
/// # Errors
/// A `.env` file cannot be used, or a key must not be sent to an address.
pub fn live(
    names: &[SmolStr],
    registry: &Registry,
    folder: &Path,
    contact: Option<&str>,
) -> Result<Connected, Failure> {
    // A provider without a key has only an address, which a file may give as well.
    let first_variable =
        |info: &ProviderInfo| info.key_variable.clone().unwrap_or(info.base_variable.clone());
    let looks_on = |info: &ProviderInfo| from_environment(&first_variable(info)).is_none();
    let infos = registry.providers().map(|entry| &entry.info).filter(|info| names.contains(&info.name));
    // If every key is in the environment, no file is read.
    let file = if infos.into_iter().any(looks_on) { DotEnv::find(folder)? } else { None };
    let mut address_notes = Vec::new();
    let mut connected = connect::<Failure>(names, registry, |info| {
        let found = look_up(info, file.as_ref());
        let connection = Connection { contact: contact.map(str::to_owned), ..found.connection(info)? };
        let scope = (connection.base_url != info.default_base).then(|| connection.base_url.clone());
        if let (Some(base), Some(source)) = (&scope, found.base_source()) {
            address_notes.push(format!(
                "the address of {} is {base}, from {}",
                info.name,
                source.word(&info.base_variable)
            ));
        }
        Ok((connection, scope))
    })?;
    connected.address_notes = address_notes;
    Ok(connected)
}

/// Connects these providers to a sandbox at `url`.
///
/// # Errors
/// The sandbox does not speak for one of the providers. Its answer would look like one of the vendor's.
pub fn sandbox(names: &[SmolStr], registry: &Registry, url: &str) -> Result<Connected, Failure> {
    connect::<Failure>(names, registry, |info| {
        if !is_in_sandbox(info) {
            let message = format!("the sandbox has no sample answers of {}", info.name);
            return Err(Failure::usage(message).hint("run it without `--sandbox`, with the vendor itself"));
        }
        Ok((to_sandbox(url, info), Some(SANDBOX.to_owned())))
    })
}

/// Whether the sandbox speaks for a provider.
pub fn is_in_sandbox(info: &ProviderInfo) -> bool {
    sandbox::names().iter().any(|name| *name == info.name)
}

/// The connection to a provider's stand-in in a sandbox at `url`. The sandbox mounts it at the provider's
/// name.
pub fn to_sandbox(url: &str, info: &ProviderInfo) -> Connection {
    let base_url = format!("{url}/{}", info.name);
    let key = info.key_variable.as_ref().map(|_| Secret::new("sandbox"));
    Connection { base_url, key, contact: None }
}

fn connect<E>(
    names: &[SmolStr],
    registry: &Registry,
    mut connection: impl FnMut(&ProviderInfo) -> Result<(Connection, Option<String>), E>,
) -> Result<Connected, E> {
    let mut connected =
        Connected { providers: Vec::new(), bases: BTreeMap::new(), address_notes: Vec::new() };
    for name in names {
        let entry = registry.provider(name);
        let entry = entry.expect("the registry checked every contract's providers");
        let (connection, scope) = connection(&entry.info)?;
        connected.providers.push(entry.connect(connection));
        connected.bases.insert(name.to_string(), scope);
    }
    Ok(connected)
}

fn from_environment(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Looks up the key and the base address of a provider. A file's address is used only with the key of the
/// same file, or for a provider without a key.
pub fn look_up(info: &ProviderInfo, file: Option<&DotEnv>) -> Found {
    let of_env = |name: &str| from_environment(name).map(|value| (value, ValueSource::Environment));
    let of_file = |name: &str| {
        let file = file?;
        file.values.get(name).map(|value| (value.clone(), ValueSource::File(file.path.clone())))
    };
    let base = of_env(&info.base_variable);
    let variable = info.key_variable.as_deref();
    let (key, base) = match variable.and_then(of_env) {
        Some(key) => (Some(key), base),
        None => (variable.and_then(of_file), base.or_else(|| of_file(&info.base_variable))),
    };
    Found { key: key.map(|(key, source)| (Secret::new(&key), source)), base }
}

/// The nearest `.env` file, from a folder upwards.
pub struct DotEnv {
    path: PathBuf,
    values: HashMap<String, String>,
}

impl DotEnv {
    /// Finds and reads the nearest `.env` file, from `folder` upwards; `None` if there is none.
    ///
    /// # Errors
    /// Another user owns the file, the file cannot be read, or one of its lines is not `NAME=value`.
    pub fn find(folder: &Path) -> Result<Option<Self>, Failure> {
        let mut folders = folder.ancestors();
        let found = folders.find(|folder| folder.join(".env").is_file());
        let Some(of) = found else { return Ok(None) };
        if of != folder {
            owner::check(of, owner::OwnedKind::Keys)?;
        }
        let path = of.join(".env");
        owner::check(&path, owner::OwnedKind::Keys)?;
        Self::read(&path).map(Some)
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let text = text_file::read(path)?.unwrap_or_default();
        let mut values = HashMap::new();
        for (at, line) in text.lines().enumerate() {
            match assignment(line) {
                Ok(Some((name, value))) => drop(values.entry(name).or_insert(value)),
                Ok(None) => {}
                // The line may hold a key, so the message gives only its location.
                Err(()) => {
                    let wrong = Failure::usage(format!(
                        "{}, line {}: this is not `NAME=value`",
                        path.display(),
                        at + 1
                    ));
                    return Err(wrong.hint("put quotes around a value with spaces, and close them"));
                }
            }
        }
        values.retain(|_, value: &mut String| !value.trim().is_empty());
        Ok(Self { path: path.to_path_buf(), values })
    }
}

/// Parses a line of a `.env` file. Values are taken literally: expanding `$NAME`, as other readers do, would
/// let a downloaded file send any secret of the environment to an address of its choice.
fn assignment(line: &str) -> Result<Option<(String, String)>, ()> {
    let line = line.trim().trim_start_matches('\u{feff}');
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=').ok_or(())?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.') {
        return Err(());
    }
    let value = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let (inner, rest) = value[1..].split_once(quote).ok_or(())?;
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                return Err(());
            }
            inner
        }
        _ => value.split(" #").next().unwrap_or_default().trim_end(),
    };
    Ok(Some((name.to_owned(), value.to_owned())))
}

/// Checks a base address: it must use https, or http to this machine.
fn check_base(info: &ProviderInfo, base: &str) -> Result<String, Failure> {
    let wrong = |why: &str| {
        let what = if info.key_variable.is_some() { "a key" } else { "requests" };
        Failure::usage(format!("{} is not an address to send {what} to: {why}", info.base_variable))
            .hint(format!("the default is {}; unset the variable to use it", info.default_base))
    };
    let url = Url::parse(base.trim()).map_err(|_| wrong("it is not an address"))?;
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(wrong("it has more than scheme, host and path"));
    }
    let loopback = is_loopback(&url);
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => return Err(wrong("it is not https")),
        _ => return Err(wrong("it is neither https nor http")),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        host == "localhost" || address.is_some_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use crate::failure::invocation::Invocation;
    use std::fs;

    use std::time::Duration;

    use marl_core::provider::{Limits, Operation, Operations};

    use super::*;

    static INFO: ProviderInfo = ProviderInfo {
        name: SmolStr::new_static("p"),
        description: SmolStr::new_static(""),
        key_variable: Some(SmolStr::new_static("MARL_TEST_NO_SUCH_KEY")),
        base_variable: SmolStr::new_static("MARL_TEST_NO_SUCH_BASE"),
        default_base: SmolStr::new_static("https://api.example"),
        operations: Operations::constant(&[], Operation::paid(Duration::from_secs(60))),
        limits: Limits::NONE,
        check: None,
    };

    #[test]
    fn only_https_or_this_machine() {
        for (base, expect) in [
            ("https://api.example/", Some("https://api.example")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("http://localhost:1/x/", Some("http://localhost:1/x")),
            ("http://[::1]:9", Some("http://[::1]:9")),
            ("http://api.example", None),
            ("http://127.0.0.1.evil.example", None),
            ("ftp://127.0.0.1", None),
            ("https://user:pw@api.example", None),
            ("api.example", None),
        ] {
            assert_eq!(check_base(&INFO, base).ok().as_deref(), expect, "{base}");
        }
    }

    #[test]
    fn a_file_provides_key_and_base_together() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(
            folder.path().join(".env"),
            "MARL_TEST_NO_SUCH_KEY='k 1'\nexport MARL_TEST_NO_SUCH_BASE=https://b.example\n",
        )
        .unwrap();
        let file = DotEnv::find(&deep).unwrap();
        let source = ValueSource::File(folder.path().join(".env"));
        let key = Some((Secret::new("k 1"), source.clone()));
        let base = Some(("https://b.example".to_owned(), source));
        assert_eq!(look_up(&INFO, file.as_ref()), Found { key, base });
        assert_eq!(look_up(&INFO, None), Found { key: None, base: None });
    }

    #[test]
    fn a_provider_without_a_key_has_only_an_address() {
        let keyless = ProviderInfo { key_variable: None, ..INFO.clone() };
        let folder = tempfile::tempdir().unwrap();
        let lines = "MARL_TEST_NO_SUCH_KEY=secret\nMARL_TEST_NO_SUCH_BASE=https://b.example\n";
        fs::write(folder.path().join(".env"), lines).unwrap();
        let file = DotEnv::find(folder.path()).unwrap();
        let found = look_up(&keyless, file.as_ref());
        let connection = found.connection(&keyless).unwrap();
        assert_eq!((connection.base_url.as_str(), connection.key), ("https://b.example", None));
        assert_eq!(to_sandbox("http://127.0.0.1:1", &keyless).key, None);
        assert!(to_sandbox("http://127.0.0.1:1", &INFO).key.is_some());
    }

    #[test]
    fn values_are_taken_literally() {
        let read = |line: &str| assignment(line).unwrap().unwrap().1;
        assert_eq!(read("export K=abc$HOME"), "abc$HOME");
        assert_eq!(read("K=\"a b\" # note"), "a b");
        assert_eq!(read("K = 'a#b'"), "a#b");
        assert_eq!(read("K=a#b # note"), "a#b");
        assert_eq!(assignment("  # note"), Ok(None));
        for wrong in ["no assignment", "=x", "K='open", "A B=c", "K='a' b"] {
            assert_eq!(assignment(wrong), Err(()), "{wrong}");
        }
    }

    #[test]
    fn an_error_names_the_file_and_does_not_quote_its_lines() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".env"), "KEY='sk-secret oops\n").unwrap();
        let failure = DotEnv::find(folder.path()).err().unwrap();
        let address_notes = failure.json(&Invocation::default());
        assert!(!address_notes.contains("sk-secret"), "{address_notes}");
    }
}
