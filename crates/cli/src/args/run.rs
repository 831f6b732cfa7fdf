//! Converts the arguments of a run into data. This module checks nothing.

use engine::{
    gateway::{Caps, InDoubt},
    plan::Refresh,
};
use runner::{failure::invocation::Invocation, spec::RunSpec};

use super::EnrichArgs;

impl EnrichArgs {
    /// The specification of the run; `invocation` is the typed command.
    pub(crate) fn spec(&self, invocation: &Invocation) -> RunSpec {
        let args = self;
        let refresh = match &args.refresh {
            None => Refresh::None,
            Some(names) if names.is_empty() => Refresh::All,
            Some(names) => Refresh::Names(names.clone()),
        };
        RunSpec {
            input: args.input.clone(),
            reading: args.table.options(),
            steps: (&args.steps).into(),
            refresh,
            selection: (&args.pick).into(),
            output: args.output.clone(),
            overwrite: args.overwrite,
            output_encoding: args.output_encoding.into(),
            raw_cells: args.raw_cells,
            parallel: args.parallel,
            in_doubt: args.in_doubt.map(InDoubt::from),
            max_age: args.max_age,
            caps: Caps { calls: args.max_calls, cost: args.max_cost },
            plan: args.plan.clone(),
            ledger: args.ledger.choice(),
            invocation: invocation.clone(),
        }
    }
}

impl From<super::InDoubt> for InDoubt {
    fn from(word: super::InDoubt) -> Self {
        match word {
            super::InDoubt::Keep => Self::Keep,
            super::InDoubt::Retry => Self::Retry,
        }
    }
}
