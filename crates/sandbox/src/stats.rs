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
use crate::work::{Charge, Work};

/// The statistics of a sandbox since its start, over all vendors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Calls that were asked for, including refused ones. A bulk request is as many calls as it has items,
    /// and counts as one call if it is refused before it is read.
    pub calls: u64,
    /// Calls that a provider would bill. Most are billed when their work begins; the calls of a job are
    /// billed when the job ends.
    pub billed: u64,
    /// Billed calls that had already been billed, by operation and parameters.
    pub billed_duplicates: u64,
    /// Calls that were refused and cost nothing, because of the key, credit, rate, request or tool.
    pub refused: u64,
    /// Distinct calls (by operation and parameters) that were accepted.
    pub distinct: u64,
    /// Requests being processed now.
    pub in_flight: u64,
    /// The highest number of requests that were processed at the same time.
    pub most_in_flight: u64,
    /// Faults that occurred, by kind.
    pub faults: BTreeMap<String, u64>,
    /// The statistics of each vendor, by name.
    pub vendors: BTreeMap<&'static str, VendorStats>,
}

/// The statistics of one vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VendorStats {
    /// All requests.
    pub requests: u64,
    /// Requests that looked at a job. They are free and are no calls.
    pub polls: u64,
    /// Requests above the vendor's limit. They got a `429`.
    pub limited: u64,
    /// Calls that were asked for, as in [`Stats::calls`].
    pub calls: u64,
    /// Calls that the vendor would bill, as in [`Stats::billed`].
    pub billed: u64,
    /// Billed calls that had already been billed.
    pub billed_duplicates: u64,
    /// The sum of the bill in thousandths of the vendor's credit, so that it is exact.
    pub credit_thousandths: u64,
    /// Calls that were refused and cost nothing.
    pub refused: u64,
    /// Distinct calls that were accepted.
    pub distinct: u64,
    /// The highest number of requests that were processed at the same time.
    pub most_in_flight: u64,
}

/// The counters of one vendor, behind [`VendorStats`].
#[derive(Default)]
pub(crate) struct Tally {
    requests: AtomicU64,
    polls: AtomicU64,
    limited: AtomicU64,
    calls: AtomicU64,
    billed: AtomicU64,
    billed_duplicates: AtomicU64,
    credit_thousandths: AtomicU64,
    refused: AtomicU64,
    distinct: AtomicU64,
    in_flight: Gauge,
}

impl Tally {
    /// Counts a request that looks at a job.
    pub(crate) fn poll(&self) {
        self.polls.fetch_add(1, Relaxed);
    }

    /// Counts a request above the vendor's limit.
    pub(crate) fn limit(&self) {
        self.limited.fetch_add(1, Relaxed);
    }

    /// Counts calls as refused on arrival.
    pub(crate) fn turn_away(&self, calls: u64) {
        self.calls.fetch_add(calls, Relaxed);
        self.refuse(calls);
    }

    /// Counts calls that have arrived as refused.
    pub(crate) fn refuse(&self, calls: u64) {
        self.refused.fetch_add(calls, Relaxed);
    }

    /// The statistics so far.
    pub(crate) fn stats(&self) -> VendorStats {
        VendorStats {
            requests: self.requests.load(Relaxed),
            polls: self.polls.load(Relaxed),
            limited: self.limited.load(Relaxed),
            calls: self.calls.load(Relaxed),
            billed: self.billed.load(Relaxed),
            billed_duplicates: self.billed_duplicates.load(Relaxed),
            credit_thousandths: self.credit_thousandths.load(Relaxed),
            refused: self.refused.load(Relaxed),
            distinct: self.distinct.load(Relaxed),
            most_in_flight: self.in_flight.most.load(Relaxed),
        }
    }
}

/// The counters that the vendors share.
pub(crate) struct Counters {
    in_flight: Gauge,
    faults: [AtomicU64; FaultKind::ALL.len()],
    seen: [Mutex<HashMap<u64, Seen>>; SHARDS],
}

/// The data about one call, or about one bulk request.
#[derive(Default)]
struct Seen {
    /// Arrivals as a request.
    arrivals: u64,
    /// Whether the call has arrived, alone or in a bulk request.
    accepted: bool,
    billed: bool,
}

const SHARDS: usize = 64;

/// A number that goes up and down, and its highest value.
#[derive(Default)]
struct Gauge {
    now: AtomicU64,
    most: AtomicU64,
}

impl Gauge {
    fn enter(&self) {
        let now = self.now.fetch_add(1, Relaxed) + 1;
        self.most.fetch_max(now, Relaxed);
    }
}

/// Counts a request as in flight until the guard is dropped, even when the client disconnects.
pub(crate) struct InFlight<'a>([&'a Gauge; 2]);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        for gauge in self.0 {
            gauge.now.fetch_sub(1, Relaxed);
        }
    }
}

impl Counters {
    /// All counters at zero.
    pub(crate) fn new() -> Self {
        Self {
            in_flight: Gauge::default(),
            faults: [const { AtomicU64::new(0) }; FaultKind::ALL.len()],
            seen: std::array::from_fn(|_| Mutex::default()),
        }
    }

