//! Requests that carry many calls. Calls of one operation that are ready to be sent gather in a batch; the
//! first of them leads it, and sends it once it is full or no more calls are coming.
//!
//! ```text
//! reserve budget -> breaker admits -> join a batch
//!   leader: wait for more calls -> slot -> claim all -> mark all -> one request -> each call's own end
//! ```
//!
//! A batch has its slot before its calls are claimed, so that a killed run leaves in doubt only what was in
//! flight. Slots, rates and retries count requests; every call keeps its own claim, price and end.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{FutureExt, future::join_all};
use marl_core::{
    Call, Error, SmolStr,
    provider::{Attempt, Bulk, Failure},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch},
    time::{Instant, sleep, sleep_until},
};

use super::{
    Lane, Shared,
    attempt::KeyedCall,
    entry::{NotSent, STOPPED},
    limit::{ADMISSIONS_PER_SLOT, Admission, Turn},
    send::{Identity, Timeouts, has_left},
};
use crate::{
    event::Event,
    ledger::{Claim, ClaimRequest, Doubt, Intent, Key, LedgerError, Wanted},
};

/// How long no call may have come before a batch counts as complete.
const QUIET: Duration = Duration::from_millis(20);

/// Where the calls of one operation gather.
pub(super) struct BatchQueue {
    bulk: Bulk,
    admissions: Arc<Semaphore>,
    /// The batch that takes more calls.
    open: Mutex<Option<Arc<Batch>>>,
}

struct Batch {
    calls: Mutex<BatchCalls>,
    /// How many calls the batch holds.
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct BatchCalls {
    /// Whether the calls were taken for sending.
    is_taken: bool,
    /// The number of the next call that joins.
    next_number: usize,
    waiting: Vec<(usize, BatchCall)>,
}

/// A call that waits for its batch, with what the leader needs to claim and send it.
struct BatchCall {
    call: Call,
    key: Key,
    wanted: Wanted,
    attempt: u32,
    sender: oneshot::Sender<Result<Delivery, NotSent>>,
}

/// A call whose claim was granted and marked.
struct MarkedCall {
    waiting: BatchCall,
    intent: Intent,
    doubt: Option<Doubt>,
    identity: Identity,
}

/// What a batch gives to each of its calls.
pub(super) struct Delivery {
    pub(super) intent: Intent,
    /// The doubt that the attempt repeats, if there is one.
    pub(super) doubt: Option<Doubt>,
    pub(super) attempt: Attempt,
    pub(super) began: Instant,
    pub(super) duration: Duration,
    /// The share of the longest wait that all calls of the batch wait before they are sent again, so that
    /// they gather again.
    pub(super) jitter: f64,
    /// Whether this call speaks for the request: what a failure means for the provider is counted once.
    pub(super) speaks: bool,
    /// Bounds the batches that are claimed and not yet stored.
    pub(super) turn: Arc<Turn>,
}

impl BatchQueue {
    pub(super) fn new(bulk: Bulk, parallel: usize) -> Self {
        let calls = parallel.saturating_mul(ADMISSIONS_PER_SLOT).saturating_mul(bulk.most.max(1));
        let admissions = Arc::new(Semaphore::new(calls.min(Semaphore::MAX_PERMITS)));
        Self { bulk, admissions, open: Mutex::default() }
    }

    /// Waits until few enough calls are admitted.
    pub(super) async fn admit(&self) -> Admission {
        let permit: OwnedSemaphorePermit =
            Arc::clone(&self.admissions).acquire_owned().await.expect("the admissions are never closed");
        Admission(permit)
    }

