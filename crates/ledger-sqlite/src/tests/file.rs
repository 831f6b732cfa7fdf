//! Tests of the file: created, damaged, locked, full.

use super::*;

#[tokio::test]
async fn commits_survive_a_power_cut() {
    let world = World::new();
    let store = world.store();
    let settings = store.writer().unwrap().run(|db| {
        let journal: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        let synchronous: i64 = db.pragma_query_value(None, "synchronous", |row| row.get(0))?;
        Ok((journal, synchronous))
    });
    assert_eq!(settings.await.unwrap(), ("wal".to_owned(), 2), "2 is FULL");
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_loses_nothing_stored() {
    let world = World::new();
    let ledger = world.run();
    let intent = world.claim(&ledger, 1, false).await.unwrap();
    world.settle(&ledger, 1, intent, found("yes")).await;
    let open = world.claim(&ledger, 2, false).await.unwrap();
    let pages = ledger.file.writer().unwrap().run(|db| {
        let pages: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0))?;
        db.pragma_update(None, "max_page_count", pages)?;
        Ok(pages)
    });
    pages.await.unwrap();
    let big = found(&incompressible(100_000));
    let ended = Arc::new(Ended { end: big, duration: Duration::ZERO, request_id: None, ends_doubts: false });
    let kept = world.path().with_file_name("ledger.db-room");
    assert!(kept.exists(), "room is kept for answers");
    let refused = ledger.settle(&world.key(2), open, Arc::clone(&ended)).await.unwrap_err();
    assert_eq!(refused.0, "the disk is full");
    assert!(!kept.exists() && ledger.file.is_full(), "the room is given up");
    let room = ledger.file.writer().unwrap();
    room.run(|db| db.pragma_update(None, "max_page_count", 1_000_000)).await.unwrap();
    ledger.settle(&world.key(2), open, ended).await.expect("now there is room for it");
    let (call, scope) = (call(3), Scope::default());
    let time = Duration::from_secs(1);
    let key = world.key(3);
    let request = ClaimRequest {
        key,
        call: &call,
        scope: &scope,
        again: Again::default(),
        is_keyed: false,
        wanted: Wanted::default(),
        attempt: 1,
        time,
        price: &price(None),
    };
    assert_eq!(ledger.claim(&request).await.unwrap_err().0, "the disk is full", "nothing more is sent");
    assert_eq!(world.word(&ledger, 1).await, "answered yes");
    assert_eq!(world.word(&ledger, 2).await, format!("answered {}", incompressible(100_000)));
}

/// A text that no compressor makes smaller by much.
fn incompressible(length: usize) -> String {
    let mut random = fastrand::Rng::with_seed(7);
    (0..length).map(|_| random.alphanumeric()).collect()
}

#[test]
fn the_folder_of_marl_has_a_gitignore() {
    let world = World::new();
    let store = world.store();
    assert!(store.is_new() && store.is_in_place());
    assert_eq!(fs::read_to_string(world.folder.path().join(".marl/.gitignore")).unwrap(), "*\n");
    assert!(!world.store().is_new());
    let log = world.path().with_file_name("ledger.db-wal");
    fs::rename(&log, log.with_extension("away")).unwrap();
    assert!(!store.is_in_place(), "its log is gone");
    fs::rename(log.with_extension("away"), &log).unwrap();
    assert!(store.is_in_place());
    fs::remove_file(world.path()).unwrap();
    assert!(!store.is_in_place(), "deleted");
    fs::write(world.path(), "").unwrap();
    assert!(!store.is_in_place(), "replaced");
}

