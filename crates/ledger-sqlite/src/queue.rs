//! The queue to the writer thread. Changes come in bursts, and a commit costs as much as several changes, so
//! the writer waits a moment for more changes if nothing waits for the first ones.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How long a change that nothing waits for may wait for others.
const LINGER: Duration = Duration::from_micros(300);

/// The most changes that are taken at once.
const MOST: usize = 512;

/// The queued changes, in order.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    waiting: Vec<T>,
    /// Whether something waits for one of them.
    is_urgent: bool,
    /// Whether the writer waits for the first change. Otherwise it lingers or writes, and waking it for each
    /// change would cost more than the change.
    is_idle: bool,
    is_closed: bool,
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        let state = State { waiting: Vec::new(), is_urgent: false, is_idle: false, is_closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Adds a change; `urgent` says that something waits for it. A change that is added to a closed queue is
    /// dropped.
    pub(crate) fn add(&self, change: T, urgent: bool) {
        let mut state = self.lock();
        if state.is_closed {
            return;
        }
        state.waiting.push(change);
        state.is_urgent |= urgent;
        if urgent || std::mem::take(&mut state.is_idle) {
            self.changed.notify_one();
        }
    }

    /// Closes the queue: no further changes are accepted.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_one();
    }

    /// Waits for the next changes and takes them; empty when the queue is closed and empty.
    pub(crate) fn take(&self) -> Vec<T> {
        let mut state = self.lock();
        while state.waiting.is_empty() && !state.is_closed {
            state.is_idle = true;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.is_idle = false;
        let started = Instant::now();
        while !state.is_urgent && !state.is_closed && state.waiting.len() < MOST {
            let Some(left) = LINGER.checked_sub(started.elapsed()) else { break };
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let most = state.waiting.len().min(MOST);
        let rest = state.waiting.split_off(most);
        // The remaining changes have waited already.
        state.is_urgent = !rest.is_empty();
        std::mem::replace(&mut state.waiting, rest)
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn changes_are_taken_in_order_and_in_batches() {
        let queue = Queue::new();
        (0..1_200).for_each(|n| queue.add(n, false));
        queue.close();
        queue.add(1_200, true);
        let parts = [queue.take(), queue.take(), queue.take(), queue.take()];
        assert_eq!(parts.each_ref().map(Vec::len), [512, 512, 176, 0]);
        assert!(parts.concat().into_iter().eq(0..1_200));
    }

    #[test]
    fn the_reader_is_woken_by_the_first_change_and_by_the_end() {
        let queue = Queue::new();
        let taken = thread::scope(|threads| {
            let taking = threads.spawn(|| (queue.take(), queue.take()));
            thread::sleep(Duration::from_millis(20));
            queue.add(1, false);
            thread::sleep(Duration::from_millis(20));
            queue.close();
            taking.join().unwrap()
        });
        assert_eq!(taken, (vec![1], vec![]));
    }
}
