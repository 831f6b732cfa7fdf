//! The jobs of a vendor that answers later: when each ends, and what it answers then.
//!
//! A job's answer is known from the start and shown at the job's end. Nothing runs in the background: every
//! look compares the clock with the end. Jobs are kept until the sandbox stops. This module must not bill,
//! and must not know a vendor.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::work::Answered;

/// The jobs of one vendor.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    by_id: HashMap<String, Pending>,
    /// The identifiers of the jobs whose bill is not taken yet, by their ends.
    open: BinaryHeap<Reverse<(Instant, String)>>,
}

struct Pending {
    ends: Instant,
    answered: Arc<Answered>,
    looks: u64,
}

/// What a client sees when it looks at a job.
pub(crate) struct Look {
    /// How often the job was looked at before.
    pub(crate) earlier: u64,
    /// The answer, unless the job still runs.
    pub(crate) answered: Option<Arc<Answered>>,
}

impl Jobs {
    /// Begins a job.
    pub(crate) fn begin(&self, id: String, ends: Instant, answered: Answered) {
        let mut inner = self.lock();
        inner.open.push(Reverse((ends, id.clone())));
        inner.by_id.insert(id, Pending { ends, answered: Arc::new(answered), looks: 0 });
    }

    /// Looks at a job; `None` when there is no such job.
    pub(crate) fn look(&self, id: &str, now: Instant) -> Option<Look> {
        let mut inner = self.lock();
        let job = inner.by_id.get_mut(id)?;
        job.looks += 1;
        let answered = (job.ends <= now).then(|| Arc::clone(&job.answered));
        Some(Look { earlier: job.looks - 1, answered })
    }

    /// The answers of the jobs that have ended. Each is given once, in the order of the ends.
    pub(crate) fn take_ended(&self, now: Instant) -> Vec<Arc<Answered>> {
        let mut inner = self.lock();
        let mut ended = Vec::new();
        while inner.open.peek().is_some_and(|Reverse((ends, _))| *ends <= now) {
            let Some(Reverse((_, id))) = inner.open.pop() else { break };
            ended.extend(inner.by_id.get(&id).map(|job| Arc::clone(&job.answered)));
        }
        ended
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_job_is_answered_from_its_end_on_and_taken_once() {
        let (jobs, start) = (Jobs::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        jobs.begin("late".to_owned(), at(3), Answered::ok(json!("late")));
        jobs.begin("early".to_owned(), at(2), Answered::ok(json!("early")));
        let body = |look: Look| look.answered.map(|answered| answered.body.clone());
        assert_eq!(body(jobs.look("early", at(1)).unwrap()), None);
        assert_eq!(body(jobs.look("early", at(2)).unwrap()), Some(json!("early")));
        assert_eq!(jobs.look("early", at(9)).unwrap().earlier, 2);
        assert!(jobs.look("other", at(9)).is_none());
        let taken = |now| -> Vec<Value> {
            jobs.take_ended(now).iter().map(|answered| answered.body.clone()).collect()
        };
        assert_eq!(taken(at(1)), Vec::<Value>::new());
        assert_eq!(taken(at(3)), [json!("early"), json!("late")]);
        assert_eq!(taken(at(9)), Vec::<Value>::new());
    }
}
