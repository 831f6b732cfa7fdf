//! One step on one row: asks its integrations in turn while outputs are still empty.

use std::{
    future::{Future, poll_fn},
    panic::AssertUnwindSafe,
    pin::pin,
    sync::Arc,
    task::Poll,
};

use futures::FutureExt;
use marl_core::{
    Caller, Context, Contract, Error, ErrorKind, Fields, MissedCall, MissedReason, Outcome, Row, SkipReason,
    SmolStr,
};

use super::{
    CallMode,
    dry_run::{PossibleCalls, ProjectedCall, ProjectedStep, Recorder, remaining_calls},
    state::{AlternativeInputs, StepInputs},
};
use crate::{
    expression::EvaluationError,
    plan::{Alternative, Step},
};

/// What a step's outcome on a row does not explain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// The step was skipped because its condition or its formula has no result for the row.
    NoResult(EvaluationError),
    /// The value lacks the result of this call; the text names the call and the reason.
    LacksCall(String),
}

/// How a step ended on a row.
#[derive(Debug)]
pub struct StepEnd {
    /// The outcome.
    pub outcome: Outcome,
    /// The integrations that provided a part of the value, separated by commas.
    pub by: Option<String>,
    /// In a dry run, the calls that the step would make.
    pub projected: ProjectedStep,
    /// What the outcome alone does not explain.
    pub remark: Option<Remark>,
    /// Whether the step may have another result once missing answers are known.
    pub(super) unanswered: bool,
    /// A number that is equal for two rows in which the step could have the same result.
    pub(super) fingerprint: u64,
}

impl StepEnd {
    pub(super) fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            by: None,
            projected: ProjectedStep::default(),
            remark: None,
            unanswered: false,
            fingerprint: 0,
        }
    }

    pub(super) fn skipped(reason: SkipReason) -> Self {
        Self::of(Outcome::Skipped(reason))
    }
}

/// The combined result of a step's alternatives so far.
#[derive(Default)]
struct StepSum {
    fields: Fields,
    by: Vec<SmolStr>,
    failed: Option<Error>,
    skipped: Option<SkipReason>,
    no_data: bool,
    unanswered: bool,
    lacks: Option<String>,
}

/// Asks a step's alternatives: the first, and then each next one for the outputs that are still empty.
pub(super) async fn ask(step: &Step, inputs: StepInputs, mode: &CallMode) -> StepEnd {
    let StepInputs { alternatives, wanted, certain, fingerprint } = inputs;
    let mut sum = StepSum { unanswered: !certain, ..StepSum::default() };
    let mut projected = ProjectedStep::default();
    for (at, (alternative, inputs)) in step.alternatives().iter().zip(alternatives).enumerate() {
        let contract = &alternative.contract;
        let helps = |output: &&SmolStr| sum.fields.get(output).is_none() && contract.output(output).is_some();
        if at > 0 && wanted.iter().find(helps).is_none() {
            continue;
        }
        let outcome = match inputs {
            AlternativeInputs::Ended(outcome) => outcome,
            AlternativeInputs::Unknown(fingerprint) => {
                projected.possible.extend(remaining_calls(contract, &[], fingerprint));
                Outcome::Skipped(SkipReason::Unanswered)
            }
            AlternativeInputs::Row(row, fingerprint) => {
                let AlternativeEnd { outcome, lacks, calls, possible } =
                    one(alternative, row, step.refresh, mode, !sum.unanswered, fingerprint).await;
                projected.calls.extend(calls);
                projected.possible.extend(possible);
                sum.lacks = sum.lacks.or(lacks);
                outcome
            }
        };
        if sum.add(outcome, at == 0, &contract.name, step) {
            break;
        }
    }
    let unanswered = sum.unanswered;
    let needs_source = step.provider_column.is_some() || matches!(mode, CallMode::Stored(_));
    let by = (needs_source && !sum.by.is_empty()).then(|| sum.by.join(", "));
    let (remark, outcome) = (sum.lacks.take().map(Remark::LacksCall), sum.outcome());
    StepEnd { outcome, by, projected, remark, unanswered, fingerprint }
}

impl StepSum {
    /// Adds an alternative's outcome. Returns whether no further alternative must be asked.
    fn add(&mut self, outcome: Outcome, is_first: bool, name: &SmolStr, step: &Step) -> bool {
        match outcome {
            // An earlier alternative is unanswered: its answer may make this one unnecessary.
            Outcome::Value(_) | Outcome::NoData | Outcome::Failed(_) if self.unanswered => {}
            Outcome::Value(fields) if is_first => {
                self.fields = fields;
                self.by.push(name.clone());
            }
            Outcome::Value(fields) => {
                let mut gave = false;
                for output in &step.outputs {
                    if self.fields.get(&output.of).is_none()
                        && let Some(field) = fields.get(&output.of)
                    {
                        self.fields.put(output.of.clone(), field.clone());
                        gave = true;
                    }
                }
                if gave {
                    self.by.push(name.clone());
                }
                self.no_data |= !gave;
            }
            Outcome::NoData => self.no_data = true,
            Outcome::Failed(error) if error.kind() == ErrorKind::InDoubt => {
                self.failed = Some(error);
                return true;
            }
            Outcome::Failed(error) => drop(self.failed.get_or_insert(error)),
            Outcome::Skipped(SkipReason::Unanswered) => self.unanswered = true,
            // The next alternative could turn out to have been bought for nothing.
            Outcome::Skipped(reason @ (SkipReason::Budget | SkipReason::Pending)) => {
                self.skipped = Some(reason);
                return true;
            }
            Outcome::Skipped(reason) => drop(self.skipped.get_or_insert(reason)),
        }
        false
    }

