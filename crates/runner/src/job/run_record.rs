//! What the ledger records about a run's plan: enough to explain its cells later. This module does not write
//! to the ledger.

use std::collections::BTreeMap;

use engine::{
    gateway::{LaneSettings, Settings},
    ledger::Scope,
    plan::{Existing, Plan, Request, StepRequest, Task, Work},
};
use marl_core::{Contract, READING, SemanticType};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::spec::ranges::Ranges;

/// The steps of a run, and the scopes in which their calls were bought.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct RecordedSteps {
    /// In plan order.
    pub steps: Vec<RecordedStep>,
    /// The scope of each provider.
    scopes: BTreeMap<String, ScopeRecord>,
    /// The version of the rules for reading answers and cells; 0 for runs that did not record it.
    #[serde(default)]
    pub reading: u32,
    /// The declared types of the table's own columns.
    #[serde(default)]
    types: BTreeMap<String, String>,
    /// The rows that were picked, if not all.
    #[serde(default)]
    picked: Option<String>,
}

/// One step. Fields that older versions of marl did not record have a default.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RecordedStep {
    #[serde(default)]
    name: Option<String>,
    /// The first integration; empty for a formula.
    pub integration: String,
    pub version: RecordedVersion,
    /// The integrations that are asked for what is still empty, with their versions.
    #[serde(default)]
    alternatives: Vec<(String, RecordedVersion)>,
    /// The digest of each integration's contract.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    contracts: BTreeMap<String, String>,
    /// By input, the column that fed it; of all integrations.
    pub inputs: BTreeMap<String, String>,
    /// By output, the column that it was written to.
    pub outputs: BTreeMap<String, String>,
    /// The output columns that the table already had.
    pub(crate) existing_columns: Vec<String>,
    pub existing: Existing,
    #[serde(default)]
    prefix: String,
    #[serde(default, rename = "where")]
    condition: Option<String>,
    #[serde(default)]
    formula: Option<String>,
    #[serde(default)]
    provider_column: Option<String>,
}

/// The version of a contract in a run's record. Older runs recorded a number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "TextOrNumber")]
pub(crate) struct RecordedVersion(String);

#[derive(Deserialize)]
#[serde(untagged)]
enum TextOrNumber {
    Text(String),
    Number(u32),
}

impl From<TextOrNumber> for RecordedVersion {
    fn from(version: TextOrNumber) -> Self {
        Self(match version {
            TextOrNumber::Text(text) => text,
            TextOrNumber::Number(number) => number.to_string(),
        })
    }
}

impl RecordedVersion {
    fn of(contract: &Contract) -> Self {
        Self(contract.version.to_string())
    }
}

/// A scope in a run's record.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct ScopeRecord {
    base: Option<String>,
    account: String,
}

impl RecordedSteps {
    pub(crate) fn of(
        plan: &Plan,
        settings: &Settings,
        types: &BTreeMap<String, SemanticType>,
        picked: Option<String>,
    ) -> Self {
        let scopes = settings.lanes.iter().map(|(provider, lane)| {
            let Scope { base, account } = lane.scope.clone();
            (provider.clone(), ScopeRecord { base, account })
        });
        Self {
            steps: plan.steps.iter().map(RecordedStep::of).collect(),
            scopes: scopes.collect(),
            reading: READING,
            types: types.iter().map(|(column, kind)| (column.clone(), kind.name().to_owned())).collect(),
            picked,
        }
    }

    /// The request for the same steps over the table that the run wrote.
    pub(crate) fn request(&self) -> Request {
        let types = self.types.iter();
        Request {
            steps: self.steps.iter().map(RecordedStep::request).collect(),
            types: types
                .filter_map(|(column, kind)| Some((column.clone(), SemanticType::from_name(kind)?)))
                .collect(),
            ..Request::default()
        }
    }

    /// Settings under which equal calls have the same keys as in the run.
    pub(crate) fn settings(&self) -> Settings {
        let lanes = self.scopes.iter().map(|(provider, record)| {
            let scope = Scope { base: record.base.clone(), account: record.account.clone() };
            (provider.clone(), LaneSettings { scope, ..LaneSettings::default() })
        });
        Settings { lanes: lanes.collect(), ..Settings::default() }
    }

    /// Returns a function that says whether a row was picked; true for every row if the run did not record
    /// it.
    pub(crate) fn was_picked(&self) -> impl Fn(u64) -> bool + use<> {
        let picks_none = self.picked.as_ref().is_some_and(String::is_empty);
        let ranges: Option<Ranges> = self.picked.as_ref().and_then(|picked| picked.parse().ok());
        move |row| !picks_none && ranges.as_ref().is_none_or(|ranges| ranges.contains(row))
    }

    /// The first integration of a step whose contract has changed since the run.
    pub(crate) fn changed<'a>(&self, step: &'a engine::plan::Step) -> Option<&'a str> {
        let recorded = self.named(&step.name)?;
        step.contracts().find(|now| recorded.has_changed(now)).map(|now| now.name.as_str())
    }

    /// The recorded step with this name.
    pub(crate) fn named(&self, name: &str) -> Option<&RecordedStep> {
        self.steps.iter().find(|step| step.name() == name)
    }
}

