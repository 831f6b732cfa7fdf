//! What to do about an error of a kind, in words: only this module words it, whether a run, the doctor
//! or a single call met the error.

use marl_core::{ErrorKind, provider::ProviderInfo};

/// Where an error occurred, and so what can be done about it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Occurrence<'a> {
    /// On rows of a run that went on; `provider` is the one whose calls failed most often with it.
    Rows { provider: Option<&'a str> },
    /// It stopped a provider, or one of its operations, for the rest of a run.
    Stop { provider: &'a str, key: KeyTrouble },
    /// A free call of the doctor had no answer.
    Check { provider: &'a ProviderInfo, key: KeyTrouble },
    /// A tool was called by its name.
    Tool { provider: &'a str, name: &'a str, needs_key: bool },
}

/// What is wrong with a key, if the error is about one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum KeyTrouble {
    /// There is none.
    Missing,
    /// The provider does not accept it.
    Refused,
    /// The provider accepts it, but not for this operation.
    NotAllowed,
    /// The provider needs no key, and refuses all the same.
    NotNeeded,
}

/// What to do about an error of this kind; `None` if the error itself says enough.
pub(crate) fn remedy(kind: ErrorKind, occurrence: Occurrence<'_>) -> Option<String> {
    match occurrence {
        Occurrence::Rows { provider } => on_rows(kind, provider),
        Occurrence::Stop { provider, key } => Some(match kind {
            ErrorKind::Auth => {
                about_the_key(key, "the same command with `--sandbox` (sample answers, nothing bought)")
            }
            ErrorKind::QuotaExhausted => format!("{} and run the same command again", top_up(provider)),
            ErrorKind::ToolNotFound => renamed_tool(),
            _ => format!(
                "{provider} was failing; run the same command again later, perhaps with a lower `--parallel`"
            ),
        }),
        Occurrence::Check { provider, key } => Some(in_a_check(kind, provider, key)),
        Occurrence::Tool { provider, name, needs_key } => match kind {
            ErrorKind::Auth if !needs_key => Some(about_the_key(KeyTrouble::NotNeeded, "")),
            ErrorKind::Auth => Some(
                "`marl doctor` shows where the key comes from; `--sandbox` answers with samples and needs none"
                    .to_owned(),
            ),
            ErrorKind::InvalidInput => Some(format!("`marl tools show {name}` lists the tool's parameters")),
            ErrorKind::ToolNotFound => Some(renamed_tool()),
            ErrorKind::QuotaExhausted => Some(top_up(provider)),
            ErrorKind::RateLimited => Some(wait_a_little(provider)),
            _ => None,
        },
    }
}

fn on_rows(kind: ErrorKind, provider: Option<&str>) -> Option<String> {
    Some(match kind {
        ErrorKind::InvalidInput => "correct these cells, or bind another column with `--map`".to_owned(),
        ErrorKind::RateLimited => {
            let slower = "go slower: a lower `--parallel`";
            provider.map_or_else(|| slower.to_owned(), |name| format!("{slower}, or {}", per_minute(name)))
        }
        ErrorKind::BadReply => {
            "these answers were billed, so marl does not request them again on its own; the errors file has an excerpt of each"
                .to_owned()
        }
        ErrorKind::Internal => "this is a defect of marl or of the integration: please report it".to_owned(),
        ErrorKind::Timeout | ErrorKind::Network | ErrorKind::Upstream => {
            "the same command repeats the calls that got no answer and were not billed".to_owned()
        }
        _ => return None,
    })
}

fn in_a_check(kind: ErrorKind, provider: &ProviderInfo, key: KeyTrouble) -> String {
    let variable = &provider.base_variable;
    match kind {
        ErrorKind::Auth => about_the_key(key, "`--sandbox`, which needs none"),
        ErrorKind::QuotaExhausted => top_up(&provider.name),
        ErrorKind::RateLimited => wait_a_little(&provider.name),
        ErrorKind::InvalidInput | ErrorKind::ToolNotFound => {
            let accepts = if provider.key_variable.is_some() { " and did not refuse the key" } else { "" };
            format!("the provider answers{accepts}; `marl enrich --limit 1` shows more, and may buy calls")
        }
        ErrorKind::Network | ErrorKind::Timeout => {
            format!("check the network, the proxy (HTTPS_PROXY) and {variable}, or try again later")
        }
        ErrorKind::BadReply => format!("something else may answer there: check {variable} and the proxy"),
        _ => format!("try again later; if the error persists, check {variable}"),
    }
}

/// `sandbox` is what the sandbox offers a user without a key.
fn about_the_key(key: KeyTrouble, sandbox: &str) -> String {
    match key {
        KeyTrouble::Missing => {
            format!("set it in the environment or in a `.env` file here or above, or try {sandbox}")
        }
        KeyTrouble::Refused => "check the key: the environment's wins over that of a `.env` file".to_owned(),
        KeyTrouble::NotNeeded => {
            "the provider needs no key and refuses all the same: it may ask for less traffic, or block this network"
                .to_owned()
        }
        KeyTrouble::NotAllowed => {
            "connect the tool's server in the provider's dashboard, or use a key that may use it".to_owned()
        }
    }
}

fn top_up(provider: &str) -> String {
    format!("top up the account at {provider}")
}

fn wait_a_little(provider: &str) -> String {
    format!("wait a little; {} makes runs go slower", per_minute(provider))
}

fn per_minute(provider: &str) -> String {
    format!("`per_minute` under `[limit.{provider}]` in marl.toml")
}

fn renamed_tool() -> String {
    "the tool's name may have changed: look it up with `marl tools search WORD`".to_owned()
}
