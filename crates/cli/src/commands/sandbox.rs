//! `marl sandbox`: serves sample data until interrupted.

use marl_core::Registry;
use sandbox::{Options, Sandbox};

use super::block_on;
use crate::{args::SandboxArgs, exit, failure::Failure, printer::Printer};

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
        printer.data(&sandbox.url());
        printer.note("sandbox", "sample answers: listed companies of 2015 to 2025, profiles invented");
        for provider in registry.providers() {
            let card = provider.card;
            let url = sandbox.url();
            printer.note(
                "use",
                &format!("{}={url} {}=sandbox marl enrich ...", card.base_variable, card.key_variable),
            );
        }
        printer.note("stats", &format!("{}/stats", sandbox.url()));
        tokio::signal::ctrl_c().await.map_err(|error| {
            Failure::new(exit::INTERNAL, "internal", "Ctrl-C cannot be watched").caused_by(&error)
        })?;
        sandbox.stop().await;
        Ok(exit::DONE)
    })
}
