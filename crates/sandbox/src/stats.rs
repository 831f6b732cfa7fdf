//! The statistics of the sandbox. The tests of marl's promises rely on them.
//!
//! Counting must be exact at any parallelism and must not make calls wait for each other. Plain counters are
//! therefore atomic, and the data of each call is behind one of many locks. This module must not decide what
//! is billed.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::FaultKind;

/// The statistics of a sandbox since its start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Requests to execute a tool, including refused ones.
    pub calls: u64,
    /// Calls whose work was begun and which a provider would therefore bill.
    pub billed: u64,
    /// Billed calls whose tool and parameters had already been billed.
    pub billed_duplicates: u64,
    /// Calls that were refused and cost nothing, because of the key, credit, rate, request or tool.
    pub refused: u64,
    /// Distinct calls (by tool and parameters) that were accepted.
    pub distinct: u64,
    /// Calls being processed now.
    pub in_flight: u64,
    /// The highest number of calls that were processed at the same time.
    pub most_in_flight: u64,
    /// Faults that occurred, by kind.
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

/// The data about one call.
#[derive(Default)]
struct Seen {
    arrivals: u64,
    billed: bool,
}

const SHARDS: usize = 64;

/// Counts a call as in flight until the guard is dropped, even when the client disconnects.
pub(crate) struct InFlight<'a>(&'a Counters);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

impl Counters {
    /// All counters at zero.
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

    /// Counts a request to execute a tool as arrived and in flight.
    ///
    /// The guard is dropped just before the response is written. A client that starts the next call when a
    /// response arrives therefore never seems to have more calls in flight than it has.
    pub(crate) fn enter(&self) -> InFlight<'_> {
        self.calls.fetch_add(1, Relaxed);
        let now = self.in_flight.fetch_add(1, Relaxed) + 1;
        self.most_in_flight.fetch_max(now, Relaxed);
        InFlight(self)
    }

    /// Counts an arrival of a call, and returns the number of its earlier arrivals.
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

    /// Counts a call as billed.
    pub(crate) fn bill(&self, call: u64) {
        let again = std::mem::replace(&mut self.shard(call).entry(call).or_default().billed, true);
        self.billed.fetch_add(1, Relaxed);
        if again {
            self.billed_duplicates.fetch_add(1, Relaxed);
        }
    }

    /// Counts a refused call.
    pub(crate) fn refuse(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    /// Counts a fault.
    pub(crate) fn fault(&self, kind: FaultKind) {
        self.faults[kind as usize].fetch_add(1, Relaxed);
    }

    /// The statistics so far.
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
    fn a_call_billed_before_is_a_duplicate() {
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
    fn each_kind_has_its_own_counter() {
        for (at, kind) in FaultKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, at);
        }
    }
}
