//! Tests of consents in ledgers of earlier versions.

use super::*;

fn under(consent: &str) -> RunStart {
    RunStart { consent: Some(consent.to_owned()), ..start() }
}

impl World {
    fn begin(&self, consent: &str) -> Result<RunCalls, BeginError> {
        RunCalls::begin(self.store(), &under(consent), MaxAge::default())
    }
}

/// Earlier versions of marl did not count removals, so the run's own summary counts as well.
#[tokio::test]
async fn calls_removed_by_an_earlier_version_stay_used() {
    let world = World::new();
    let first = world.begin("a").unwrap();
    let intent = world.send(&first, 1).await;
    world.settle(&first, 1, intent, found("yes")).await;
    let summary = r#"{"calls": {"bought": 1}, "cost": 0.5}"#.to_owned();
    first.file.end_run(first.run(), &RunEnd { state: RunState::Finished, summary }).await.unwrap();
    assert_eq!(first.file.used("a"), Ok(Used { calls: 1, cost: 0.5 }));
    Connection::open(world.path()).unwrap().execute("DELETE FROM call", []).unwrap();
    assert_eq!(first.file.used("a"), Ok(Used { calls: 1, cost: 0.5 }));
}

#[tokio::test]
async fn a_ledger_from_before_consents_is_migrated_completely() {
    let world = World::new();
    fs::create_dir_all(world.path().parent().unwrap()).unwrap();
    let old = Connection::open(world.path()).unwrap();
    old.execute_batch(migrations::MIGRATIONS[0]).unwrap();
    old.pragma_update(None, "application_id", 0x6d61_726c).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.execute_batch(
        "INSERT INTO run (state, command, input, output, steps, version, started_at, ended_at, summary)
         VALUES ('finished', 'marl enrich', 'in', 'out', '{}', '0.1.0', 1, 2, '{\"calls\": {\"bought\": 1}}')",
    )
    .unwrap();
    let key = world.key(1);
    old.execute(
        "INSERT INTO call (key_short, key, state, run, provider, account, operation, parameters, attempt, sent_at,
             deadline, settled_at, reply) VALUES (?1, ?2, 1, 1, 'p', 'default', 'o', '{}', 1, ?3, ?3, ?3, 'yes')",
        rusqlite::params![key.short(), key.bytes().as_slice(), now_ms()],
    )
    .unwrap();
    drop(old);
    let store = world.store();
    let old_run = store.run(1).unwrap().unwrap();
    assert_eq!((old_run.command.as_str(), old_run.consent), ("marl enrich", None));
    let ledger = world.begin("a").unwrap();
    assert_eq!((ledger.run(), ledger.used_before()), (2, Used::default()));
    assert_eq!(world.word(&ledger, 1).await, "answered yes");
    assert_eq!(store.run(2).unwrap().unwrap().consent.as_deref(), Some("a"));
}
