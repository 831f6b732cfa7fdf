//! Tests of ledgers that are opened for reading, and of ledgers with foreign additions.

use std::collections::BTreeMap;

use engine::ledger::Upkeep;
use futures::StreamExt;

use super::*;

/// The ledger's folder: its files with their content.
fn folder(world: &World) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(world.path().parent().unwrap()).unwrap().flatten();
    files
        .map(|file| (file.file_name().to_string_lossy().into_owned(), fs::read(file.path()).unwrap()))
        .collect()
}

async fn with_an_answer() -> World {
    let world = World::new();
    let ledger = world.run();
    let intent = world.send(&ledger, 1).await;
    world.settle(&ledger, 1, intent, found("yes")).await;
    world
}

/// Calls everything that only reads.
async fn read_all(world: &World, store: &Arc<LedgerFile>) -> String {
    store.stats().unwrap();
    store.runs(10).unwrap();
    store.run(1).unwrap().unwrap();
    store.run_of_output("x").unwrap().unwrap();
    store.is_asked_to_stop(1).unwrap();
    assert!(Store::from(Arc::clone(store)).export().all(async |page| page.is_ok()).await);
    store.record(&world.key(1)).unwrap();
    store.usual_duration("p", "o").unwrap();
    store.would_remove(&[Prune::OlderThan(Duration::ZERO)], false).unwrap();
    assert_eq!((store.doubts(), store.is_sound()), (Ok(0), Ok(true)));
    let planned = planned(store);
    world.word(&planned, 1).await
}

#[tokio::test]
async fn reading_creates_and_changes_nothing() {
    let world = with_an_answer().await;
    let before = folder(&world);
    assert!(!before.contains_key("ledger.db-wal"), "nobody has it open");
    let store = Arc::new(LedgerFile::read(&world.path()).unwrap());
    assert_eq!(read_all(&world, &store).await, "answered yes");
    let run = start();
    assert!(RunCalls::begin(Arc::clone(&store), &run, MaxAge::default()).is_err());
    assert!(store.ask_to_stop(1).await.unwrap_err().0.contains("for reading alone"));
    drop(store);
    assert!(folder(&world) == before, "{:?}", folder(&world).keys());
}

#[tokio::test]
async fn rows_stored_during_reading_are_seen() {
    let world = with_an_answer().await;
    let store = Arc::new(LedgerFile::read(&world.path()).unwrap());
    let planned = planned(&store);
    assert_eq!(world.word(&planned, 2).await, "nothing");
    let run = world.run();
    let intent = world.send(&run, 2).await;
    world.settle(&run, 2, intent, found("new")).await;
    tokio::time::sleep(Duration::from_millis(15)).await;
    assert_eq!(world.word(&planned, 2).await, "answered new");
    assert_eq!(store.runs(10).unwrap().1, 2);
    // The log is moved into the file, and an empty log lies beside it.
    run.file.remove(&[Prune::Person { values: vec!["nobody at all".to_owned()] }], false).unwrap();
    drop(run);
    tokio::time::sleep(Duration::from_millis(15)).await;
    assert_eq!(world.word(&planned, 2).await, "answered new");
}

#[tokio::test]
async fn a_ledger_of_any_version_is_read_as_it_is() {
    let current = with_an_answer().await;
    let store = Arc::new(LedgerFile::read(&current.path()).unwrap());
    assert_eq!(read_all(&current, &store).await, "answered yes");
    for version in 1..migrations::MIGRATIONS.len() {
        let world = World::new();
        fs::create_dir_all(world.path().parent().unwrap()).unwrap();
        let db = Connection::open(world.path()).unwrap();
        migrations::MIGRATIONS[..version].iter().for_each(|step| db.execute_batch(step).unwrap());
        db.pragma_update(None, "application_id", open::APPLICATION_ID).unwrap();
        db.pragma_update(None, "user_version", version as i64).unwrap();
        db.execute_batch(
            "INSERT INTO run (state, command, input, output, steps, version, started_at)
             VALUES ('finished', 'x', 'x', 'x', '[]', 'x', 1)",
        )
        .unwrap();
        drop(db);
        let before = folder(&world);
        let store = Arc::new(LedgerFile::read(&world.path()).unwrap());
        assert_eq!(read_all(&world, &store).await, "nothing", "version {version}");
        assert!(folder(&world) == before, "version {version}");
        drop(LedgerFile::open(&world.path()).unwrap());
        assert_eq!(world.store().runs(1).unwrap().1, 1, "version {version} is brought to the newest");
    }
}

