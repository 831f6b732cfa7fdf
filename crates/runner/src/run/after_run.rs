//! The most useful next step after a run.

use marl_core::ErrorKind;
use marl_core::words::counted;

use table::shell::word;

use crate::{
    failure::{Failure, error_code::ErrorCode, exit::Exit, invocation::Invocation},
    run::{
        report::Report,
        tally::{Counts, Stop},
    },
    spec::consent,
};

/// A refused or missing key: where nothing was found out, the error is all there is to say.
pub(crate) fn key_trouble(counts: &Counts) -> Option<Failure> {
    let stop = counts.stops.iter().find(|stop| stop.error.kind() == ErrorKind::Auth)?;
    let failure = Failure::new(Exit::Key, ErrorCode::Auth, stop.error.full_message());
    let failure = failure.hint(about_the_key(counts, stop));
    // Samples are for a person to choose: a program that goes on by itself would take them for answers.
    Some(failure.next("marl doctor --json"))
}

/// What to do next; `None` when there is nothing to do. `is_planned` says that a plan's hash holds the
/// run, which does not allow to send a doubt again.
pub(crate) fn hint(counts: &Counts, interrupted: bool, asks_anew: bool, is_planned: bool) -> Option<String> {
    if asks_anew && interrupted {
        return Some(
            "the same command asks everything again; to go on from here, leave out `--refresh` or take a longer `--max-age`"
                .to_owned(),
        );
    }
    if interrupted {
        return Some(
            "the same command again goes on from here: what was answered is not bought again".to_owned(),
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
                "; the same arguments ask anew: leave out `--refresh`, or take an older `--max-age`, to go on from here"
            }
            false => "",
        };
        return Some(format!(
            "this run reached its cap; to buy more is a new decision: `marl plan` with the same arguments says what is left{anew}"
        ));
    }
    // The error that ends the run says what to do about the ledger.
    if counts.ledger_error.is_some() {
        return None;
    }
    match counts.stops.first() {
        Some(stop) => Some(after_a_stop(counts, stop)),
        None => commonest_kind(counts).and_then(advice).map(str::to_owned),
    }
}

/// The command that helps after a run; `None` where the user has to do or to choose something first.
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
        // Without a plan, sending a doubt again is for the user to say; a plan buys nothing.
        return report.consent.is_some().then(|| consent::plan_of_doubts(invocation));
    }
    if let Some(stop) = counts.stops.first() {
        let kind = stop.error.kind();
        return (kind == ErrorKind::Auth).then(|| "marl doctor --json".to_owned());
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

fn after_a_stop(counts: &Counts, stop: &Stop) -> String {
    let provider = &stop.provider;
    match stop.error.kind() {
        ErrorKind::Auth => about_the_key(counts, stop),
        ErrorKind::QuotaExhausted => {
            format!("top up the account at {provider} and run the same command again")
        }
        ErrorKind::ToolNotFound => {
            "the tool's name may have changed: look it up in the provider's own list".to_owned()
        }
        _ => format!(
            "{provider} was failing; run the same command again later, perhaps with a lower `--parallel`"
        ),
    }
}

fn about_the_key(counts: &Counts, stop: &Stop) -> String {
    if stop.operation.is_some() {
        return "connect the tool's server in the provider's dashboard, or use a key that may use it"
            .to_owned();
    }
    if counts.sent > 0 {
        return "check the key: the environment's wins over that of a `.env` file".to_owned();
    }
    "set it in the environment or in a `.env` file here or above, or try the same command with `--sandbox` \
     (sample answers, nothing bought)"
        .to_owned()
}

fn commonest_kind(counts: &Counts) -> Option<ErrorKind> {
    let commonest = counts.messages.iter().max_by_key(|(_, seen)| seen.count)?;
    Some(commonest.0.1)
}

fn advice(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::InvalidInput => "correct these cells, or bind another column with `--map`",
        ErrorKind::RateLimited => {
            "go slower: a lower `--parallel`, or `per_minute` under `[limit.datagen]` in marl.toml"
        }
        ErrorKind::BadReply => {
            "these answers were billed, so marl does not request them again on its own; the errors file has an excerpt of each"
        }
        ErrorKind::Internal => "this is a defect of marl or of the integration: please report it",
        ErrorKind::Timeout | ErrorKind::Network | ErrorKind::Upstream => {
            "no answer came that a provider bills; the same command tries these calls again"
        }
        _ => return None,
    })
}
