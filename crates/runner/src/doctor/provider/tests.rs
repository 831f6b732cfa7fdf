//! The doctor on providers that are made at run time and need no key.

use async_trait::async_trait;
use marl_core::{
    Error, Origin, Reply,
    provider::{Attempt, Failure as Refusal, Limits, Operation, Operations},
};

use super::*;
use crate::spec::LedgerChoice;

/// A provider without a key, which answers or refuses its free call.
struct Open {
    info: ProviderInfo,
    connection: Connection,
    refuses: bool,
}

#[async_trait]
impl Provider for Open {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ready(&self) -> Result<(), Error> {
        Ok(())
    }

    async fn send(&self, _: &Outgoing<'_>) -> Attempt {
        assert_eq!(self.connection.key, None, "there is no key to send");
        match self.refuses {
            true => Refusal::refused(Error::new(ErrorKind::Auth, "the request is refused"))
                .reaching(Reach::Provider)
                .into(),
            false => Attempt::answered("{}".to_owned()),
        }
    }

    fn read(&self, _: &Call, _: &str) -> Result<Reply, Error> {
        Ok(Reply::NoData)
    }
}

fn registry(refuses: bool) -> Registry {
    let mut registry = Registry::gather().unwrap();
    let info = ProviderInfo {
        name: "open".into(),
        description: "needs no key".into(),
        key_variable: None,
        base_variable: "MARL_TEST_NO_SUCH_BASE".into(),
        default_base: "https://open.example".into(),
        operations: Operations::constant(&[], Operation::free(Duration::from_secs(60))),
        limits: Limits::NONE,
        check: Some("ping".into()),
    };
    let made = info.clone();
    let connect =
        move |connection| -> Box<dyn Provider> { Box::new(Open { info: made.clone(), connection, refuses }) };
    registry.add_provider(info, Box::new(connect), Origin::File("open.toml".into())).unwrap();
    registry
}

async fn lines(refuses: bool, offline: bool, sandbox: bool) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let spec = DoctorSpec { offline, ledger: LedgerChoice { sandbox, ..LedgerChoice::default() } };
    let checks = checks(&spec, &registry(refuses), folder.path()).await.unwrap();
    let of_open = checks.into_iter().filter(|check| check.name.starts_with("open."));
    let line = |check: Check| format!("{}: {} {}", check.name, check.message, check.fix.unwrap_or_default());
    of_open.map(|check| line(check).trim_end().to_owned()).collect()
}

#[tokio::test]
async fn a_provider_without_a_key_is_asked_without_one() {
    let [address, key] =
        ["open.address: https://open.example, the default", "open.key: the provider needs none"];
    let answer = "open.answer: answers (`ping`, which is free)";
    assert_eq!(lines(false, false, false).await, [address, key, answer]);
    assert_eq!(lines(false, true, false).await, [address, key, "open.answer: not asked: `--offline`"]);
    let sandbox = "open.address: the built-in sandbox has no sample answers of it";
    assert_eq!(lines(false, true, true).await, [sandbox]);
}

#[tokio::test]
async fn a_refusal_names_no_key_to_set_or_to_check() {
    let lines = lines(true, false, false).await;
    assert!(
        lines[2].starts_with("open.answer: the request is refused the provider needs no key"),
        "{lines:?}"
    );
}
