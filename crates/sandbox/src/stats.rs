//! What the sandbox counts, which is what tests of marl's promises rest on.
//!
//! Counting must be exact at any parallelism and must not make calls wait for each other:
//! plain counters are atomic, and what is known of a call lies behind one of many locks.
//! This module must not decide what is billed.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::FaultKind;

/// What a sandbox has counted since it started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Requests to execute a tool, refused ones included.
    pub calls: u64,
    /// Calls whose work was begun and that would have been paid for.
    pub billed: u64,
    /// Billed calls whose tool and parameters had been billed before.
    pub billed_duplicates: u64,
    /// Calls that were refused and cost nothing: key, credit, rate, request or tool.
    pub refused: u64,
    /// Different calls (tool and parameters) that were let in.
    pub distinct: u64,
    /// Calls being worked on now.
    pub in_flight: u64,
    /// The most calls that were being worked on at once.
    pub most_in_flight: u64,
    /// Faults that happened, by kind.
    pub faults: BTreeMap<String, u64>,
}

/// The counters behind [`Stats`].
pub(crate) struct Counters {
    calls: AtomicU64,
    billed: AtomicU64,
    billed_duplicates: AtomicU64,
    refused: AtomicU64,
    distinct: AtomicU64,
    in_flight: AtomicU64,
    most_in_flight: AtomicU64,
    faults: [AtomicU64; FaultKind::ALL.len()],
    seen: [Mutex<HashMap<u64, Seen>>; SHARDS],
}

/// What is known of one call.
#[derive(Default)]
struct Seen {
    arrivals: u64,
    billed: bool,
}

const SHARDS: usize = 64;

/// Counts a call as in flight until it is dropped, even when its client goes away.
pub(crate) struct InFlight<'a>(&'a Counters);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

impl Counters {
    /// Everything at zero.
    pub(crate) fn new() -> Self {
        Self {
            calls: AtomicU64::new(0),
            billed: AtomicU64::new(0),
            billed_duplicates: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            distinct: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            most_in_flight: AtomicU64::new(0),
            faults: [const { AtomicU64::new(0) }; FaultKind::ALL.len()],
            seen: std::array::from_fn(|_| Mutex::default()),
        }
    }

    /// A request to execute a tool came in.
    ///
    /// It leaves the count just before its answer is written: a client that frees a slot when
    /// the answer is there never seems to have one call more in flight than it had.
    pub(crate) fn enter(&self) -> InFlight<'_> {
        self.calls.fetch_add(1, Relaxed);
        let now = self.in_flight.fetch_add(1, Relaxed) + 1;
        self.most_in_flight.fetch_max(now, Relaxed);
        InFlight(self)
    }

    /// The number of earlier arrivals of this call.
    pub(crate) fn arrive(&self, call: u64) -> u64 {
        let mut shard = self.shard(call);
        let seen = shard.entry(call).or_default();
        let earlier = seen.arrivals;
        seen.arrivals += 1;
        drop(shard);
        if earlier == 0 {
            self.distinct.fetch_add(1, Relaxed);
        }
        earlier
    }

    /// The work on this call began.
    pub(crate) fn bill(&self, call: u64) {
        let again = std::mem::replace(&mut self.shard(call).entry(call).or_default().billed, true);
        self.billed.fetch_add(1, Relaxed);
        if again {
            self.billed_duplicates.fetch_add(1, Relaxed);
        }
    }

    /// A call was refused.
    pub(crate) fn refuse(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    /// A fault happened.
    pub(crate) fn fault(&self, kind: FaultKind) {
        self.faults[kind as usize].fetch_add(1, Relaxed);
    }

    /// What was counted so far.
    pub(crate) fn stats(&self) -> Stats {
        let faults = FaultKind::ALL.into_iter().map(|kind| (kind, self.faults[kind as usize].load(Relaxed)));
        Stats {
            calls: self.calls.load(Relaxed),
            billed: self.billed.load(Relaxed),
            billed_duplicates: self.billed_duplicates.load(Relaxed),
            refused: self.refused.load(Relaxed),
            distinct: self.distinct.load(Relaxed),
            in_flight: self.in_flight.load(Relaxed),
            most_in_flight: self.most_in_flight.load(Relaxed),
            faults: faults
                .filter(|(_, count)| *count > 0)
                .map(|(kind, count)| (kind.to_string(), count))
                .collect(),
        }
    }

    fn shard(&self, call: u64) -> MutexGuard<'_, HashMap<u64, Seen>> {
        let shard = &self.seen[call as usize % SHARDS];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duplicate_is_a_call_billed_before() {
        let counters = Counters::new();
        assert_eq!((counters.arrive(1), counters.arrive(1), counters.arrive(65)), (0, 1, 0));
        counters.bill(1);
        counters.bill(65);
        counters.bill(1);
        let stats = counters.stats();
        assert_eq!((stats.billed, stats.billed_duplicates, stats.distinct), (3, 1, 2));
    }

    #[test]
    fn in_flight_ends_with_its_guard() {
        let counters = Counters::new();
        let (one, two) = (counters.enter(), counters.enter());
        assert_eq!(counters.stats().in_flight, 2);
        drop((one, two));
        let stats = counters.stats();
        assert_eq!((stats.calls, stats.in_flight, stats.most_in_flight), (2, 0, 2));
    }

    #[test]
    fn each_kind_has_its_own_place() {
        for (at, kind) in FaultKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, at);
        }
    }
}
