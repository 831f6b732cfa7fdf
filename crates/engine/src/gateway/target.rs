//! Calls about one target, such as a website, are made one after another: a host that fails or throttles holds
//! up the calls about itself, and no others.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use marl_core::SmolStr;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The targets of the calls under way.
#[derive(Default)]
pub(super) struct Targets(Arc<Mutex<HashMap<SmolStr, Arc<Semaphore>>>>);

/// The right to make calls about one target; freed when it is dropped.
pub(super) struct TargetPermit {
    targets: Arc<Mutex<HashMap<SmolStr, Arc<Semaphore>>>>,
    name: SmolStr,
    permit: Option<OwnedSemaphorePermit>,
}

impl Targets {
    /// Waits until no other call is being made about this target.
    pub(super) async fn enter(&self, name: SmolStr) -> TargetPermit {
        let turn =
            Arc::clone(lock(&self.0).entry(name.clone()).or_insert_with(|| Arc::new(Semaphore::new(1))));
        let permit = turn.acquire_owned().await.expect("the turns are never closed");
        TargetPermit { targets: Arc::clone(&self.0), name, permit: Some(permit) }
    }
}

impl Drop for TargetPermit {
    fn drop(&mut self) {
        let mut targets = lock(&self.targets);
        drop(self.permit.take());
        // A table may name any number of targets, so a target that nobody waits for is forgotten.
        if targets.get(&self.name).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            targets.remove(&self.name);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_target_holds_up_itself_alone_and_is_forgotten() {
        let targets = Targets::default();
        let one = targets.enter("one.example".into()).await;
        let _two = targets.enter("two.example".into()).await;
        let soon = Duration::from_secs(1);
        assert!(timeout(soon, targets.enter("one.example".into())).await.is_err());
        drop(one);
        assert!(timeout(soon, targets.enter("one.example".into())).await.is_ok());
        assert_eq!(lock(&targets.0).keys().collect::<Vec<_>>(), ["two.example"]);
    }
}
