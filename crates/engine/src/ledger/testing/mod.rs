//! The behaviour that every form of the ledger must show, as tests over a [`Form`]. A form's crate runs all
//! of them with [`ledger_suite!`](crate::ledger_suite). Only tests use this module.

mod calls;
mod consents;
mod orders;
mod removals;
mod runs;
mod upkeep;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use marl_core::Call;
use serde_json::json;

use super::{
    Again, Calls, Claim, ClaimRequest, Ended, Intent, Key, Known, Ledger, MaxAge, RunEnd, RunStart, RunState,
    Scope, Settled, StartedRun, Wanted,
};

use crate::cost::{CallPrice, Cost};

pub use calls::*;
pub use consents::*;
pub use orders::*;
pub use removals::*;
pub use runs::*;
pub use upkeep::*;

/// A form of the ledger under test.
#[async_trait]
pub trait Form: Send + Sync {
    /// Opens the ledger as another process would. The first time, the ledger is empty.
    async fn open(&self) -> Arc<dyn Ledger>;
}

/// What a ledger knows of a call, in short words: `answered {"a": 1}`, `in doubt true`.
pub fn word(known: Known) -> String {
    match known {
        Known::Nothing => "nothing".to_owned(),
        Known::Answered(body) => format!("answered {body}"),
        Known::Unusable { error, body } => {
            format!("unusable {} of {}", error.full_message(), body.unwrap_or_default())
        }
        Known::Failed(error) => format!("failed {}", error.kind()),
        Known::InDoubt { in_this_run, .. } => format!("in doubt {in_this_run}"),
        Known::Pending { handle, .. } => format!("pending {handle}"),
        Known::Busy { .. } => "busy".to_owned(),
    }
}

/// Creates a test for each behaviour, each with a new form: `ledger_suite!(MyForm::new())`.
#[macro_export]
macro_rules! ledger_suite {
    ($form:expr) => {
        $crate::ledger_suite! {
            $form =>
            // Calls.
            intents_become_answers_that_later_runs_use
            an_unbought_call_is_taken_back_or_failed_only_for_its_run
            an_unusable_answer_was_bought_and_stays
            a_living_process_keeps_others_out
            a_dead_process_leaves_only_its_sent_calls_in_doubt
            a_doubt_is_resent_only_by_choice_and_ends_with_an_answer
            a_late_answer_settles_its_doubt
            an_end_that_is_reported_twice_is_stored_once
            answers_age_and_doubts_do_not
            refreshing_ignores_answers_from_before_the_run
            a_reader_claims_nothing
            one_of_many_concurrent_claims_is_granted
            an_operation_may_have_a_freshness_of_its_own
            // Orders.
            an_ordered_answer_is_collected_by_any_later_run
            an_order_that_the_vendor_gives_up_can_be_made_again
            an_order_counts_with_its_price_until_it_is_answered
            attempts_of_one_purchase_have_one_number
            a_recognised_repetition_ends_its_doubts
            a_doubt_without_a_key_is_never_recognised
            a_stored_answer_stays
            an_order_is_newer_than_an_older_answer
            // Runs.
            a_run_is_recorded_from_its_start_to_its_end
            a_run_without_an_end_has_died
            the_newest_runs_are_listed_first
            the_run_that_wrote_an_output_is_found
            a_run_can_be_asked_to_stop
            // Consents.
            only_calls_that_may_have_been_paid_for_count
            a_call_counts_with_its_real_cost
            one_run_at_a_time_uses_a_consent
            one_of_many_runs_that_begin_at_once_gets_the_consent
            removed_calls_stay_used
            // Upkeep.
            calls_are_counted_and_read
            every_call_is_exported_in_order
            // Removals.
            a_removal_takes_doubts_only_by_choice
            a_removal_by_age_leaves_younger_calls
            calls_with_a_parameter_are_removed
            a_person_is_removed_from_answers_and_runs
        }
    };
    ($form:expr => $($name:ident)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                $crate::ledger::testing::$name(&$form).await;
            }
        )*
    };
}

/// The start of a run, under a consent if there is one.
fn start(consent: Option<&str>) -> RunStart {
    RunStart {
        command: "marl enrich".to_owned(),
        input: "/in".to_owned(),
        output: "/out".to_owned(),
        steps: r#"{"steps":[1]}"#.to_owned(),
        version: "1.2.3".to_owned(),
        consent: consent.map(str::to_owned),
    }
}

