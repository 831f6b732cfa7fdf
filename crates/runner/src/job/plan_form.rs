//! The texts from which a plan's hash is made. Each is compact JSON in a fixed form, which a test pins: a
//! change breaks the hashes that users hold. This module reads no file and hashes nothing.
//!
//! Every enum and type is written by its documented name, never by its `Debug` form.

use std::{collections::BTreeMap, time::Duration};

use engine::{
    gateway::{InDoubt, Settings},
    plan::{self, Existing, Plan, Task},
};
use marl_core::{
    Contract, SemanticType, SmolStr,
    provider::{Bills, Operation},
};
use serde::Serialize;

use crate::spec::Only;

/// The bound steps, in plan order. They are the same for flags and for an equal recipe.
pub(crate) fn steps(plan: &Plan) -> String {
    json(&plan.steps.iter().map(StepForm::of).collect::<Vec<_>>())
}

/// The contracts of all steps, in plan order, each in its canonical form.
pub(crate) fn contracts(plan: &Plan) -> String {
    let forms: Vec<String> = plan.contracts().map(Contract::canonical).collect();
    format!("[{}]", forms.join(","))
}

/// The currency, and the prices of each provider's operations.
pub(crate) fn prices(currency: Option<&str>, settings: &Settings) -> String {
    #[derive(Serialize)]
    struct Prices<'a> {
        currency: Option<&'a str>,
        providers: BTreeMap<&'a str, &'a BTreeMap<String, f64>>,
    }
    let providers = settings.lanes.iter().map(|(name, lane)| (name.as_str(), &lane.prices)).collect();
    json(&Prices { currency, providers })
}

/// The user's other choices that affect which calls are sent.
pub(crate) struct Choices<'a> {
    pub max_age: Duration,
    pub rows: Option<String>,
    pub limit: Option<u64>,
    pub filter: Option<&'a str>,
    pub only: Option<Only>,
    /// The types of the table's own columns.
    pub types: &'a BTreeMap<String, SemanticType>,
    /// What the vendors publish about the operations that the steps may call, by provider and operation.
    pub terms: BTreeMap<String, Terms>,
}

/// What a vendor publishes about an operation and decides what a run costs.
#[derive(Serialize)]
pub(crate) struct Terms {
    bills: &'static str,
    unit: Option<SmolStr>,
    list: Option<f64>,
    worst: Option<f64>,
    /// In nanoseconds.
    max_age: Option<u128>,
}

impl Terms {
    /// The terms of an operation; `None` if nothing is published. `own_freshness` says whether the freshness of
    /// the operation counts.
    pub(crate) fn of(operation: &Operation, own_freshness: bool) -> Option<Self> {
        let price = operation.price.as_ref();
        let max_age = operation.max_age.filter(|_| own_freshness);
        (price.is_some() || max_age.is_some()).then(|| Self {
            bills: bills_name(operation.bills),
            unit: price.map(|price| price.unit.clone()),
            list: price.map(|price| price.list),
            worst: price.map(|price| price.worst),
            max_age: max_age.map(|age| age.as_nanos()),
        })
    }
}

/// The word for what is billed. A hash depends on it, so that it never changes.
fn bills_name(bills: Bills) -> &'static str {
    match bills {
        Bills::Nothing => "nothing",
        Bills::Found => "found",
        Bills::Answered => "answered",
        Bills::Sent => "sent",
    }
}

/// The choices, and the address and account of each provider.
pub(crate) fn choices(choices: &Choices<'_>, settings: &Settings) -> String {
    #[derive(Serialize)]
    struct ChoicesForm<'a> {
        providers: BTreeMap<&'a str, LaneForm<'a>>,
        /// In nanoseconds.
        max_age: u128,
        limit: Option<u64>,
        rows: Option<&'a str>,
        filter: Option<&'a str>,
        only: Option<&'static str>,
        types: BTreeMap<&'a str, &'static str>,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        terms: &'a BTreeMap<String, Terms>,
    }
    #[derive(Serialize)]
    struct LaneForm<'a> {
        base: Option<&'a str>,
        account: &'a str,
        in_doubt: &'static str,
        attempts: Option<u32>,
    }
    let providers = settings.lanes.iter().map(|(name, lane)| {
        // The number of attempts matters only if calls in doubt are sent again: each attempt may be bought.
        let attempts = (lane.in_doubt == InDoubt::Retry).then(|| settings.most_attempts());
        let (base, account) = (lane.scope.base.as_deref(), lane.scope.account.as_str());
        (name.as_str(), LaneForm { base, account, in_doubt: in_doubt_name(lane.in_doubt), attempts })
    });
    let types = choices.types.iter().map(|(column, kind)| (column.as_str(), kind.name()));
    json(&ChoicesForm {
        providers: providers.collect(),
        max_age: choices.max_age.as_nanos(),
        limit: choices.limit,
        rows: choices.rows.as_deref(),
        filter: choices.filter,
        only: choices.only.map(only_name),
        types: types.collect(),
        terms: &choices.terms,
    })
}

