//! The life of a request from its arrival to its answer: key, limit, faults, billing, latency.
//!
//! The order of these steps defines the statistics: a refusal costs nothing, calls are billed when their
//! work begins, and a failure after that was paid for. This module must not know what a vendor answers or
//! how a vendor writes it.

mod faulty;
mod later;

use std::time::Duration;

use hyper::{Response, StatusCode};
use tokio::time::Instant;

use crate::idempotency::{Claim, Keys};
use crate::jobs::Jobs;
use crate::limit::{Limit, Window};
use crate::reply::{Payload, Reply};
use crate::stats::{Counters, Tally};
use crate::vendor::{self, Vendor};
use crate::work::{Answered, Request, Ticket, Work};
use crate::{FaultKind, Options, Stats, fault};

/// The state that all requests share.
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) counters: Counters,
    /// The accounts in the order of the vendors.
    pub(crate) accounts: Vec<Account>,
}

/// A vendor in this sandbox.
pub(crate) struct Account {
    pub(crate) vendor: &'static dyn Vendor,
    pub(crate) tally: Tally,
    jobs: Jobs,
    keys: Keys,
    window: Option<Window>,
}

impl Account {
    fn new(vendor: &'static dyn Vendor, limits: &[Limit]) -> Self {
        Self {
            vendor,
            tally: Tally::default(),
            jobs: Jobs::default(),
            keys: Keys::default(),
            window: Window::of(vendor.name(), limits),
        }
    }

    /// The refusal of a request above the vendor's limit.
    fn refusal_above_limit(&self) -> Option<Response<Payload>> {
        let seconds = self.window.as_ref()?.admit(Instant::now()).err()?;
        self.tally.limit();
        Some(faulty::slow_down(self.vendor, seconds))
    }

    /// Counts a request that is refused before it is read. Nobody knows how many calls it asks for.
    pub(crate) fn turn_away(&self, request: &Request<'_>) {
        if request.id.is_none() {
            self.tally.turn_away(1);
        }
    }
}

impl State {
    pub(crate) fn new(options: Options) -> Self {
        let accounts = vendor::ALL.iter().map(|vendor| Account::new(*vendor, &options.limits)).collect();
        Self { options, counters: Counters::new(), accounts }
    }

    /// The statistics so far.
    pub(crate) fn stats(&self) -> Stats {
        self.accounts.iter().for_each(|account| later::settle(self, account));
        let of_vendor = |account: &Account| (account.vendor.name(), account.tally.stats());
        self.counters.stats(self.accounts.iter().map(of_vendor).collect())
    }
}

/// Answers one request to a vendor.
pub(crate) async fn execute(state: &State, account: &Account, request: &Request<'_>) -> Reply {
    let vendor = account.vendor;
    if request.id.is_some() {
        account.tally.poll();
    }
    if !accepts_key(state.options.key.as_deref(), &vendor.key(request)) {
        account.turn_away(request);
        return Ok(faulty::unauthorized(vendor));
    }
    if let (Some(id), Some(later)) = (request.id, vendor.later()) {
        return match account.refusal_above_limit() {
            None => later::poll(state, account, later, id).await,
            Some(refusal) => Ok(refusal),
        };
    }
    let work = match vendor.read(request) {
        Ok(work) => work,
        Err(refusal) => {
            account.turn_away(request);
            return Ok(*refusal);
        }
    };
    if let Some(refusal) = account.refusal_above_limit() {
        account.tally.turn_away(work.items.len() as u64);
        return Ok(refusal);
    }
    run(state, account, &work).await
}

/// Does the work of a request, or produces its fault instead.
async fn run(state: &State, account: &Account, work: &Work) -> Reply {
    let State { options, counters, .. } = state;
    let Account { vendor, tally, .. } = account;
    let arrival = counters.arrive(tally, work);
    let ticket = Ticket { seed: options.seed, request: work.hash(), arrival };
    let fault = meet(state, account, work, ticket);
    if let Some(kind) = fault.filter(|kind| !kind.bills()) {
        return faulty::before(*vendor, kind, options.retry_after);
    }
    let is_slow = fault == Some(FaultKind::Slow);
    let claim = work.idempotency.map_or(Claim::New, |key| account.keys.claim(key, ticket));
    let answered = match claim {
        Claim::New => begin(state, account, work, ticket, is_slow),
        Claim::Done(first) => match vendor.later() {
            Some(later) => later.accepted(&first.id()),
            None => work.job.run(first),
        },
        Claim::Taken => {
            tally.refuse(work.items.len() as u64);
            return Ok(vendor.error(StatusCode::CONFLICT, "The idempotency key belongs to another request"));
        }
    };
    pause(options.latency).await;
    if is_slow && vendor.later().is_none() {
        pause(options.slow_for).await;
    }
    faulty::after(*vendor, fault, &answered)
}

/// The fault that a request meets. It is counted.
fn meet(state: &State, account: &Account, work: &Work, ticket: Ticket) -> Option<FaultKind> {
    let kind = fault::draw(&state.options.faults, ticket.seed, ticket.request, ticket.arrival)
        .filter(|kind| vendor::has_fault(account.vendor, *kind))
        .or_else(|| work.job.special_fault(ticket.arrival))?;
    state.counters.fault(kind);
    if kind.refuses() {
        account.tally.refuse(work.items.len() as u64);
    }
    Some(kind)
}

/// Does the work for the first time: at once, which bills it, or in a job, which is billed at its end.
fn begin(state: &State, account: &Account, work: &Work, ticket: Ticket, is_slow: bool) -> Answered {
    let answered = work.job.run(ticket);
    if let Some(later) = account.vendor.later() {
        return later::begin(state, account, later, ticket, is_slow, answered);
    }
    bill(state, account, &answered);
    answered
}

/// Bills an answer. Nothing else bills.
fn bill(state: &State, account: &Account, answered: &Answered) {
    answered.bill.iter().for_each(|charge| state.counters.bill(&account.tally, *charge));
}

fn accepts_key(wanted: Option<&str>, given: &[u8]) -> bool {
    match wanted {
        Some(wanted) => given == wanted.as_bytes(),
        None => !given.is_empty(),
    }
}

async fn pause(duration: Duration) {
    // A zero sleep would still wait for the timer's next millisecond.
    if !duration.is_zero() {
        tokio::time::sleep(duration).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_configured_key_is_accepted() {
        assert!(accepts_key(None, b"anything"));
        assert!(!accepts_key(None, b""));
        assert!(accepts_key(Some("right"), b"right"));
        assert!(!accepts_key(Some("right"), b"wrong"));
    }
}
