//! The most useful next step after a run.

use marl_core::words::counted;
use marl_core::{ErrorKind, Registry};

use table::shell::word;

use crate::{
    failure::{
        Failure,
        error_code::ErrorCode,
        exit::Exit,
        invocation::Invocation,
        remedy::{KeyTrouble, Occurrence, remedy},
    },
    run::{
        report::Report,
        tally::{Counts, Stop},
    },
    spec::consent,
};

/// A refused or missing key: if the run found nothing out, this error is its whole result.
pub(crate) fn key_trouble(counts: &Counts, registry: &Registry) -> Option<Failure> {
    let stop = counts.stops.iter().find(|stop| stop.error.kind() == ErrorKind::Auth)?;
    let failure = Failure::new(Exit::Key, ErrorCode::Auth, stop.error.full_message());
    let failure = after_a_stop(counts, registry, stop).into_iter().fold(failure, Failure::hint);
    // Samples are for a person to choose: a program that goes on by itself would take them for answers.
    Some(failure.next("marl doctor --json"))
}

/// What to do next; `None` if there is nothing to do. `is_planned` means that a plan's hash binds the run,
/// under which no doubt may be sent again.
pub(crate) fn hint(
    counts: &Counts,
    registry: &Registry,
    interrupted: bool,
    asks_anew: bool,
    is_planned: bool,
) -> Option<String> {
    if asks_anew && interrupted {
        return Some(
            "the same command asks everything again; to go on from here, leave out `--refresh` or use a longer `--max-age`"
                .to_owned(),
        );
    }
    if interrupted {
        return Some(
            "run the same command again to continue: stored answers are not bought again".to_owned(),
        );
    }
    if let Some((provider, count)) = counts.in_doubt.iter().next() {
        let calls = counted(*count, "call");
        let again = match is_planned {
            true => "plan again with `--in-doubt retry`",
            false => "the same command with `--in-doubt retry`",
        };
        return Some(format!(
            "{calls} to {provider} may have been paid for and got no answer; keep the cells empty, or send again and \
             perhaps pay twice: {again}"
        ));
    }
    if counts.cap_reached {
        let anew = match asks_anew {
            true => {
                "; the same arguments ask anew: leave out `--refresh`, or use a longer `--max-age`, to go on from here"
            }
            false => "",
        };
        return Some(format!(
            "this run reached its cap; buying more is a new decision: `marl plan` with the same arguments shows what is left to buy{anew}"
        ));
    }
    // The error that ends the run has the advice about the ledger.
    if counts.ledger_error.is_some() {
        return None;
    }
    match counts.stops.first() {
        Some(stop) => after_a_stop(counts, registry, stop),
        None if counts.pending() > 0 => {
            let without = if asks_anew { " without `--refresh`, and with a longer `--max-age`," } else { "" };
            Some(format!(
                "run the same command again{without} to collect the answers that come later: they are already ordered \
                 and will not be bought twice"
            ))
        }
        None => {
            let kind = commonest_kind(counts)?;
            remedy(kind, Occurrence::Rows { provider: counts.provider_failing_with(kind) })
        }
    }
}

/// The command that helps after a run; `None` if the user has to do or to decide something first.
pub(crate) fn next_command(report: &Report, interrupted: bool, invocation: &Invocation) -> Option<String> {
    let counts = &report.counts;
    if counts.cap_reached {
        return Some(consent::plan_anew(invocation));
    }
    if report.asks_anew {
        return None;
    }
    if interrupted {
        return Some(consent::going_on_from_here(invocation));
    }
    if counts.ledger_error.is_some() {
        return None;
    }
    if !counts.in_doubt.is_empty() {
        // Without a plan, sending a doubt again is the user's decision; a plan buys nothing.
        return report.consent.is_some().then(|| consent::plan_of_doubts(invocation));
    }
    if let Some(stop) = counts.stops.first() {
        let kind = stop.error.kind();
        return (kind == ErrorKind::Auth).then(|| "marl doctor --json".to_owned());
    }
    if counts.pending() > 0 {
        return Some(consent::going_on_from_here(invocation));
    }
    match commonest_kind(counts)? {
        ErrorKind::Timeout | ErrorKind::Network | ErrorKind::Upstream | ErrorKind::RateLimited => {
            Some(consent::going_on_from_here(invocation))
        }
        ErrorKind::BadReply | ErrorKind::InvalidInput => {
            let sandbox = if report.sandbox { " --sandbox" } else { "" };
            let output = word(&report.written()?.to_string_lossy());
            Some(format!("marl gaps {output} --reason failed{sandbox} --json"))
        }
        _ => None,
    }
}

