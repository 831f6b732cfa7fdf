//! Tests of what is known about a dead process's claims: which were sent, and which never were. A ledger that
//! is dropped with open claims leaves behind the same files as a killed process.

use super::*;

/// The marks of a run; `None` if the system has no place for them.
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
async fn a_claim_that_was_never_sent_is_void_and_a_sent_one_is_in_doubt() {
    let world = World::new();
    let (first, second) = (world.run(), world.run());
    if marks(&first).is_none() {
        return;
    }
    world.send(&first, 1).await;
    world.claim(&first, 2, false).await.unwrap();
    assert_eq!(world.word(&second, 2).await, "busy", "the first lives");
    drop(first);
    // The first run's process was alive when this run began.
    assert_eq!(world.word(&second, 1).await, "in doubt false");
    assert_eq!(world.word(&second, 2).await, "nothing");
    assert_eq!(second.newest(&world.key(2)).await.unwrap(), None);
    assert_eq!(second.file.doubts(), Ok(1));
    let again = world.send(&second, 2).await;
    assert_eq!(world.claim(&second, 1, false).await, None);
    // The next run records it.
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
    // A power cut erases the marks.
    fs::remove_file(marks).unwrap();
    let second = world.run();
    assert_eq!(world.word(&second, 1).await, "in doubt false");
    assert_eq!(states(&second.file), [("in_doubt".to_owned(), 1)]);
}

/// The name of the lock contains only the run's number, and another ledger in the folder had a run with that
/// number.
#[tokio::test]
async fn marks_of_another_ledger_are_ignored() {
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
async fn leftovers_of_a_killed_process_are_removed_once_settled() {
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
async fn locks_of_other_ledgers_and_lost_locks_are_left_alone() {
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

/// The ledger may have been deleted while the run went on; the numbers then start again.
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
fn another_file_at_the_path_of_a_lock_is_not_touched() {
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