#[derive(Serialize)]
struct StepForm<'a> {
    name: &'a str,
    existing: &'static str,
    refresh: bool,
    uses: Vec<UseForm<'a>>,
    formula: Option<&'a str>,
    #[serde(rename = "where")]
    condition: Option<&'a str>,
    outputs: Vec<OutputForm<'a>>,
}

#[derive(Serialize)]
struct UseForm<'a> {
    integration: &'a str,
    /// Each input with the column that feeds it, in the contract's order.
    inputs: Vec<(&'a str, &'a str)>,
}

#[derive(Serialize)]
struct OutputForm<'a> {
    /// The name in the contract; empty for the column that holds the integration's name.
    of: &'a str,
    column: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl<'a> StepForm<'a> {
    fn of(step: &'a plan::Step) -> Self {
        let uses = step.alternatives().iter().map(|alternative| UseForm {
            integration: &alternative.integration.contract().name,
            inputs: alternative
                .inputs
                .iter()
                .map(|input| (input.column.name.as_str(), input.from.as_str()))
                .collect(),
        });
        let outputs = step.columns().map(|output| OutputForm {
            of: &output.of,
            column: &output.name,
            kind: output.kind.name(),
        });
        Self {
            name: &step.name,
            existing: existing_name(step.existing),
            refresh: step.refresh,
            uses: uses.collect(),
            formula: match &step.task {
                Task::Compute(formula) => Some(formula.expression.text()),
                Task::Ask(_) => None,
            },
            condition: step.condition.as_ref().map(|condition| condition.expression.text()),
            outputs: outputs.collect(),
        }
    }
}

fn existing_name(existing: Existing) -> &'static str {
    match existing {
        Existing::Keep => "keep",
        Existing::Overwrite => "overwrite",
        Existing::Fail => "fail",
    }
}

fn in_doubt_name(in_doubt: InDoubt) -> &'static str {
    match in_doubt {
        InDoubt::Keep => "keep",
        InDoubt::Retry => "retry",
    }
}

fn only_name(only: Only) -> &'static str {
    match only {
        Only::Failed => "failed",
        Only::NoData => "no-data",
        Only::Empty => "empty",
    }
}

fn json(form: &impl Serialize) -> String {
    serde_json::to_string(form).expect("our forms have text keys")
}

#[cfg(test)]
mod tests {
    use marl_core::provider::Price;
    use std::sync::Arc;

    use async_trait::async_trait;
    use engine::{
        gateway::LaneSettings,
        ledger::Scope,
        plan::{Header, Request, StepRequest},
    };
    use marl_core::{Column, Context, Error, Fields, Integration, Origin, Registry, Row};

    use super::*;

    struct Made(Contract);

    #[async_trait]
    impl Integration for Made {
        fn contract(&self) -> &Contract {
            &self.0
        }

        async fn enrich(&self, _: &Row, _: &Context) -> Result<Fields, Error> {
            Ok(Fields::none())
        }
    }

    const INPUTS: &[Column] = &[Column::required("company_domain", SemanticType::Domain, "the domain")];
    const OUTPUTS: &[Column] = &[Column::optional("slogan", SemanticType::Text, "the slogan")];

    fn contract() -> Contract {
        Contract::new("slogan", "2026-07", "A slogan").inputs(INPUTS).outputs(OUTPUTS)
    }