#[test]
fn reading_does_not_turn_another_file_into_a_ledger() {
    for empty in [true, false] {
        let world = World::new();
        fs::create_dir_all(world.path().parent().unwrap()).unwrap();
        fs::write(world.path(), "").unwrap();
        if !empty {
            Connection::open(world.path()).unwrap().pragma_update(None, "user_version", 0).unwrap();
        }
        let before = folder(&world);
        let error = LedgerFile::read(&world.path()).err().expect("it was read");
        assert_eq!(error.problem, Problem::NotYetMade, "{error}");
        assert!(folder(&world) == before);
    }
    let world = World::new();
    assert!(LedgerFile::read(&world.path()).is_err());
    assert!(!world.path().parent().unwrap().exists());
}

#[tokio::test]
async fn a_ledger_with_foreign_additions_is_refused_with_their_names() {
    let table: [(&str, &str); 9] = [
        ("CREATE TRIGGER thief AFTER UPDATE ON call BEGIN DELETE FROM call; END", "trigger `thief`"),
        ("CREATE VIEW more AS SELECT 1", "view `more`"),
        (
            "DROP VIEW calls; CREATE VIEW calls AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x FROM n",
            "view `calls`",
        ),
        ("CREATE INDEX slow ON call (reply)", "index `slow`"),
        ("DROP INDEX call_by_key; CREATE INDEX call_by_key ON call (id)", "index `call_by_key`"),
        ("CREATE TABLE more (x)", "table `more`"),
        ("ALTER TABLE call ADD COLUMN more GENERATED ALWAYS AS (abs(id))", "table `call`"),
        ("DROP VIEW runs", "view `runs` is missing"),
        ("ALTER TABLE run RENAME TO run2; CREATE VIEW run AS SELECT * FROM run2", "run"),
    ];
    for (change, named) in table {
        let world = with_an_answer().await;
        Connection::open(world.path()).unwrap().execute_batch(change).unwrap();
        let before = folder(&world);
        for opened in [LedgerFile::open(&world.path()), LedgerFile::read(&world.path())] {
            let error = opened.err().unwrap_or_else(|| panic!("{change}"));
            assert_eq!(error.problem, Problem::Foreign, "{error}");
            assert!(error.to_string().contains(named), "{change}: {error}");
        }
        assert!(folder(&world)["ledger.db"] == before["ledger.db"], "{change}");
    }
    let world = with_an_answer().await;
    Connection::open(world.path()).unwrap().execute_batch("ANALYZE").unwrap();
    let store = Arc::new(LedgerFile::read(&world.path()).unwrap());
    assert_eq!(read_all(&world, &store).await, "answered yes", "statistics change no answer");
}

#[tokio::test]
async fn a_copy_during_a_run_is_complete_and_private() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let run = world.run();
    fs::set_permissions(world.path(), fs::Permissions::from_mode(0o640)).unwrap();
    let body = "x".repeat(3_000);
    for n in 0..300 {
        let intent = world.send(&run, n).await;
        world.settle(&run, n, intent, found(&body)).await;
    }
    world.send(&run, 300).await;
    let to = world.folder.path().join("copy's.db");
    LedgerFile::read(&world.path()).unwrap().back_up(&to).unwrap();
    let bytes = fs::read(&to).unwrap();
    assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o640);
    let copy = Arc::new(LedgerFile::open(&to).unwrap());
    let planned = planned(&copy);
    for n in 0..300 {
        assert!(world.word(&planned, n).await.starts_with("answered xxx"), "{n}");
    }
    assert_eq!(world.word(&planned, 300).await, "busy", "it was under way");
    drop(planned);
    for taken in [to.clone(), world.path()] {
        let before = fs::read(&taken).unwrap();
        assert!(run.file.back_up(&taken).unwrap_err().0.contains("cannot be created"));
        assert!(fs::read(&taken).unwrap() == before, "an existing file is not touched");
    }
    assert!(bytes.len() > 900_000);
    let nowhere = world.folder.path().join("none/copy.db");
    assert!(run.file.back_up(&nowhere).is_err());
}
