//! What a failed tool's prose is about: the account, the tool, its server, or only this call.
//!
//! The text is often another vendor's, relayed as it came, and names what the row asked for:
//! "Credit Suisse AG: page could not be loaded" says nothing of credit. What would stop more
//! than one row is believed only from whole phrases that say so; anything else stays with its
//! row, where a mistake costs one row.

mod verdict;

use marl_core::provider::Reach;

/// An error's text as lowercase words with one space before, between and after them. An
/// address stays one word, so that a phrase in `https://out-of-credit.com` is none.
pub(crate) struct Prose(String);

/// What may stand within a word.
const JOINERS: [char; 5] = ['.', '-', '/', '@', '_'];

impl Prose {
    /// Errors give their reason first; the rest may be a page.
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

    /// The account cannot pay.
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

    /// Somebody asks to slow down.
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

    /// Something behind DataGen took the call, and its answer was not waited for or was lost.
    pub(crate) fn loses_an_answer(&self) -> bool {
        self.gave_up_waiting() || self.lost_the_connection()
    }

    /// Whether "timeout" is the name of a parameter that is refused. Who gave up waiting says
    /// "timed out".
    pub(crate) fn speaks_of_a_parameter(&self) -> bool {
        self.calls_parameters_wrong() && !self.has(&["timed out"])
    }

    /// A text of one word in an error's name counts: `ReadTimeout`, `ETIMEDOUT`.
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

    /// The parameters are refused.
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

    /// The tool is not known. Of every call of the operation that is true only when the text
    /// names it; the tool of a connected server may be named as that server names it.
    pub(crate) fn misses_tool(&self, operation: &str) -> Option<Reach> {
        let own = Self::new(operation).0.replace('-', "_");
        let own = own.trim();
        let of_server = own.strip_prefix("mcp_").and_then(|rest| rest.split_once('_')).map(|(_, tool)| tool);
        // MCP servers name tools with hyphens, aliases are written with underscores.
        let said = Self(self.0.replace('-', "_"));
        let named = [Some(own), of_server].into_iter().flatten().any(|name| {
            let before = ["unknown tool", "no such tool", "no tool named", "tool not found"];
            let after = ["not found", "was not found", "does not exist", "is unknown"];
            before.iter().any(|phrase| said.has(&[&format!("{phrase} {name}")]))
                || after.iter().any(|phrase| said.has(&[&format!("tool {name} {phrase}")]))
        });
        if named {
            return Some(Reach::Operation);
        }
        let begins = ["", "error ", "detail ", "message "].iter().any(|lead| {
            ["tool not found", "unknown tool"].iter().any(|say| self.0.starts_with(&format!(" {lead}{say} ")))
        });
        begins.then_some(Reach::Call)
    }

    /// The server of a connected tool is not connected, or not authenticated, in DataGen's
    /// dashboard. `unauthorized` alone says so; in a sentence it is mostly about a page.
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
        (0..words.len()).any(|at| is_subject(at) && is_cut_off(&words[at + 1..]))
    }
}

/// Whether a word is `name`, or ends or begins with it: `readtimeout`, `timeouterror`. Of a name with
/// dots the last part counts: `httpx.readtimeout` is an error, and `timeout.com` an address.
fn is_part(word: &str, name: &str) -> bool {
    let last = word.rsplit('.').next().unwrap_or(word);
    last.starts_with(name) || last.ends_with(name)
}

/// Whether what follows "server" says within a few words, its name among them, that it
/// cannot be used. Beyond an address the text is about that address.
fn is_cut_off(words: &[&str]) -> bool {
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