impl RecordedStep {
    fn of(step: &engine::plan::Step) -> Self {
        let mut contracts = step.contracts();
        let first = contracts.next();
        let inputs = step.alternatives().iter().flat_map(|alternative| &alternative.inputs);
        let existing = step.outputs.iter().filter(|output| output.existing);
        Self {
            name: Some(step.name.clone()),
            integration: first.map(|contract| contract.name.to_string()).unwrap_or_default(),
            version: first.map(RecordedVersion::of).unwrap_or_default(),
            alternatives: contracts
                .map(|contract| (contract.name.to_string(), RecordedVersion::of(contract)))
                .collect(),
            contracts: step.contracts().map(|known| (known.name.to_string(), digest(known))).collect(),
            inputs: inputs.map(|input| (input.column.name.to_string(), input.from.clone())).collect(),
            outputs: step.outputs.iter().map(|output| (output.of.to_string(), output.name.clone())).collect(),
            existing_columns: existing.map(|output| output.name.clone()).collect(),
            existing: step.existing,
            prefix: step.prefix.clone(),
            condition: step.condition.as_ref().map(|condition| condition.expression.text().to_owned()),
            formula: match &step.task {
                Task::Compute(formula) => Some(formula.expression.text().to_owned()),
                Task::Ask(_) => None,
            },
            provider_column: step.provider_column.as_ref().map(|column| column.name.clone()),
        }
    }

    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.integration)
    }

    /// The version of one of the step's integrations at the time of the run.
    pub(crate) fn version_of(&self, integration: &str) -> Option<&str> {
        let others = self.alternatives.iter().map(|(name, version)| (name.as_str(), version));
        let mut all = std::iter::once((self.integration.as_str(), &self.version)).chain(others);
        all.find(|(name, _)| *name == integration).map(|(_, version)| version.0.as_str())
    }

    /// Whether an integration's contract has changed since the run; false if the run did not record it.
    pub(crate) fn has_changed(&self, now: &Contract) -> bool {
        let other_version = self.version_of(&now.name).is_some_and(|then| now.version != then);
        let then = self.contracts.get(now.name.as_str());
        other_version || then.is_some_and(|then| *then != digest(now))
    }

    fn request(&self) -> StepRequest {
        let others = self.alternatives.iter().map(|(name, _)| name.clone());
        let work = match &self.formula {
            Some(text) => Work::Formula(text.clone()),
            None => Work::Use(std::iter::once(self.integration.clone()).chain(others).collect()),
        };
        StepRequest {
            name: Some(self.name().to_owned()),
            work,
            inputs: self.inputs.clone(),
            outputs: self.outputs.clone(),
            prefix: self.prefix.clone(),
            condition: self.condition.clone(),
            existing: None,
            provider_column: self.provider_column.clone(),
        }
    }
}

/// Half of the digest of a contract's canonical form, which is enough to notice a change.
fn digest(contract: &Contract) -> String {
    table::hex(&Sha256::digest(contract.canonical())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_as_a_number_and_as_text() {
        let step = |version: &str| {
            let text = format!(
                r#"{{"integration": "find_ceo", "version": {version}, "alternatives": [["other_ceo", {version}]],
                    "inputs": {{}}, "outputs": {{}}, "existing_columns": [], "existing": "fail"}}"#
            );
            serde_json::from_str::<RecordedStep>(&text).unwrap()
        };
        for (recorded, expect) in [("4", "4"), ("\"4\"", "4"), ("\"2026-07\"", "2026-07")] {
            let step = step(recorded);
            assert_eq!(step.version_of("find_ceo"), Some(expect));
            assert_eq!(step.version_of("other_ceo"), Some(expect));
            assert_eq!(step.version_of("web_research"), None);
        }
    }

    #[test]
    fn a_contract_has_changed_if_its_version_or_its_digest_differs() {
        const NOW: Contract = Contract::new("find_ceo", "4", "a chief executive");
        let recorded = |version: &str, contracts: &str| -> RecordedStep {
            let text = format!(
                r#"{{"integration": "find_ceo", "version": {version}, "contracts": {contracts},
                    "inputs": {{}}, "outputs": {{}}, "existing_columns": [], "existing": "fail"}}"#
            );
            serde_json::from_str(&text).unwrap()
        };
        let of = |contract: &Contract| format!(r#"{{"find_ceo": "{}"}}"#, digest(contract));
        assert!(!recorded("4", "{}").has_changed(&NOW), "older runs recorded no digest");
        assert!(recorded("3", "{}").has_changed(&NOW));
        assert!(!recorded("\"4\"", &of(&NOW)).has_changed(&NOW));
        let described = Contract { description: "a chief".into(), ..NOW };
        assert!(recorded("\"4\"", &of(&described)).has_changed(&NOW));
    }
}
