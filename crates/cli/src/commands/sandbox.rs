//! `marl sandbox`: serves sample data until it is interrupted.

use std::collections::BTreeMap;

use marl_core::Registry;
use sandbox::{Options, Sandbox};
use schemars::JsonSchema;
use serde::Serialize;

use super::block_on;
use crate::{args::SandboxArgs, printer::Printer};
use runner::{
    document::Version,
    failure::{Failure, error_code::ErrorCode, exit::Exit},
    project::{connect::is_in_sandbox, workspace},
};

/// The document that is printed once the sandbox serves.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "sandbox")]
pub(super) struct SandboxDocument<'a> {
    schema_version: Version<1>,
    url: &'a str,
    /// The environment variables with which marl uses the sandbox.
    environment: BTreeMap<&'a str, String>,
    /// The address of its counters.
    stats: String,
}

pub(crate) fn run(args: &SandboxArgs, printer: &Printer) -> Result<Exit, Failure> {
    let registry = workspace::registry_here()?;
    let options = Options {
        port: args.port,
        seed: args.seed,
        latency: args.latency,
        pending_for: args.pending_for,
        faults: args.fault.clone(),
        ..Options::default()
    };
    block_on(printer, async {
        let sandbox = Sandbox::start(options).await.map_err(|error| {
            Failure::usage(format!("the sandbox cannot listen on port {}", args.port))
                .caused_by(&error)
                .hint("choose another `--port`, or 0 for any free one")
        })?;
        print(&sandbox, &registry, printer);
        tokio::signal::ctrl_c().await.map_err(|error| {
            Failure::new(Exit::Internal, ErrorCode::Internal, "Ctrl-C cannot be watched").caused_by(&error)
        })?;
        sandbox.stop().await;
        Ok(Exit::Done)
    })
}

fn print(sandbox: &Sandbox, registry: &Registry, printer: &Printer) {
    let url = &*sandbox.url();
    let stats = format!("{url}/stats");
    let infos = || registry.providers().map(|provider| &provider.info).filter(|info| is_in_sandbox(info));
    if printer.is_json() {
        let variables = infos().flat_map(|info| {
            let base = sandbox.base(&info.name);
            let key = info.key_variable.as_deref().map(|variable| (variable, "sandbox".to_owned()));
            [(info.base_variable.as_str(), base)].into_iter().chain(key)
        });
        let environment = variables.collect();
        return printer.document(&SandboxDocument { schema_version: Version, url, environment, stats });
    }
    printer.data(url);
    printer.note("sandbox", "sample answers: listed companies of 2015 to 2025, profiles invented");
    for info in infos() {
        let base = sandbox.base(&info.name);
        let key = info.key_variable.as_ref().map(|variable| format!("{variable}=sandbox "));
        let key = key.unwrap_or_default();
        printer.note("use", &format!("{}={base} {key}marl enrich ...", info.base_variable));
    }
    printer.note("stats", &stats);
}
