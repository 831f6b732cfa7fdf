//! The integrations that there are, as documents.

use engine::plan;
use marl_core::{Contract, Registry};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{document::Version, failure::Failure};

/// All integrations.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "integrations")]
pub struct IntegrationsDocument {
    schema_version: Version<1>,
    /// Their contracts, sorted by name.
    pub integrations: Vec<&'static Contract>,
}

/// One integration.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "describe")]
pub struct DescribeDocument {
    schema_version: Version<1>,
    /// Its contract.
    #[serde(flatten)]
    pub contract: &'static Contract,
}

/// All integrations.
///
/// # Errors
/// The program was put together wrongly.
pub fn integrations() -> Result<IntegrationsDocument, Failure> {
    let registry = Registry::gather()?;
    let integrations = registry.integrations().map(|known| known.contract()).collect();
    Ok(IntegrationsDocument { schema_version: Version, integrations })
}

/// The integration of this name.
///
/// # Errors
/// There is none; the nearest is named.
pub fn describe(name: &str) -> Result<DescribeDocument, Failure> {
    let registry = Registry::gather()?;
    let contract = plan::integration(name, &registry)?.contract();
    Ok(DescribeDocument { schema_version: Version, contract })
}
