//! Determines what the text of a failed tool is about: the account, the tool, its server, or only this call.
//!
//! The text often comes from another vendor unmodified, and contains what the row asked for: "Credit Suisse
//! AG: page could not be loaded" is not about credit. A failure that would stop more than one row is
//! recognised only by whole phrases. Anything else concerns its row, where a mistake costs a single row.
//! This module must not decide what follows from the text.

mod verdict;

use marl_core::provider::Reach;

/// The text of an error as lower-case words, each surrounded by single spaces. An address stays one word, so
/// that `https://out-of-credit.com` contains no phrase.
pub(crate) struct Prose(String);

/// Signs that may occur within a word.
const JOINERS: [char; 5] = ['.', '-', '/', '@', '_'];

impl Prose {
    /// The limit of characters. An error gives its reason first; the rest may be a whole page.
    const LONGEST: usize = 2_000;

    pub(crate) fn new(text: &str) -> Self {
        let in_word = |c: char| c.is_alphanumeric() || JOINERS.contains(&c);
        let spaced: String = text
            .chars()
            .take(Self::LONGEST)
            .map(|c| if in_word(c) { c } else { ' ' })
            .flat_map(char::to_lowercase)
            .collect();
        let mut words = String::from(" ");
        for word in spaced.split(' ').map(|word| word.trim_matches(JOINERS)).filter(|word| !word.is_empty()) {
            words.push_str(word);
            words.push(' ');
        }
        Self(words)
    }