    /// Joins the open batch. Returns the batch and the number of the call in it; the call with number 0 leads
    /// the batch.
    fn join(&self, call: BatchCall) -> (Arc<Batch>, usize) {
        let mut open = lock(&self.open);
        if let Some(batch) = &*open {
            let mut calls = lock(&batch.calls);
            if !calls.is_taken && calls.waiting.len() < self.bulk.most {
                let number = calls.next_number;
                calls.next_number += 1;
                calls.waiting.push((number, call));
                batch.count.send_replace(calls.waiting.len());
                drop(calls);
                return (Arc::clone(batch), number);
            }
        }
        let calls = Mutex::new(BatchCalls { is_taken: false, next_number: 1, waiting: vec![(0, call)] });
        let batch = Arc::new(Batch { calls, count: watch::Sender::new(1) });
        *open = Some(Arc::clone(&batch));
        (batch, 0)
    }

    /// Waits until a batch is full, or no call has come for a moment.
    async fn wait_for_more(&self, batch: &Batch) {
        let mut count = batch.count.subscribe();
        let latest = Instant::now() + self.bulk.wait;
        let quiet = QUIET.min(self.bulk.wait);
        while *count.borrow_and_update() < self.bulk.most {
            tokio::select! {
                biased;
                _ = count.changed() => {}
                () = sleep(quiet) => return,
                () = sleep_until(latest) => return,
            }
        }
    }
}

impl Batch {
    fn len(&self) -> usize {
        lock(&self.calls).waiting.len()
    }

    /// Takes all calls for sending. From then on none can leave.
    fn take(&self) -> Vec<BatchCall> {
        let mut calls = lock(&self.calls);
        calls.is_taken = true;
        std::mem::take(&mut calls.waiting).into_iter().map(|(_, waiting)| waiting).collect()
    }

    /// Leaves the batch unless it was already taken for sending; returns whether the call left.
    fn leave(&self, number: usize) -> bool {
        let mut calls = lock(&self.calls);
        let is_free = !calls.is_taken;
        if is_free {
            calls.waiting.retain(|(known, _)| *known != number);
        }
        is_free
    }
}

impl Shared {
    /// Sends a call together with others. The caller holds its reservation and the breaker's permission.
    pub(super) async fn send_together(
        &self,
        keyed: KeyedCall<'_>,
        queue: &BatchQueue,
        timeouts: Timeouts,
        attempt: u32,
    ) -> Result<Delivery, NotSent> {
        let KeyedCall { lane, call, key, wanted } = keyed;
        let (sender, mut delivery) = oneshot::channel();
        let (batch, number) = queue.join(BatchCall { call: call.clone(), key, wanted, attempt, sender });
        let led = async {
            if number == 0 {
                self.lead_batch(lane, &call.operation, queue, &batch, timeouts).await;
            }
            (&mut delivery).await
        };
        tokio::pin!(led);
        let ended = tokio::select! {
            biased;
            delivered = &mut led => return delivered.unwrap_or_else(|_| Err(lost())),
            reason = self.closing() => NotSent::Closed(reason),
            () = lane.breaker.until_stopped(&call.operation) => STOPPED,
        };
        if batch.leave(number) {
            return Err(ended);
        }
        // The call is being sent: its end counts, whatever was closed meanwhile.
        led.await.unwrap_or_else(|_| Err(lost()))
    }