#[test]
fn files_that_cannot_be_used() {
    let check = |prepare: &dyn Fn(&Path), expect: Problem| {
        let world = World::new();
        fs::create_dir_all(world.path().parent().unwrap()).unwrap();
        prepare(&world.path());
        let before = fs::read(world.path()).unwrap_or_default();
        let error = LedgerFile::open(&world.path()).err().expect("it was opened");
        assert_eq!(error.problem, expect, "{error}");
        assert!(error.to_string().contains("ledger.db"));
        assert!(
            fs::read(world.path()).unwrap_or_default() == before,
            "{expect:?}: something stored was touched"
        );
    };
    check(
        &|path| {
            fs::write(path, "this is a text, and a long one, that is no database at all\n".repeat(40))
                .unwrap()
        },
        Problem::NotALedger,
    );
    check(
        &|path| Connection::open(path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap(),
        Problem::NotALedger,
    );
    check(
        &|path| {
            drop(LedgerFile::open(path).unwrap());
            Connection::open(path).unwrap().pragma_update(None, "user_version", 99).unwrap();
            let _ = fs::remove_file(path.with_extension("db-wal"));
        },
        Problem::Newer,
    );
    check(&|path| fs::create_dir(path).unwrap(), Problem::ReadOnly);
    check(
        &|path| {
            drop(LedgerFile::open(path).unwrap());
            damage(path, 100, 4096);
        },
        Problem::Corrupt,
    );
    check(
        &|path| {
            drop(LedgerFile::open(path).unwrap());
            let half = fs::metadata(path).unwrap().len() / 2 - 1;
            fs::File::options().write(true).open(path).unwrap().set_len(half).unwrap();
        },
        Problem::Corrupt,
    );
}

/// Overwrites a part of a file.
fn damage(path: &Path, from: usize, to: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[from..to].fill(0xA5);
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn damage_in_the_middle_is_an_error_and_never_reads_as_no_answer() {
    let world = World::new();
    let ledger = world.run();
    for n in 1..=200 {
        let intent = world.claim(&ledger, n, false).await.unwrap();
        world.settle(&ledger, n, intent, found(&"x".repeat(500))).await;
    }
    assert_eq!(ledger.file.is_sound(), Ok(true));
    drop(ledger);
    let length = fs::metadata(world.path()).unwrap().len() as usize;
    damage(&world.path(), length / 2, length);
    let store = Arc::new(LedgerFile::open(&world.path()).expect("its beginning is sound"));
    assert_eq!(store.is_sound(), Ok(false));
    let ledger = RunCalls::begin(store, &start(), MaxAge::default());
    let error = match ledger {
        Err(error) => error.to_string(),
        Ok(ledger) => {
            let mut errors = Vec::new();
            for n in 1..=200 {
                match ledger.look_up(&world.key(n), Wanted::default()).await {
                    Ok(known) => assert!(word(known).starts_with("answered x"), "call {n} was bought"),
                    Err(error) => errors.push(error),
                }
            }
            errors.pop().expect("half of the file is gone").to_string()
        }
    };
    assert!(error.contains("damaged"), "{error}");
}

#[tokio::test]
async fn a_ledger_that_another_program_holds_is_an_error_and_works_again_afterwards() {
    let world = World::new();
    let store = world.store();
    let other = Connection::open(world.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = RunCalls::begin(Arc::clone(&store), &start(), MaxAge::default()).err();
    let refused = refused.expect("a run was recorded in a locked file").to_string();
    assert!(refused.contains("another program holds it"), "{refused}");
    other.execute_batch("COMMIT").unwrap();
    let ledger = RunCalls::begin(store, &start(), MaxAge::default()).unwrap();
    let intent = world.claim(&ledger, 1, false).await.unwrap();
    world.settle(&ledger, 1, intent, found("yes")).await;
    assert_eq!(world.word(&ledger, 1).await, "answered yes");
}

#[test]
fn many_processes_may_create_the_ledger_at_once() {
    for _ in 0..10 {
        let world = World::new();
        let path = world.path();
        let opened: Vec<_> = std::thread::scope(|threads| {
            let all: Vec<_> = (0..8).map(|_| threads.spawn(|| LedgerFile::open(&path).map(|_| ()))).collect();
            all.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(opened.iter().all(Result::is_ok), "{opened:?}");
    }
}

/// Pages of 100 KB, made of the project's own documents. They take about 4 KB each.
#[tokio::test]
async fn long_replies_take_a_fraction_of_their_length() {
    const CALLS: u64 = 60;
    let text = concat!(include_str!("../../../../README.md"), include_str!("../../../../docs/gateway.md"));
    let lines: Vec<&str> = text.lines().collect();
    let world = World::new();
    let run = world.run();
    let mut length = 0;
    for n in 0..CALLS {
        let mut page = String::new();
        let mut at = n as usize * 7919;
        while page.len() < 100_000 {
            at = (at * 31 + 17) % lines.len();
            page.push_str(&format!("<p id=\"{at}-{n}\">{}</p>\n", lines[at]));
            at += 1;
        }
        length += page.len();
        let intent = world.send(&run, n).await;
        world.settle(&run, n, intent, found(&page)).await;
    }
    drop(run);
    let files = std::fs::read_dir(world.path().parent().unwrap()).unwrap().flatten();
    let files = files.filter(|file| !file.file_name().to_string_lossy().ends_with("-room"));
    let bytes: u64 = files.map(|file| file.metadata().unwrap().len()).sum();
    assert!(bytes * 5 < length as u64, "{bytes} of {length}");
}