    fn outcome(self) -> Outcome {
        match self {
            Self { fields, .. } if !fields.is_empty() => Outcome::Value(fields),
            Self { unanswered: true, .. } => Outcome::Skipped(SkipReason::Unanswered),
            Self { failed: Some(error), .. } => Outcome::Failed(error),
            Self { no_data: true, skipped: None | Some(SkipReason::MissingInput), .. } => Outcome::NoData,
            // An alternative that was not asked might have had an answer.
            Self { skipped, .. } => Outcome::Skipped(skipped.unwrap_or(SkipReason::MissingInput)),
        }
    }
}

/// How one alternative ended on one row.
struct AlternativeEnd {
    outcome: Outcome,
    /// The call whose result the value lacks, and the reason.
    lacks: Option<String>,
    calls: Vec<ProjectedCall>,
    possible: Vec<PossibleCalls>,
}

/// Runs one alternative on one row, live or as a dry run.
async fn one(
    alternative: &Alternative,
    row: Row,
    refresh: bool,
    mode: &CallMode,
    certain: bool,
    fingerprint: u64,
) -> AlternativeEnd {
    match mode {
        CallMode::Live { caller, refreshing } => {
            let caller = Arc::clone(if refresh { refreshing } else { caller });
            let (outcome, lacks) = run(alternative, row, caller).await;
            AlternativeEnd { outcome, lacks, calls: Vec::new(), possible: Vec::new() }
        }
        CallMode::Stored(gateway) => {
            let recorder = Arc::new(Recorder::new(gateway.clone(), refresh, certain));
            let (outcome, lacks) = run(alternative, row, Arc::clone(&recorder) as Arc<dyn Caller>).await;
            let calls = recorder.take();
            let stuck = matches!(outcome, Outcome::Skipped(SkipReason::Unanswered));
            let possible =
                if stuck { remaining_calls(&alternative.contract, &calls, fingerprint) } else { Vec::new() };
            AlternativeEnd { outcome, lacks, calls, possible }
        }
    }
}

/// Runs one integration. A panic becomes its error. Also returns the call whose result the value lacks.
async fn run(alternative: &Alternative, row: Row, caller: Arc<dyn Caller>) -> (Outcome, Option<String>) {
    let Alternative { integration, contract, .. } = alternative;
    let cx = Context::new(caller, Arc::clone(contract));
    let enriched = AssertUnwindSafe(unless_stuck(integration.enrich(&row, &cx), &cx)).catch_unwind().await;
    let outcome = match enriched {
        Err(panic) => Outcome::Failed(
            Error::internal(format!("`{}` panicked", contract.name)).with_detail(panic_message(&*panic)),
        ),
        Ok(Err(reason)) => Outcome::Skipped(reason),
        Ok(Ok(Err(error))) => Outcome::Failed(error),
        Ok(Ok(Ok(fields))) => outcome(fields, contract),
    };
    match (outcome, cx.missed_call()) {
        (Outcome::Value(fields), Some(MissedCall { call, why })) => {
            let lacks = match why {
                MissedReason::Failed(error) => format!("{call} failed: {}", error.message()),
                MissedReason::Closed(reason) => format!("{call} was not asked: {reason}"),
            };
            (Outcome::Value(fields), Some(lacks))
        }
        // There may be data after all, since a call was not answered.
        (Outcome::NoData, Some(MissedCall { why: MissedReason::Failed(error), .. })) => {
            (Outcome::Failed(error), None)
        }
        (Outcome::NoData, Some(MissedCall { why: MissedReason::Closed(reason), .. })) => {
            (Outcome::Skipped(reason), None)
        }
        (outcome, _) => (outcome, None),
    }
}

/// Drives `enrich` until it returns, or until it waits only for calls that the gateway will not make.
async fn unless_stuck<T>(enrich: impl Future<Output = T>, cx: &Context) -> Result<T, SkipReason> {
    let mut enrich = pin!(enrich);
    poll_fn(|task| match enrich.as_mut().poll(task) {
        Poll::Ready(done) => Poll::Ready(Ok(done)),
        Poll::Pending => cx.stuck().map_or(Poll::Pending, |reason| Poll::Ready(Err(reason))),
    })
    .await
}

fn outcome(fields: Fields, contract: &Contract) -> Outcome {
    let fields = match fields.checked(contract) {
        Ok(fields) => fields,
        Err(name) => {
            let message = format!("`{}` returned `{name}`, which it does not declare", contract.name);
            return Outcome::Failed(Error::internal(message));
        }
    };
    if fields.is_empty() {
        return Outcome::NoData;
    }
    match contract.outputs.iter().find(|column| column.required && fields.get(&column.name).is_none()) {
        Some(lacking) => Outcome::Failed(Error::bad_reply(format!("the answer lacks `{}`", lacking.name))),
        None => Outcome::Value(fields),
    }
}

/// The message of a panic.
pub(super) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}
