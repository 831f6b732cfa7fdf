//! Checks the bounds of settings. A value that would multiply payments, or that no vendor could use, is an
//! error that names it.

use std::collections::BTreeMap;

use super::{FILE, MAX_PARALLEL, Settings};
use crate::{failure::Failure, project::connect};

/// The most attempts for one call: each attempt may be paid for if its answer is lost.
const MOST_ATTEMPTS: u32 = 10;

/// The length limit of a contact, in characters.
const LONGEST_CONTACT: usize = 200;

/// The shortest time limit for a call, in seconds. A call that is given up sooner has most likely been paid
/// for, and stays in doubt.
const LEAST_CALL: f64 = 5.0;

impl Settings {
    pub(super) fn check_times(&self) -> Result<(), Failure> {
        let times = [
            ("retry.base_seconds", self.retry.base_seconds),
            ("retry.cap_seconds", self.retry.cap_seconds),
            ("retry.total_seconds", self.retry.total_seconds),
            ("breaker.first_wait_seconds", self.breaker.first_wait_seconds),
            ("breaker.total_seconds", self.breaker.total_seconds),
            ("timeout.call_seconds", self.timeout.call_seconds),
            ("timeout.grace_seconds", self.timeout.grace_seconds),
        ];
        for (name, seconds) in times {
            if seconds.is_some_and(|seconds| !(0.0..=86_400.0).contains(&seconds)) {
                return Err(Failure::usage(format!("{FILE}: `{name}` must be between 0 and 86400 seconds"))
                    .hint("a number of seconds, such as `60` or `0.5`"));
            }
        }
        let prices =
            self.price.iter().flat_map(|(provider, prices)| prices.iter().map(move |one| (provider, one)));
        for (provider, (operation, price)) in prices {
            if !(0.0..=1e6).contains(price) {
                let name = format!("price.{provider}.{operation}");
                return Err(Failure::usage(format!("{FILE}: `{name}` must be between 0 and 1000000"))
                    .hint("a price is for one call, such as `0.02`"));
            }
        }
        let least_one = [
            ("retry.attempts", self.retry.attempts),
            ("breaker.after", self.breaker.after),
            (
                "limits.max_parallel",
                self.limits.max_parallel.map(|most| u32::try_from(most).unwrap_or(u32::MAX)),
            ),
        ];
        if self.retry.attempts.is_some_and(|attempts| attempts > MOST_ATTEMPTS) {
            return Err(Failure::usage(format!("{FILE}: `retry.attempts` must be at most {MOST_ATTEMPTS}"))
                .hint("each attempt may be paid for where its answer is lost; the default is 4"));
        }
        if self.limits.max_parallel.is_some_and(|most| most > 10_000) {
            return Err(Failure::usage(format!("{FILE}: `limits.max_parallel` must be at most 10000"))
                .hint("the bound of `--parallel`, such as `32`"));
        }
        for (provider, parallel) in
            self.limit.iter().filter_map(|(name, limit)| Some((name, limit.parallel?)))
        {
            let most = self.limits.max_parallel.unwrap_or(MAX_PARALLEL);
            if !(1..=most).contains(&parallel) {
                return Err(Failure::usage(format!(
                    "{FILE}: `limit.{provider}.parallel` must be between 1 and {most}"
                ))
                .hint("`max_parallel = N` under `[limits]` raises the bound"));
            }
        }
        let rates = self.limit.values().flat_map(super::Limit::rates);
        let bulk = self.limit.values().filter_map(|limit| limit.bulk.filter(|most| *most == 0));
        let rates = rates.map(|(name, most, _)| (name, Some(most)));
        let zero = least_one.into_iter().chain(rates).chain(bulk.map(|_| ("bulk", Some(0))));
        for (name, number) in zero {
            if number == Some(0) {
                return Err(Failure::usage(format!("{FILE}: `{name}` must be at least 1"))
                    .hint("write a whole number from 1, or leave the line out"));
            }
        }
        Ok(())
    }

    /// Checks the contact, which becomes a part of an HTTP header.
    pub(super) fn check_contact(&self) -> Result<(), Failure> {
        let fits = |contact: &String| {
            !contact.trim().is_empty()
                && contact.len() <= LONGEST_CONTACT
                && contact.bytes().all(|byte| (b' '..=b'~').contains(&byte) && !b"()\\".contains(&byte))
        };
        match self.contact.as_ref().is_none_or(fits) {
            true => Ok(()),
            false => Err(Failure::usage(format!(
                "{FILE}: `contact` must have 1 to {LONGEST_CONTACT} plain characters, and no parentheses"
            ))
            .hint("an e-mail address or a web page, such as `ops@acme.com`")),
        }
    }

    /// Checks the time limit for calls. A server on this machine answers at once and charges nothing, so only
    /// providers need the minimum.
    pub(super) fn check_call_time(&self, bases: &BTreeMap<String, Option<String>>) -> Result<(), Failure> {
        let is_too_short = self.timeout.call_seconds.is_some_and(|seconds| seconds < LEAST_CALL);
        let is_local = |base: &Option<String>| base.as_deref().is_some_and(connect::is_on_this_machine);
        if is_too_short && !bases.values().all(is_local) {
            return Err(Failure::usage(format!(
                "{FILE}: `timeout.call_seconds` must be at least {LEAST_CALL}"
            ))
            .hint("a call that is given up sooner is most likely paid for, and its answer is lost"));
        }
        Ok(())
    }
}