/// Begins a run of a ledger under test.
pub async fn begin(ledger: &dyn Ledger) -> StartedRun {
    begin_with(ledger, MaxAge::default()).await
}

async fn begin_with(ledger: &dyn Ledger, max_age: MaxAge) -> StartedRun {
    ledger.begin(&start(None), max_age).await.expect("a run begins")
}

async fn end(ledger: &dyn Ledger, run: i64, summary: &str) {
    let end = RunEnd { state: RunState::Finished, summary: summary.to_owned() };
    ledger.end_run(run, &end).await.expect("the end is stored");
}

fn call(n: u64) -> Call {
    Call { provider: "p".into(), operation: "o".into(), parameters: json!({ "n": n, "who": "jane" }) }
}

fn key(n: u64) -> Key {
    Key::of(&call(n), &Scope::default())
}

/// What a call may cost, if that is known.
pub fn price(money: Option<f64>) -> CallPrice {
    let most = Cost { money, units: None };
    CallPrice { least: Cost::FREE, most, unit: Some("credit".into()), is_free: false }
}

/// The outcome of a claim of call `n`.
async fn claim_of(calls: &dyn Calls, n: u64, again: bool, price: CallPrice) -> Claim {
    let (key, call, scope) = (key(n), call(n), &Scope::default());
    let time = Duration::from_secs(240);
    let keyed_for = if again { Duration::MAX } else { Duration::ZERO };
    let again = Again { always: again, keyed_for };
    let wanted = Wanted::default();
    let request = ClaimRequest {
        key,
        call: &call,
        scope,
        again,
        is_keyed: true,
        wanted,
        attempt: 1,
        time,
        price: &price,
    };
    calls.claim(&request).await.expect("the ledger can be written")
}

/// Claims call `n`; with `again`, even if it is in doubt. `None` if the claim was not granted.
async fn claim(calls: &dyn Calls, n: u64, again: bool) -> Option<Intent> {
    match claim_of(calls, n, again, price(None)).await {
        Claim::Granted { intent, .. } => Some(intent),
        Claim::Known(_) => None,
    }
}

/// Claims call `n` at a price, and marks it as sent.
async fn send_for(calls: &dyn Calls, n: u64, price: Option<f64>) -> Intent {
    let Claim::Granted { intent, .. } = claim_of(calls, n, false, self::price(price)).await else {
        panic!("{n} is known")
    };
    calls.sending(intent).await.expect("it can be marked as sent");
    intent
}

async fn send(calls: &dyn Calls, n: u64) -> Intent {
    send_for(calls, n, None).await
}

async fn settle(calls: &dyn Calls, n: u64, intent: Intent, end: Settled) {
    settle_as(calls, n, intent, end, false).await;
}

async fn settle_as(calls: &dyn Calls, n: u64, intent: Intent, end: Settled, ends_doubts: bool) {
    let request_id = Some("r1".to_owned());
    let ended = Ended { end, duration: Duration::from_millis(5), request_id, ends_doubts };
    calls.settle(&key(n), intent, Arc::new(ended)).await.expect("the end is stored");
}

/// Buys call `n` with this answer.
async fn buy(calls: &dyn Calls, n: u64, body: &str) {
    let intent = send(calls, n).await;
    settle(calls, n, intent, found(body)).await;
}

fn found(body: &str) -> Settled {
    Settled::Answered { body: body.to_owned(), no_data: false, cost: Cost::UNKNOWN }
}

/// What is known about call `n`, as text.
async fn known(calls: &dyn Calls, n: u64) -> String {
    known_anew(calls, n, false).await
}

async fn known_anew(calls: &dyn Calls, n: u64, refresh: bool) -> String {
    let wanted = Wanted { refresh, max_age: None };
    word(calls.look_up(&key(n), wanted).await.expect("the ledger can be read"))
}

/// Waits until this is known about call `n`: what another process stored may become visible a moment later.
async fn becomes(calls: &dyn Calls, n: u64, expect: &str) {
    for _ in 0..500 {
        if known(calls, n).await == expect {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{n} is {}, and not {expect}", known(calls, n).await);
}

/// Waits until the ledger's clock has advanced.
async fn moment() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}
