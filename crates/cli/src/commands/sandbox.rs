//! `marl sandbox`: serves sample data until interrupted.

use std::collections::BTreeMap;

use marl_core::Registry;
use sandbox::{Options, Sandbox};
use schemars::JsonSchema;
use serde::Serialize;

use super::block_on;
use crate::{
    args::SandboxArgs, document::Version, error_code::ErrorCode, exit, failure::Failure, printer::Printer,
};

/// What is said once it serves.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "sandbox")]
pub(super) struct Document<'a> {
    schema_version: Version<1>,
    url: &'a str,
    /// The variables of the environment under which marl asks it.
    environment: BTreeMap<&'static str, String>,
    /// Where it counts what it was asked.
    stats: String,
}

pub(crate) fn run(args: &SandboxArgs, printer: &Printer) -> Result<u8, Failure> {
    let registry = Registry::gather()?;
    let options = Options {
        port: args.port,
        seed: args.seed,
        latency: args.latency,
        faults: args.fault.clone(),
        ..Options::default()
    };
    block_on(async {
        let sandbox = Sandbox::start(options).await.map_err(|error| {
            Failure::usage(format!("the sandbox cannot listen on port {}", args.port))
                .caused_by(&error)
                .hint("choose another `--port`, or 0 for any free one")
        })?;
        tell(&sandbox, &registry, printer);
        tokio::signal::ctrl_c().await.map_err(|error| {
            Failure::new(exit::INTERNAL, ErrorCode::Internal, "Ctrl-C cannot be watched").caused_by(&error)
        })?;
        sandbox.stop().await;
        Ok(exit::DONE)
    })
}

fn tell(sandbox: &Sandbox, registry: &Registry, printer: &Printer) {
    let url = &*sandbox.url();
    let stats = format!("{url}/stats");
    let cards = || registry.providers().map(|provider| provider.card);
    if printer.is_json() {
        let variables = cards().flat_map(|card| {
            [(card.base_variable, sandbox.base(card.name)), (card.key_variable, "sandbox".to_owned())]
        });
        let environment = variables.collect();
        return printer.document(&Document { schema_version: Version, url, environment, stats });
    }
    printer.data(url);
    printer.note("sandbox", "sample answers: listed companies of 2015 to 2025, profiles invented");
    for card in cards() {
        let base = sandbox.base(card.name);
        let variables = format!("{}={base} {}=sandbox", card.base_variable, card.key_variable);
        printer.note("use", &format!("{variables} marl enrich ..."));
    }
    printer.note("stats", &stats);
}
