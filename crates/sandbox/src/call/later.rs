//! Jobs: a request begins one, and polls look at it until it has ended.
//!
//! A job is billed at its end, whether or not its client looks. Polls are free and may meet faults; they are
//! no calls, so that a refused poll is no refused call. This module must not know what a job answers.

use hyper::StatusCode;
use tokio::time::Instant;

use super::{Account, State, bill, faulty, pause};
use crate::hash::{Dice, Fnv};
use crate::reply::Reply;
use crate::vendor::{self, Later};
use crate::work::{Answered, Ticket};
use crate::{FaultKind, fault};

/// Begins a job that gives this answer at its end, and returns the answer for now. The fault `slow` makes the
/// job take longer instead of the request.
pub(super) fn begin(
    state: &State,
    account: &Account,
    later: &dyn Later,
    ticket: Ticket,
    is_slow: bool,
    answered: Answered,
) -> Answered {
    let more = if is_slow { state.options.slow_for } else { Default::default() };
    let id = ticket.id();
    let accepted = later.accepted(&id);
    account.jobs.begin(id, Instant::now() + state.options.pending_for + more, answered);
    accepted
}

/// Bills the jobs that have ended.
pub(super) fn settle(state: &State, account: &Account) {
    for answered in account.jobs.take_ended(Instant::now()) {
        bill(state, account, &answered);
    }
}

/// Looks at a job, or produces the fault of this look instead.
pub(super) async fn poll(state: &State, account: &Account, later: &dyn Later, id: &str) -> Reply {
    let options = &state.options;
    let vendor = account.vendor;
    settle(state, account);
    let Some(look) = account.jobs.look(id, Instant::now()) else {
        return match later.forgotten(id) {
            Some(answered) => faulty::after(vendor, None, &answered),
            None => Ok(vendor.error(StatusCode::NOT_FOUND, "There is no such job")),
        };
    };
    let mut hash = Fnv::new();
    hash.write_text(id);
    let hash = hash.finish();
    let fault = fault::draw(&options.faults, options.seed, hash, look.earlier)
        .filter(|kind| vendor::has_fault(vendor, *kind));
    if let Some(kind) = fault {
        state.counters.fault(kind);
        if !kind.bills() {
            return faulty::before(vendor, kind, options.retry_after);
        }
    }
    pause(options.latency).await;
    if fault == Some(FaultKind::Slow) {
        pause(options.slow_for).await;
    }
    match look.answered {
        Some(answered) => faulty::after(vendor, fault, &answered),
        None => {
            let dice = Dice::of_arrival(options.seed, hash, look.earlier);
            faulty::after(vendor, fault, &later.pending(id, dice))
        }
    }
}
