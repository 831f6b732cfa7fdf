//! Connections to the providers of a job: to the built-in sandbox, or to the vendors. This module sends
//! nothing itself.

use std::{sync::Arc, time::Duration};

use engine::{
    Silent,
    gateway::{Caps, Gateway, InDoubt, Settings as GatewaySettings},
    ledger::{Calls, Freshness, Ledger, MaxAge, MemoryCalls},
};
use sandbox::{Options, Sandbox};

use crate::{
    failure::{Failure, error_code::ErrorCode, exit::Exit},
    job::Job,
    project::connect::{self, Connected},
};

/// How long a call takes in the built-in sandbox, so that a sample run looks realistic.
const SANDBOX_LATENCY: Duration = Duration::from_millis(100);

/// Everything that is needed to reach the providers of a job.
pub struct Connections {
    sandbox: Option<Sandbox>,
    connected: Connected,
    /// The settings of the gateways that are created from these connections.
    pub settings: GatewaySettings,
}

impl Connections {
    /// Connects the providers that a job's steps call; starts the sandbox if it is to answer.
    ///
    /// # Errors
    /// A key or an address cannot be used, settings contradict each other, or no port is free.
    pub async fn of(job: &Job, caps: Caps) -> Result<Self, Failure> {
        let sandbox = if job.spec.ledger.sandbox { Some(start_sandbox().await?) } else { None };
        let (providers, settings) = (job.plan.providers(), &job.workspace.settings);
        let connected = match &sandbox {
            Some(sandbox) => connect::sandbox(&providers, &job.workspace.registry, &sandbox.url())?,
            None => connect::live(
                &providers,
                &job.workspace.registry,
                &job.workspace.working,
                settings.contact(),
            )?,
        };
        let settings = settings.gateway(job.spec.parallel, job.spec.in_doubt, caps, &connected.bases)?;
        let (own_freshness, patience) = (job.spec.own_freshness, job.spec.patience);
        let settings = GatewaySettings { own_freshness, patience, ..settings };
        Ok(Self { sandbox, connected, settings })
    }

    /// A gateway that answers from what `store` holds now, and sends nothing.
    pub(crate) async fn closed(
        &self,
        store: Option<Arc<dyn Ledger>>,
        max_age: Duration,
    ) -> Result<Gateway, Failure> {
        self.reading(store, Freshness::Now(MaxAge::new(max_age))).await
    }

    /// A gateway that answers from what `store` holds, however old, and sends nothing. Rows are selected by
    /// their stored outcomes with it.
    pub(crate) async fn ageless(&self, store: Option<Arc<dyn Ledger>>) -> Result<Gateway, Failure> {
        self.reading(store, Freshness::Any).await
    }

    async fn reading(
        &self,
        store: Option<Arc<dyn Ledger>>,
        freshness: Freshness,
    ) -> Result<Gateway, Failure> {
        let calls = match store {
            Some(store) => store.reader(freshness).await?,
            None => Arc::new(MemoryCalls::default()),
        };
        let providers = self.connected.providers.iter().map(Arc::clone);
        Ok(Gateway::new(providers, calls, self.settings.clone(), Arc::new(Silent)))
    }

    /// A gateway that sends, up to these caps, and records in `calls` what it sends.
    pub fn open(&self, calls: Arc<dyn Calls>, caps: Caps, listener: Arc<dyn engine::Listener>) -> Gateway {
        let providers = self.connected.providers.iter().map(Arc::clone);
        Gateway::new(providers, calls, GatewaySettings { caps, ..self.settings.clone() }, listener)
    }

    /// What affects how much is spent and differs from the defaults, one line each: addresses, and the
    /// settings for operations that the job may send.
    pub fn spending_notes(&self, job: &Job) -> Vec<String> {
        let calls = job.plan.contracts().flat_map(|contract| contract.calls.iter());
        let mut priced = Vec::new();
        for call in calls {
            let provider = call.provider.as_str();
            priced.push((provider, call.operation.as_str()));
            let price = job.operation(provider, &call.operation).and_then(|known| known.price.as_ref());
            priced.extend(price.map(|price| (provider, price.unit.as_str())));
        }
        priced.sort_unstable();
        priced.dedup();
        let mut lines = self.connected.address_notes.clone();
        lines.extend(job.workspace.settings.spending_notes(&priced));
        lines
    }

    /// A warning if `marl.toml`, and no flag, makes marl resend calls that may have been paid for.
    pub fn warning_of_resends(&self, job: &Job) -> Option<String> {
        if job.spec.in_doubt.is_some() || !self.resends_doubts() {
            return None;
        }
        let providers: Vec<&str> = job.workspace.settings.resent().collect();
        let attempts = self.settings.most_attempts();
        Some(format!(
            "marl.toml makes marl send calls of {} that are in doubt again, up to {attempts} times in total, and each \
             time may be paid for; `--in-doubt keep` prevents this",
            providers.join(", ")
        ))
    }

    /// Whether calls in doubt are sent again.
    pub fn resends_doubts(&self) -> bool {
        self.settings.lanes.values().any(|lane| lane.in_doubt == InDoubt::Retry)
    }

    /// Whether the sandbox answers, so that the answers are samples.
    pub fn is_sandbox(&self) -> bool {
        self.sandbox.is_some()
    }

    /// Stops the sandbox.
    pub async fn close(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

/// Starts the built-in sandbox.
///
/// # Errors
/// No port on 127.0.0.1 is free.
pub async fn start_sandbox() -> Result<Sandbox, Failure> {
    let options = Options { latency: SANDBOX_LATENCY, ..Options::default() };
    Sandbox::start(options).await.map_err(|error| {
        Failure::new(Exit::Internal, ErrorCode::Internal, "the sandbox cannot listen on 127.0.0.1")
            .caused_by(&error)
    })
}