    /// Counts a request to a vendor as arrived and in flight.
    ///
    /// The guard is dropped just before the response is written. A client that starts the next call when a
    /// response arrives therefore never seems to have more calls in flight than it has.
    pub(crate) fn enter<'a>(&'a self, tally: &'a Tally) -> InFlight<'a> {
        tally.requests.fetch_add(1, Relaxed);
        let gauges = [&self.in_flight, &tally.in_flight];
        gauges.iter().for_each(|gauge| gauge.enter());
        InFlight(gauges)
    }

    /// Counts an arrival of a request and its calls, and returns the number of its earlier arrivals.
    pub(crate) fn arrive(&self, tally: &Tally, work: &Work) -> u64 {
        for call in &work.items {
            let known = std::mem::replace(&mut self.shard(*call).entry(*call).or_default().accepted, true);
            tally.calls.fetch_add(1, Relaxed);
            tally.distinct.fetch_add(u64::from(!known), Relaxed);
        }
        let request = work.hash();
        let mut shard = self.shard(request);
        let seen = shard.entry(request).or_default();
        seen.arrivals += 1;
        seen.arrivals - 1
    }

    /// Counts a call as billed.
    pub(crate) fn bill(&self, tally: &Tally, charge: Charge) {
        let Charge { call, thousandths } = charge;
        let again = std::mem::replace(&mut self.shard(call).entry(call).or_default().billed, true);
        tally.billed.fetch_add(1, Relaxed);
        tally.billed_duplicates.fetch_add(u64::from(again), Relaxed);
        tally.credit_thousandths.fetch_add(thousandths, Relaxed);
    }

    /// Counts a fault.
    pub(crate) fn fault(&self, kind: FaultKind) {
        self.faults[kind as usize].fetch_add(1, Relaxed);
    }

    /// The statistics so far, with those of the vendors.
    pub(crate) fn stats(&self, vendors: BTreeMap<&'static str, VendorStats>) -> Stats {
        let faults = FaultKind::ALL.into_iter().map(|kind| (kind, self.faults[kind as usize].load(Relaxed)));
        let sum = |count: fn(&VendorStats) -> u64| vendors.values().map(count).sum();
        Stats {
            calls: sum(|vendor| vendor.calls),
            billed: sum(|vendor| vendor.billed),
            billed_duplicates: sum(|vendor| vendor.billed_duplicates),
            refused: sum(|vendor| vendor.refused),
            distinct: sum(|vendor| vendor.distinct),
            in_flight: self.in_flight.now.load(Relaxed),
            most_in_flight: self.in_flight.most.load(Relaxed),
            faults: faults
                .filter(|(_, count)| *count > 0)
                .map(|(kind, count)| (kind.to_string(), count))
                .collect(),
            vendors,
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
    use crate::work::testing::asking_for;

    #[test]
    fn a_call_billed_before_is_a_duplicate() {
        let (counters, tally) = (Counters::new(), Tally::default());
        assert_eq!([1, 1, 65].map(|call| counters.arrive(&tally, &asking_for(&[call]))), [0, 1, 0]);
        for call in [1, 65, 1] {
            counters.bill(&tally, Charge { call, thousandths: 250 });
        }
        let stats = tally.stats();
        assert_eq!((stats.billed, stats.billed_duplicates, stats.distinct), (3, 1, 2));
        assert_eq!(stats.credit_thousandths, 750);
    }

    #[test]
    fn a_call_is_the_same_alone_and_in_bulk() {
        let (counters, tally) = (Counters::new(), Tally::default());
        let requests = [&[1_u64, 2, 2][..], &[2, 1, 2], &[1], &[1, 2]];
        // The order of the items does not matter; another set of items is another request.
        assert_eq!(requests.map(|items| counters.arrive(&tally, &asking_for(items))), [0, 1, 0, 0]);
        let stats = tally.stats();
        assert_eq!((stats.calls, stats.distinct), (9, 2));
    }

    #[test]
    fn vendors_are_counted_apart_and_added_up() {
        let (counters, one, other) = (Counters::new(), Tally::default(), Tally::default());
        counters.arrive(&one, &asking_for(&[1]));
        counters.arrive(&other, &asking_for(&[2, 3]));
        other.turn_away(4);
        let stats = counters.stats(BTreeMap::from([("one", one.stats()), ("other", other.stats())]));
        assert_eq!((stats.calls, stats.refused, stats.distinct), (7, 4, 3));
        assert_eq!(stats.vendors["one"].calls, 1);
    }

    #[test]
    fn in_flight_ends_with_its_guard() {
        let (counters, one, other) = (Counters::new(), Tally::default(), Tally::default());
        let guards = (counters.enter(&one), counters.enter(&other), counters.enter(&one));
        assert_eq!(counters.stats(BTreeMap::new()).in_flight, 3);
        drop(guards);
        let stats = counters.stats(BTreeMap::new());
        assert_eq!((stats.in_flight, stats.most_in_flight), (0, 3));
        let of = |tally: &Tally| (tally.stats().requests, tally.stats().most_in_flight);
        assert_eq!((of(&one), of(&other)), ((2, 2), (1, 1)));
    }

    #[test]
    fn each_kind_has_its_own_counter() {
        for (at, kind) in FaultKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, at);
        }
    }
}