fn after_a_stop(counts: &Counts, registry: &Registry, stop: &Stop) -> Option<String> {
    let needs_no_key =
        registry.provider(&stop.provider).is_some_and(|entry| entry.info.key_variable.is_none());
    let key = match &stop.operation {
        _ if needs_no_key => KeyTrouble::NotNeeded,
        Some(_) => KeyTrouble::NotAllowed,
        None if counts.sent > 0 => KeyTrouble::Refused,
        None => KeyTrouble::Missing,
    };
    remedy(stop.error.kind(), Occurrence::Stop { provider: &stop.provider, key })
}

fn commonest_kind(counts: &Counts) -> Option<ErrorKind> {
    let commonest = counts.messages.iter().max_by_key(|(_, seen)| seen.count)?;
    Some(commonest.0.1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use engine::{Event, Listener};
    use marl_core::{
        Error, Origin,
        provider::{Limits, Operation, Operations, ProviderInfo},
    };

    use super::*;
    use crate::run::tally::{MessageCount, Tally};

    #[test]
    fn a_provider_without_a_key_leads_to_no_advice_about_one() {
        let hint = |key_variable: Option<&str>| {
            let mut registry = Registry::gather().unwrap();
            let info = ProviderInfo {
                name: "open".into(),
                description: "a vendor".into(),
                key_variable: key_variable.map(Into::into),
                base_variable: "OPEN_BASE".into(),
                default_base: "https://open.example".into(),
                operations: Operations::constant(&[], Operation::free(Duration::from_secs(60))),
                limits: Limits::NONE,
                check: None,
            };
            registry
                .add_provider(info, Box::new(|_| unreachable!("nothing connects")), Origin::here())
                .unwrap();
            let error = Error::new(ErrorKind::Auth, "refused");
            let stop = Stop { provider: "open".to_owned(), operation: None, error };
            after_a_stop(&Tally::start(1).counts(), &registry, &stop).unwrap()
        };
        assert!(
            hint(Some("OPEN_KEY")).starts_with("set it in the environment"),
            "{}",
            hint(Some("OPEN_KEY"))
        );
        assert!(
            hint(None).starts_with("the provider needs no key and refuses all the same"),
            "{}",
            hint(None)
        );
    }

    #[test]
    fn the_hint_names_the_provider_that_throttled() {
        let tally = Tally::start(9);
        for (provider, kind) in [
            ("one", ErrorKind::Timeout),
            ("one", ErrorKind::Timeout),
            ("one", ErrorKind::RateLimited),
            ("other", ErrorKind::RateLimited),
            ("other", ErrorKind::RateLimited),
        ] {
            tally.on_event(&Event::CallFailed { provider, kind });
        }
        let mut counts = tally.counts();
        let seen = MessageCount { count: 2, example_row: 1 };
        counts.messages.insert((0, ErrorKind::RateLimited, "HTTP 429".to_owned()), seen);
        let hint = hint(&counts, &Registry::gather().unwrap(), false, false, false).unwrap();
        assert!(hint.ends_with("`per_minute` under `[limit.other]` in marl.toml"), "{hint}");
    }
}
