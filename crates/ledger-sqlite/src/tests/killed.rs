//! What is known of a dead process's claims: which were sent, and which never were. A ledger that
//! is dropped with open claims leaves behind what a killed process does.

use super::*;

/// The marks of a run; `None` where the system has no place for them.
fn marks(ledger: &RunCalls) -> Option<PathBuf> {
    ledger.lock.marks().map(|marks| marks.name().path())
}

fn lock_of(ledger: &RunCalls) -> PathBuf {
    lock::path(&ledger.file.path, ledger.run())
}

fn states(store: &LedgerFile) -> Vec<(String, u64)> {
    store.stats().unwrap().calls.into_iter().map(|call| (call.state, call.count)).collect()
}

#[tokio::test]
async fn a_claim_that_was_never_sent_is_none_and_one_that_was_is_a_doubt() {
    let world = World::new();
    let (first, second) = (world.run(), world.run());
    if marks(&first).is_none() {
        return;
    }
    world.send(&first, 1).await;
    world.claim(&first, 2, false).await.unwrap();
    assert_eq!(world.word(&second, 2).await, "busy", "the first lives");
    drop(first);
    // Of a run that lived when this one began.
    assert_eq!(world.word(&second, 1).await, "in doubt false");
    assert_eq!(world.word(&second, 2).await, "nothing");
    assert_eq!(second.newest(&world.key(2)).await.unwrap(), None);
    assert_eq!(second.file.doubts(), Ok(1));
    let again = world.send(&second, 2).await;
    assert_eq!(world.claim(&second, 1, false).await, None);
    // The next one puts it in the record.
    let third = world.run();
    assert_eq!(states(&third.file), [("in_doubt".to_owned(), 1), ("intent".to_owned(), 1)]);
    world.settle(&second, 2, again, found("yes")).await;
    assert_eq!(world.word(&third, 2).await, "answered yes");
}

#[tokio::test]
async fn without_its_marks_everything_claimed_counts_as_sent() {
    let world = World::new();
    let first = world.run();
    let Some(marks) = marks(&first) else { return };
    world.claim(&first, 1, false).await.unwrap();
    drop(first);
    // A power cut.
    fs::remove_file(marks).unwrap();
    let second = world.run();
    assert_eq!(world.word(&second, 1).await, "in doubt false");
    assert_eq!(states(&second.file), [("in_doubt".to_owned(), 1)]);
}

/// The lock is called by the run's number alone, and another ledger in the folder had such a run.
#[tokio::test]
async fn another_ledgers_marks_say_nothing() {
    let world = World::new();
    let first = world.run();
    world.send(&first, 1).await;
    drop(first);
    let kept = world.path().with_file_name("kept.db");
    fs::rename(world.path(), &kept).unwrap();
    tokio::time::sleep(Duration::from_millis(2)).await;
    let other = world.run();
    assert_eq!(other.run(), 1);
    world.claim(&other, 7, false).await.unwrap();
    drop(other);
    fs::rename(&kept, world.path()).unwrap();
    let second = world.run();
    assert_eq!(world.word(&second, 1).await, "in doubt false");
}

#[tokio::test]
async fn what_a_killed_process_left_behind_is_removed_once_it_is_settled() {
    let world = World::new();
    let first = world.run();
    let (Some(marks), lock) = (marks(&first), lock_of(&first)) else { return };
    world.claim(&first, 1, false).await.unwrap();
    drop(first);
    assert!(lock.exists() && marks.exists());
    let planned = planned(&world.store());
    assert_eq!(world.word(&planned, 1).await, "nothing");
    assert!(lock.exists() && marks.exists(), "a plan settles nothing");
    let second = world.run();
    assert!(!lock.exists() && !marks.exists());
    assert_eq!(states(&second.file), []);
    assert!(lock_of(&second).exists());
}

#[tokio::test]
async fn a_run_without_open_claims_leaves_nothing_behind() {
    let world = World::new();
    let first = world.run();
    let (marks, lock) = (marks(&first), lock_of(&first));
    let sent = world.send(&first, 1).await;
    world.settle(&first, 1, sent, found("yes")).await;
    let unsent = world.claim(&first, 2, false).await.unwrap();
    first.take_back(&world.key(2), unsent).await.unwrap();
    drop(first);
    assert!(!lock.exists() && marks.is_none_or(|marks| !marks.exists()));
}

#[tokio::test]
async fn locks_that_are_not_this_ledgers_or_not_its_own_any_more_are_left_alone() {
    let world = World::new();
    drop(world.run());
    let other = world.path().with_file_name("sandbox-run-1.lock");
    fs::write(&other, "").unwrap();
    let first = world.run();
    assert!(other.exists());
    // The folder was deleted meanwhile, and another run has its lock there.
    let lock = lock_of(&first);
    fs::remove_file(&lock).unwrap();
    fs::write(&lock, "").unwrap();
    drop(first);
    assert!(lock.exists());
}

/// Its ledger may have been deleted while it ran: then the numbers begin anew.
#[tokio::test]
async fn a_lock_that_another_process_holds_is_named() {
    let world = World::new();
    let first = world.run();
    fs::remove_file(world.path()).unwrap();
    for end in ["wal", "shm"] {
        let _ = fs::remove_file(world.path().with_extension(format!("db-{end}")));
    }
    let refused = RunCalls::begin(world.store(), &start(), MaxAge::default()).err().unwrap();
    assert!(refused.to_string().contains("another process holds"), "{refused}");
    assert!(refused.to_string().contains("run-1.lock"), "{refused}");
    drop(first);
    drop(world.run());
}

#[test]
fn what_stands_in_the_place_of_a_lock_is_not_touched() {
    let world = World::new();
    drop(world.store());
    let folder = world.path().parent().unwrap().to_owned();
    let target = folder.join("precious");
    fs::write(&target, "text").unwrap();
    std::os::unix::fs::symlink(&target, folder.join("run-1.lock")).unwrap();
    let refused = RunCalls::begin(world.store(), &start(), MaxAge::default()).err().unwrap();
    assert!(refused.to_string().contains("run-1.lock is not a regular file; remove it"), "{refused}");
    assert_eq!(fs::read_to_string(&target).unwrap(), "text");
}
