//! The registered integrations, as documents. This module sends nothing and reads no project.

use engine::plan;
use marl_core::{Contract, Registry};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{document::Version, failure::Failure};

/// All integrations.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "integrations")]
pub struct IntegrationsDocument<'a> {
    schema_version: Version<2>,
    /// Their contracts, sorted by name.
    pub integrations: Vec<&'a Contract>,
}

/// One integration.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "describe")]
pub struct DescribeDocument<'a> {
    schema_version: Version<2>,
    /// Its contract.
    #[serde(flatten)]
    pub contract: &'a Contract,
}

/// Returns all integrations of a registry.
pub fn integrations(registry: &Registry) -> IntegrationsDocument<'_> {
    let integrations = registry.integrations().map(|known| known.contract()).collect();
    IntegrationsDocument { schema_version: Version, integrations }
}

/// Returns the integration with this name.
///
/// # Errors
/// No integration has this name; the hint gives the nearest one.
pub fn describe<'a>(name: &str, registry: &'a Registry) -> Result<DescribeDocument<'a>, Failure> {
    let contract = plan::integration(name, registry)?.contract();
    Ok(DescribeDocument { schema_version: Version, contract })
}
