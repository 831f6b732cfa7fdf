//! What a registry refuses, both for linked plugins and for plugins made at run time.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;

use super::*;
use crate::{
    Call, CallSpec, Context, Contract, Error, Fields, Reply, Row,
    provider::{Attempt, Limits, Operation, Operations, Outgoing},
};

struct Plain(Contract);

#[async_trait]
impl Integration for Plain {
    fn contract(&self) -> &Contract {
        &self.0
    }

    async fn enrich(&self, _: &Row, _: &Context) -> Result<Fields, Error> {
        Ok(Fields::none())
    }
}

/// A provider that owns its facts, as one made at run time does.
struct Vendor {
    info: ProviderInfo,
    connection: Connection,
}

#[async_trait]
impl Provider for Vendor {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ready(&self) -> Result<(), Error> {
        Ok(())
    }

    async fn send(&self, _: &Outgoing<'_>) -> Attempt {
        Attempt::answered(self.connection.base_url.clone())
    }

    fn read(&self, _: &Call, body: &str) -> Result<Reply, Error> {
        Ok(Reply::found(json!(body)))
    }
}

const SHORT: Duration = Duration::from_secs(1);

const CALLS: &[CallSpec] = &[CallSpec::once("nowhere", "x")];
const PLAIN: Contract = Contract::new("plain", "1", "");

fn plain() -> Box<dyn Integration> {
    Box::new(Plain(PLAIN))
}

fn gathered() -> Registry {
    Registry::from_registrations(&[Registration::integration(plain)]).unwrap()
}

/// A text on the heap, as a plugin made at run time has.
fn owned(text: &str) -> String {
    text.to_owned()
}

fn info(name: &str) -> ProviderInfo {
    ProviderInfo {
        name: owned(name).into(),
        description: owned("a vendor").into(),
        key_variable: None,
        base_variable: owned("VENDOR_BASE").into(),
        default_base: owned("https://vendor.example").into(),
        operations: Operations::new([(owned("list").into(), Operation::free(SHORT))], Operation::paid(SHORT)),
        limits: Limits::NONE,
        check: None,
    }
}

fn add_vendor(registry: &mut Registry, file: &str) -> Result<(), RegistryError> {
    let info = info("vendor");
    let captured = info.clone();
    let connect =
        move |connection| -> Box<dyn Provider> { Box::new(Vendor { info: captured.clone(), connection }) };
    registry.add_provider(info, Box::new(connect), Origin::File(file.into()))
}

fn calling(name: &str, provider: &str) -> Arc<dyn Integration> {
    let call = CallSpec { provider: owned(provider).into(), operation: owned("ask").into(), most_per_row: 1 };
    Arc::new(Plain(Contract { name: owned(name).into(), calls: vec![call].into(), ..PLAIN }))
}

#[test]
fn an_empty_registry_is_an_error() {
    assert_eq!(Registry::from_registrations(&[]).err(), Some(RegistryError::Empty));
}

#[test]
fn a_duplicate_names_both_places() {
    let two = [Registration::integration(plain), Registration::integration(plain)];
    let error = Registry::from_registrations(&two).err().unwrap().to_string();
    assert_eq!(error.matches("tests.rs:").count(), 2, "{error}");
    assert!(error.contains("`plain`"), "{error}");
}

#[test]
fn an_unregistered_provider_is_an_error() {
    let one = [Registration::integration(|| Box::new(Plain(PLAIN.calls(CALLS))))];
    let error = Registry::from_registrations(&one).err().unwrap().to_string();
    assert!(error.contains("`plain`") && error.contains("`nowhere`"), "{error}");
}

#[test]
fn plugins_made_at_run_time_join_the_linked_ones() {
    let mut registry = gathered();
    add_vendor(&mut registry, "marl/providers/vendor.toml").unwrap();
    registry.add_integration(calling("added", "vendor"), Origin::here()).unwrap();
    let names: Vec<&str> = registry.integrations().map(|known| known.contract().name.as_str()).collect();
    assert_eq!(names, ["added", "plain"]);
    let entry = registry.provider("vendor").unwrap();
    let connection = Connection { base_url: "https://other.example".into(), key: None, contact: None };
    assert_eq!(entry.connect(connection).info(), &entry.info);
}

#[test]
fn a_duplicate_made_at_run_time_names_both_places_and_changes_nothing() {
    let mut registry = gathered();
    add_vendor(&mut registry, "a/vendor.toml").unwrap();
    let twice = add_vendor(&mut registry, "b/vendor.toml").unwrap_err().to_string();
    assert_eq!(twice, "two plugins are called `vendor`: a/vendor.toml and b/vendor.toml");
    let file = Origin::File("marl/integrations/plain.toml".into());
    let twice = registry.add_integration(calling("plain", "vendor"), file).unwrap_err().to_string();
    assert!(twice.contains("tests.rs:") && twice.contains("marl/integrations/plain.toml"), "{twice}");
    assert_eq!(registry.integration("plain").unwrap().contract(), &PLAIN);
}

#[test]
fn an_integration_made_at_run_time_must_call_known_providers() {
    let mut registry = gathered();
    let file = Origin::File("added.toml".into());
    let error = registry.add_integration(calling("added", "nowhere"), file).unwrap_err().to_string();
    assert_eq!(error, "`added` calls provider `nowhere`, which is not registered: added.toml");
    assert!(registry.integration("added").is_none());
}
