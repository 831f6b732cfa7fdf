//! What is known of a killed process's claims: which were sent, and which never were.

use super::*;

/// Ends a run as a kill does: what its process left behind stays. `None` where the system has no
/// place for marks.
fn kill(ledger: RunLedger) -> Option<()> {
    let lock = lock::path(ledger.store().path(), ledger.run());
    let marks = ledger.lock.marks()?.name().path();
    let left = [&lock, &marks].map(|path| fs::read(path).unwrap());
    drop(ledger);
    for (path, left) in [lock, marks].iter().zip(left) {
        fs::write(path, left).unwrap();
    }
    Some(())
}

fn states(store: &Store) -> Vec<(String, u64)> {
    store.stats().unwrap().calls.into_iter().map(|call| (call.state, call.count)).collect()
}

#[tokio::test]
async fn a_claim_that_was_never_sent_is_none_and_one_that_was_is_a_doubt() {
    let world = World::new();
    let (first, second) = (world.run(), world.run());
    let sent = world.claim(&first, 1, false).await.unwrap();
    first.sending(sent).unwrap();
    world.claim(&first, 2, false).await.unwrap();
    assert_eq!(world.word(&second, 2).await, "busy", "the first lives");
    if kill(first).is_none() {
        return;
    }
    // Of a run that lived when this one began.
    assert_eq!(world.word(&second, 1).await, "in doubt false");
    assert_eq!(world.word(&second, 2).await, "nothing");
    assert_eq!(second.newest(&world.key(2)).await.unwrap(), None);
    assert_eq!(second.store().doubts(), Ok(1));
    assert!(world.claim(&second, 2, false).await.is_some());
    assert_eq!(world.claim(&second, 1, false).await, None);
    // The next one puts it in the record.
    let third = world.run();
    assert_eq!(states(third.store()), [("in_doubt".to_owned(), 1), ("intent".to_owned(), 1)]);
}

#[tokio::test]
async fn without_its_marks_everything_claimed_counts_as_sent() {
    let world = World::new();
    let first = world.run();
    world.claim(&first, 1, false).await.unwrap();
    let Some(marks) = first.lock.marks().map(|marks| marks.name().path()) else { return };
    kill(first).unwrap();
    // A power cut.
    fs::remove_file(marks).unwrap();
    let second = world.run();
    assert_eq!(world.word(&second, 1).await, "in doubt false");
    assert_eq!(states(second.store()), [("in_doubt".to_owned(), 1)]);
}

#[tokio::test]
async fn what_a_killed_process_left_behind_is_removed_once_it_is_settled() {
    let world = World::new();
    let first = world.run();
    world.claim(&first, 1, false).await.unwrap();
    let Some(marks) = first.lock.marks().map(|marks| marks.name().path()) else { return };
    let lock = lock::path(&world.path(), first.run());
    kill(first).unwrap();
    assert!(lock.exists() && marks.exists());
    let planned = RunLedger::planned(world.store(), MaxAge::default());
    assert_eq!(world.word(&planned, 1).await, "nothing");
    assert!(lock.exists() && marks.exists(), "a plan settles nothing");
    let second = world.run();
    assert!(!lock.exists() && !marks.exists());
    assert_eq!(states(second.store()), []);
    assert!(lock::path(&world.path(), second.run()).exists());
}

#[tokio::test]
async fn the_lock_of_another_ledger_in_the_folder_is_left_alone() {
    let world = World::new();
    drop(world.run());
    let other = world.path().with_file_name("sandbox-run-1.lock");
    fs::write(&other, "").unwrap();
    drop(world.run());
    assert!(other.exists());
}