    fn has(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.0.contains(&format!(" {phrase} ")))
    }

    /// Whether the account cannot pay.
    pub(crate) fn lacks_credit(&self) -> bool {
        let left = |word: &str| {
            ["credit", "credits"].iter().any(|credit| {
                self.has(&[&format!("no {credit} {word}"), &format!("no more {credit} {word}")])
            })
        };
        self.has(&[
            "insufficient credit",
            "insufficient credits",
            "insufficient_credits",
            "insufficient balance",
            "insufficient_quota",
            "not enough credit",
            "not enough credits",
            "out of credit",
            "out of credits",
            "credits exhausted",
            "no more credits",
            "credit balance is too low",
            "credit limit exceeded",
            "credit limit reached",
            "credit limit has been exceeded",
            "credit limit has been reached",
            "exceeded your credit limit",
            "quota exceeded",
            "quota_exceeded",
            "exceeded your current quota",
        ]) || ["left", "remaining", "available"].into_iter().any(left)
    }

    /// Whether the vendor asks to slow down.
    pub(crate) fn asks_to_slow_down(&self) -> bool {
        self.has(&[
            "rate limit",
            "rate limits",
            "rate limited",
            "rate-limit",
            "rate-limited",
            "rate_limit_exceeded",
            "too many requests",
            "status code 429",
            "http 429",
        ])
    }

    /// Whether a service behind DataGen accepted the call, and its answer timed out or was lost.
    pub(crate) fn loses_an_answer(&self) -> bool {
        self.gave_up_waiting() || self.lost_the_connection()
    }

    /// Whether "timeout" is only the name of a refused parameter. A real timeout says "timed out".
    pub(crate) fn is_about_a_parameter(&self) -> bool {
        self.calls_parameters_wrong() && !self.has(&["timed out"])
    }

    /// Whether something timed out. The name of an error counts too: `ReadTimeout`, `ETIMEDOUT`.
    fn gave_up_waiting(&self) -> bool {
        self.has(&["timed out", "time out", "deadline exceeded", "deadline_exceeded", "took too long"])
            || self.has(&["timed-out", "time-out", "deadline-exceeded"])
            || self.0.split(' ').any(|word| {
                !word.contains(['/', '@']) && ["timeout", "timedout"].iter().any(|name| is_part(word, name))
            })
    }

    fn lost_the_connection(&self) -> bool {
        let status = |status: &&str| {
            self.has(&[
                &format!("status code {status}"),
                &format!("http {status}"),
                &format!("status {status}"),
                &format!("http error {status}"),
            ])
        };
        self.has(&[
            "bad gateway",
            "connection reset",
            "connection was reset",
            "connection aborted",
            "connection closed",
            "connection was closed",
            "connection broken",
            "connection lost",
            "connection was lost",
            "closed the connection",
            "closed connection without response",
            "connection terminated",
            "connection termination",
            "before headers",
            "without response",
            "socket hang up",
            "server disconnected",
            "broken pipe",
            "econnreset",
            "econnaborted",
            "epipe",
            "unexpected eof",
            "incomplete read",
            "incompleteread",
            "premature close",
            "terminated prematurely",
            "empty reply from server",
            "no response from upstream",
        ]) || ["499", "502", "504", "520", "524", "598", "599"].iter().any(status)
    }

    /// Whether the parameters are refused, in the usual words of a validation.
    pub(crate) fn refuses_parameters(&self) -> bool {
        self.has(&[
            "invalid parameter",
            "invalid parameters",
            "invalid argument",
            "invalid arguments",
            "missing required",
            "validation error",
            "validation errors",
        ])
    }

    /// Whether the tool is unknown, and which calls that concerns. Only a text that names the operation
    /// concerns all of its calls. A tool of a connected server may have the name that its server uses.
    pub(crate) fn misses_tool(&self, operation: &str) -> Option<Reach> {
        let own = Self::new(operation).0.replace('-', "_");
        let own = own.trim();
        let of_server = own.strip_prefix("mcp_").and_then(|rest| rest.split_once('_')).map(|(_, tool)| tool);
        // MCP servers use hyphens in tool names; aliases use underscores.
        let text = Self(self.0.replace('-', "_"));
        let named = [Some(own), of_server].into_iter().flatten().any(|name| {
            let before = ["unknown tool", "no such tool", "no tool named", "tool not found"];
            let after = ["not found", "was not found", "does not exist", "is unknown"];
            before.iter().any(|phrase| text.has(&[&format!("{phrase} {name}")]))
                || after.iter().any(|phrase| text.has(&[&format!("tool {name} {phrase}")]))
        });
        if named {
            return Some(Reach::Operation);
        }
        let begins = ["", "error ", "detail ", "message "].iter().any(|lead| {
            ["tool not found", "unknown tool"]
                .iter()
                .any(|miss| self.0.starts_with(&format!(" {lead}{miss} ")))
        });
        begins.then_some(Reach::Call)
    }

    /// Whether the server of a connected tool is not connected, or not authenticated, in DataGen's dashboard.
    /// `unauthorized` alone means that; within a sentence it is usually about a web page.
    pub(crate) fn lacks_server(&self) -> bool {
        let words: Vec<&str> = self.0.split_whitespace().collect();
        if words == ["unauthorized"] {
            return true;
        }
        let is_subject = |at: usize| {
            let leads = ["error", "the", "target", "mcp"];
            words[at] == "server"
                && (words[..at].ends_with(&["mcp"]) || words[..at].iter().all(|word| leads.contains(word)))
        };
        (0..words.len()).any(|at| is_subject(at) && is_disconnected(&words[at + 1..]))
    }
}

/// Whether a word begins or ends with `name`, as in `readtimeout` and `timeouterror`. In a word with dots only
/// the last part counts: `httpx.readtimeout` is an error, and `timeout.com` is an address.
fn is_part(word: &str, name: &str) -> bool {
    let last = word.rsplit('.').next().unwrap_or(word);
    last.starts_with(name) || last.ends_with(name)
}

/// Whether the words after "server", which may begin with its name, say that the server cannot be used. Words
/// after an address are about that address.
fn is_disconnected(words: &[&str]) -> bool {
    const MOST_BETWEEN: usize = 3;
    let states = ["connected", "authenticated", "authorized"];
    for (passed, word) in words.iter().enumerate().take(MOST_BETWEEN + 1) {
        let negated = *word == "not" && words.get(passed + 1).is_some_and(|next| states.contains(next));
        if negated || *word == "unauthorized" {
            return true;
        }
        if word.contains(['.', '/', '@']) {
            return false;
        }
    }
    false
}