    /// A plan of one step with a condition and a formula over it.
    fn plan(contract: Contract) -> Plan {
        let mut registry = Registry::gather().unwrap();
        registry.add_integration(Arc::new(Made(contract)), Origin::here()).unwrap();
        let mut step = StepRequest::parse("slogan");
        step.condition = Some("country == \"DE\"".to_owned());
        let steps = vec![step, StepRequest::formula("loud", "slogan + \"!\"")];
        let columns = ["company_domain", "country"].map(str::to_owned);
        let header = Header { table: "t.csv", columns: &columns, samples: &[Vec::new(), Vec::new()] };
        Plan::new(&Request { steps, ..Request::default() }, &header, &registry).unwrap()
    }

    fn settings() -> Settings {
        let lane = |base: Option<&str>, in_doubt, prices: &[(&str, f64)]| LaneSettings {
            scope: Scope { base: base.map(str::to_owned), account: "default".to_owned() },
            in_doubt,
            prices: prices.iter().map(|(name, price)| ((*name).to_owned(), *price)).collect(),
            ..LaneSettings::default()
        };
        let lanes = [
            ("other".to_owned(), lane(Some("https://other.example"), InDoubt::Retry, &[])),
            ("datagen".to_owned(), lane(None, InDoubt::Keep, &[("b", 0.02), ("a", 1.0)])),
        ];
        Settings { lanes: lanes.into(), ..Settings::default() }
    }

    /// Users hold hashes that are made of exactly these texts.
    #[test]
    fn the_forms_never_change() {
        let plan = plan(contract());
        let expect = concat!(
            r#"[{"name":"slogan","existing":"keep","refresh":false,"#,
            r#""uses":[{"integration":"slogan","inputs":[["company_domain","company_domain"]]}],"#,
            r#""formula":null,"where":"country == \"DE\"","#,
            r#""outputs":[{"of":"slogan","column":"slogan","type":"text"}]},"#,
            r#"{"name":"loud","existing":"keep","refresh":false,"uses":[],"#,
            r#""formula":"slogan + \"!\"","where":null,"#,
            r#""outputs":[{"of":"value","column":"loud","type":"text"}]}]"#,
        );
        assert_eq!(steps(&plan), expect);
        assert_eq!(contracts(&plan), format!("[{}]", contract().canonical()));
        let expect = r#"{"currency":"EUR","providers":{"datagen":{"a":1.0,"b":0.02},"other":{}}}"#;
        assert_eq!(prices(Some("EUR"), &settings()), expect);
        let types = BTreeMap::from([("employees".to_owned(), SemanticType::Integer)]);
        let chosen = Choices {
            max_age: Duration::from_secs(60),
            rows: Some("2-5".to_owned()),
            limit: None,
            filter: Some("country != \"FR\""),
            only: Some(Only::NoData),
            types: &types,
            terms: BTreeMap::new(),
        };
        let expect = concat!(
            r#"{"providers":{"datagen":{"base":null,"account":"default","in_doubt":"keep","attempts":null},"#,
            r#""other":{"base":"https://other.example","account":"default","in_doubt":"retry","attempts":4}},"#,
            r#""max_age":60000000000,"limit":null,"rows":"2-5","filter":"country != \"FR\"","#,
            r#""only":"no-data","types":{"employees":"integer"}}"#,
        );
        assert_eq!(choices(&chosen, &settings()), expect);
    }

    #[test]
    fn what_a_vendor_publishes_is_a_part_and_its_absence_is_not() {
        let time = Duration::from_secs(60);
        let operation = Operation { max_age: Some(time), ..Operation::paid(time) };
        assert!(Terms::of(&operation, false).is_none(), "the user named an age");
        let price = Price { unit: "credit".into(), list: 1.0, worst: 2.0 };
        let operation = Operation { price: Some(price), bills: Bills::Found, ..operation };
        let form = |own| serde_json::to_string(&Terms::of(&operation, own)).unwrap();
        let expect = r#"{"bills":"found","unit":"credit","list":1.0,"worst":2.0,"max_age":60000000000}"#;
        assert_eq!(form(true), expect);
        assert_eq!(form(false), expect.replace("60000000000", "null"));
    }

    #[test]
    fn a_changed_contract_is_noticed_whatever_its_origin() {
        let then = contracts(&plan(contract()));
        let mut outputs = OUTPUTS.to_vec();
        outputs[0].prompt = Some("its slogan".into());
        let same_version = Contract { outputs: outputs.into(), ..contract() };
        assert_ne!(contracts(&plan(same_version)), then);
        assert_eq!(contracts(&plan(contract())), then);
    }
}
