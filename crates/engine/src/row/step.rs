//! One step on one row: its integrations, one after the other while something is missing.

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
    Foreseen, Note, Way,
    foresee::{Noting, Possible, beyond},
    state::{Asked, Ready},
};
use crate::plan::{Alternative, Step};

/// How a step ended on a row.
#[derive(Debug)]
pub struct StepEnd {
    /// What it came to.
    pub outcome: Outcome,
    /// The integrations that gave something.
    pub by: Option<String>,
    /// What it would ask.
    pub foreseen: Foreseen,
    /// Why it was skipped, where the reason alone does not say; of a value, which call it lacks.
    pub remark: Option<String>,
    /// Whether more may come once what is unanswered is asked.
    pub(super) unanswered: bool,
    /// Equal for rows in which the same may come.
    pub(super) likeness: u64,
}

impl StepEnd {
    pub(super) fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            by: None,
            foreseen: Foreseen::default(),
            remark: None,
            unanswered: false,
            likeness: 0,
        }
    }

    pub(super) fn skipped(reason: SkipReason) -> Self {
        Self::of(Outcome::Skipped(reason))
    }
}

/// What the alternatives have come to so far.
#[derive(Default)]
struct Sum {
    fields: Fields,
    by: Vec<SmolStr>,
    failed: Option<Error>,
    skipped: Option<SkipReason>,
    no_data: bool,
    unanswered: bool,
    lacks: Option<String>,
}

/// Asks a step's alternatives: the first, and each next one for what is still empty.
pub(super) async fn ask(step: &Step, asked: Asked, way: &Way) -> StepEnd {
    let Asked { rows, wanted, certain, likeness } = asked;
    let mut sum = Sum { unanswered: !certain, ..Sum::default() };
    let mut foreseen = Foreseen::default();
    for (at, (alternative, ready)) in step.alternatives().iter().zip(rows).enumerate() {
        let contract = &alternative.contract;
        let helps = |output: &&SmolStr| sum.fields.get(output).is_none() && contract.output(output).is_some();
        if at > 0 && wanted.iter().find(helps).is_none() {
            continue;
        }
        let outcome = match ready {
            Ready::Ended(outcome) => outcome,
            Ready::Unknown(likeness) => {
                foreseen.possible.extend(beyond(contract, &[], likeness));
                Outcome::Skipped(SkipReason::Unanswered)
            }
            Ready::Row(row, likeness) => {
                let One { outcome, lacks, notes, possible } =
                    one(alternative, row, step.refresh, way, !sum.unanswered, likeness).await;
                foreseen.notes.extend(notes);
                foreseen.possible.extend(possible);
                sum.lacks = sum.lacks.or(lacks);
                outcome
            }
        };
        if sum.add(outcome, at == 0, &contract.name, step) {
            break;
        }
    }
    let unanswered = sum.unanswered;
    let is_told = step.provider_column.is_some() || matches!(way, Way::Closed(_));
    let by = (is_told && !sum.by.is_empty()).then(|| sum.by.join(", "));
    let (remark, outcome) = (sum.lacks.take(), sum.outcome());
    StepEnd { outcome, by, foreseen, remark, unanswered, likeness }
}

impl Sum {
    /// Adds what an alternative came to; whether none is asked after it.
    fn add(&mut self, outcome: Outcome, is_first: bool, name: &SmolStr, step: &Step) -> bool {
        match outcome {
            // What is behind an unanswered alternative may never be asked.
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
            Outcome::Skipped(SkipReason::Budget) => {
                self.skipped = Some(SkipReason::Budget);
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
            // Somebody was not asked who might have known.
            Self { skipped, .. } => Outcome::Skipped(skipped.unwrap_or(SkipReason::MissingInput)),
        }
    }
}

/// What one integration came to on one row.
struct One {
    outcome: Outcome,
    /// The call without which it went on, and why.
    lacks: Option<String>,
    notes: Vec<Note>,
    possible: Vec<Possible>,
}

/// One integration on one row.
async fn one(
    alternative: &Alternative,
    row: Row,
    refresh: bool,
    way: &Way,
    certain: bool,
    likeness: u64,
) -> One {
    match way {
        Way::Open { caller, refreshing } => {
            let caller = Arc::clone(if refresh { refreshing } else { caller });
            let (outcome, lacks) = run(alternative, row, caller).await;
            One { outcome, lacks, notes: Vec::new(), possible: Vec::new() }
        }
        Way::Closed(gateway) => {
            let noting = Arc::new(Noting::new(gateway.clone(), refresh, certain));
            let (outcome, lacks) = run(alternative, row, Arc::clone(&noting) as Arc<dyn Caller>).await;
            let notes = noting.take();
            let stuck = matches!(outcome, Outcome::Skipped(SkipReason::Unanswered));
            let possible = if stuck { beyond(&alternative.contract, &notes, likeness) } else { Vec::new() };
            One { outcome, lacks, notes, possible }
        }
    }
}

/// Runs one integration; its panic becomes its error. Says which call its value lacks.
async fn run(alternative: &Alternative, row: Row, caller: Arc<dyn Caller>) -> (Outcome, Option<String>) {
    let Alternative { integration, contract, .. } = alternative;
    let cx = Context::new(caller, Arc::clone(contract));
    let enriched = AssertUnwindSafe(unless_stuck(integration.enrich(&row, &cx), &cx)).catch_unwind().await;
    let outcome = match enriched {
        Err(panic) => Outcome::Failed(
            Error::internal(format!("`{}` panicked", contract.name)).with_detail(said(&*panic)),
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
        // The call that was not answered may have had something.
        (Outcome::NoData, Some(MissedCall { why: MissedReason::Failed(error), .. })) => {
            (Outcome::Failed(error), None)
        }
        (Outcome::NoData, Some(MissedCall { why: MissedReason::Closed(reason), .. })) => {
            (Outcome::Skipped(reason), None)
        }
        (outcome, _) => (outcome, None),
    }
}

/// Drives `enrich` until it returns, or until it waits only for calls that are not asked.
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

/// What a panic said.
pub(super) fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}