    /// Sends a batch, and gives each of its calls its end.
    async fn lead_batch(
        &self,
        lane: &Lane,
        operation: &SmolStr,
        queue: &BatchQueue,
        batch: &Batch,
        timeouts: Timeouts,
    ) {
        queue.wait_for_more(batch).await;
        let turn = Arc::new(lane.limit.turn().await);
        let expected = batch.len();
        let entered = lane.enter(operation, expected).await;
        let calls = batch.take();
        let added = calls.len().saturating_sub(expected);
        let entered = match entered {
            Ok(slot) => lane.add(operation, added).await.map(|()| slot),
            Err(used_up) => Err(used_up),
        };
        let slot = match entered {
            Ok(slot) => slot,
            Err(used_up) => {
                calls.into_iter().for_each(|waiting| drop(waiting.sender.send(Err(used_up.into()))));
                return;
            }
        };
        let mut marked: Vec<MarkedCall> = Vec::new();
        let price = lane.price(operation);
        let requests: Vec<_> = calls.iter().map(|waiting| waiting.request(lane, &price, timeouts)).collect();
        let claims = join_all(requests.iter().map(|request| self.ledger.claim(request))).await;
        drop(requests);
        for (waiting, claimed) in calls.into_iter().zip(claims) {
            match self.mark(waiting.key, claimed).await {
                Ok((intent, purchase, doubt)) => {
                    let identity = Identity::of(lane, &waiting.call, waiting.key, purchase);
                    marked.push(MarkedCall { waiting, intent, doubt, identity });
                }
                Err(not_sent) => drop(waiting.sender.send(Err(not_sent))),
            }
        }
        let Some(first) = marked.first() else { return };
        let provider = first.waiting.call.provider.clone();
        let outgoing: Vec<_> =
            marked.iter().map(|marked| marked.identity.outgoing(&marked.waiting.call)).collect();
        let began = Instant::now();
        let sending = AssertUnwindSafe(lane.provider.send_many(&outgoing)).catch_unwind();
        // A provider that panics returns no attempts.
        let attempts = timeouts.wait(sending).await.map(Result::unwrap_or_default);
        drop((outgoing, slot));
        let (duration, jitter) = (began.elapsed(), fastrand::f64());
        let attempts = self.one_each(marked.len(), &provider, timeouts, attempts);
        let calls = attempts.iter().filter(|attempt| has_left(&attempt.end)).count();
        if calls > 0 {
            self.listener.on_event(&Event::SentTogether { provider: &provider, calls });
        }
        for (at, (marked, attempt)) in marked.into_iter().zip(attempts).enumerate() {
            let MarkedCall { waiting, intent, doubt, .. } = marked;
            let (speaks, turn) = (at == 0, Arc::clone(&turn));
            let delivery = Delivery { intent, doubt, attempt, began, duration, jitter, speaks, turn };
            drop(waiting.sender.send(Ok(delivery)));
        }
    }

    /// Marks a granted claim as sent.
    async fn mark(
        &self,
        key: Key,
        claimed: Result<Claim, LedgerError>,
    ) -> Result<(Intent, i64, Option<Doubt>), NotSent> {
        let Claim::Granted { intent, purchase, doubt } = claimed? else { return Err(NotSent::Known) };
        if let Err(error) = self.ledger.sending(intent).await {
            self.ledger.take_back(&key, intent).await?;
            return Err(error.into());
        }
        Ok((intent, purchase, doubt))
    }

    /// One attempt for each call. A provider that returns another number of them leaves all in doubt.
    fn one_each(
        &self,
        calls: usize,
        provider: &str,
        timeouts: Timeouts,
        attempts: Option<Vec<Attempt>>,
    ) -> Vec<Attempt> {
        let Some(attempts) = attempts else { return (0..calls).map(|_| timeouts.passed(provider)).collect() };
        if attempts.len() == calls {
            return attempts;
        }
        let message = format!("the provider `{provider}` returned {} ends for {calls} calls", attempts.len());
        (0..calls).map(|_| Failure::in_doubt(Error::internal(message.clone())).into()).collect()
    }
}

impl BatchCall {
    fn request<'a>(
        &'a self,
        lane: &'a Lane,
        price: &'a crate::cost::CallPrice,
        timeouts: Timeouts,
    ) -> ClaimRequest<'a> {
        let Self { key, wanted, attempt, .. } = *self;
        let (call, time) = (&self.call, timeouts.whole());
        let (again, is_keyed) = (lane.again(call, timeouts), lane.is_keyed(call));
        let scope = &lane.settings.scope;
        ClaimRequest { key, call, scope, again, is_keyed, wanted, attempt, time, price }
    }
}

/// The leader of the batch panicked, and the request may have been sent.
fn lost() -> NotSent {
    NotSent::Lost(Error::internal("the request ended without a result").billed(true))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
