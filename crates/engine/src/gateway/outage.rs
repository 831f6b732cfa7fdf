//! What a failure means for other calls: the provider rests, waits for one call that is tried, or is
//! stopped. This module decides nothing about the call that failed.

use std::time::Duration;

use marl_core::{
    Call, Error,
    provider::{Blame, Failure, Reach},
};

use super::{Lane, Shared, breaker};
use crate::event::Event;

impl Shared {
    /// The provider asks for a rest. All its calls wait, unless the rest is longer than a run waits: then
    /// the provider is stopped.
    pub(super) fn rest(&self, lane: &Lane, call: &Call, rest: Duration, error: &Error) {
        if rest > self.settings.retry_of(lane.operation(&call.operation)).total {
            let error = error.clone().with_detail(format!("asks to wait {} s", rest.as_secs()));
            return self.stop(lane, call, Reach::Provider, &error);
        }
        let provider = &call.provider;
        if lane.limit.pause_for(rest) {
            self.listener.on_event(&Event::ProviderRests { provider, rest });
        }
    }

    pub(super) fn stop(&self, lane: &Lane, call: &Call, reach: Reach, error: &Error) {
        let operation = (reach == Reach::Operation).then_some(call.operation.as_str());
        let first = match operation {
            Some(operation) => lane.breaker.stop_operation(operation),
            None => lane.breaker.stop(),
        };
        if first {
            self.listener.on_event(&Event::ProviderStopped { provider: &call.provider, operation, error });
        }
    }

    /// The call has used up its attempts. Many in a row are an outage of the provider, unless the failures
    /// are those of the calls' targets.
    pub(super) fn used_up(&self, lane: &Lane, call: &Call, failure: &Failure) {
        if failure.blame == Blame::Provider {
            self.report_change(call, lane.breaker.used_up(), &failure.error);
        }
    }

    pub(super) fn report_change(&self, call: &Call, change: breaker::Change, error: &Error) {
        let provider = &call.provider;
        match change {
            breaker::Change::None => {}
            breaker::Change::Waits(wait) => self.listener.on_event(&Event::ProviderWaits { provider, wait }),
            breaker::Change::Stopped => {
                self.listener.on_event(&Event::ProviderStopped { provider, operation: None, error });
            }
        }
    }
}
