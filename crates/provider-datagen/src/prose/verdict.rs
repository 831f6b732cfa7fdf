//! Determines what the text of a failed tool says about its call: nothing was found, the parameters are wrong,
//! or the failure is temporary. Only whole phrases count. This module must not decide what follows from that.

use super::Prose;

/// Words for what a call asks about. A text about anything else (a tool, a table, a page) is not about the
/// subject of the call.
const SUBJECTS: [&str; 20] = [
    "profile",
    "profiles",
    "person",
    "people",
    "user",
    "member",
    "company",
    "companies",
    "organization",
    "organisation",
    "account",
    "resource",
    "record",
    "records",
    "entity",
    "contact",
    "employee",
    "result",
    "results",
    "match",
];

/// Words for the parts of a program.
const PARTS: [&str; 20] = [
    "tool",
    "tools",
    "column",
    "relation",
    "table",
    "database",
    "function",
    "attribute",
    "key",
    "module",
    "method",
    "endpoint",
    "route",
    "variable",
    "server",
    "proxy",
    "session",
    "token",
    "browser",
    "dns",
];

impl Prose {
    /// Whether nothing exists for this call: the subject is missing or hidden.
    pub(crate) fn finds_nothing(&self) -> bool {
        // The introductions that DataGen adds mention a tool, but the tool is not what is missing.
        let relayed = Self(self.0.replace(" tool execution ", " ").replace(" api tool ", " "));
        if relayed.has(&PARTS) {
            return false;
        }
        let trimmed = self.0.trim();
        let words: Vec<&str> = trimmed.split(' ').collect();
        ["not found", "error not found", "404 not found", "no result", "no match"].contains(&trimmed)
            || self.has(&[
                "could not find",
                "couldn t find",
                "cannot find",
                "can t find",
                "unable to find",
                "failed to find",
                "did not find",
                "didn t find",
                "not able to find",
                "could not locate",
                "unable to locate",
                "no results",
                "0 results",
                "zero results",
                "no matches",
                "no matching",
                "no such user",
                "no such profile",
                "no such person",
                "no such member",
                "no such company",
                "nothing found",
                "nothing was found",
                "no data found",
                "no data available",
                "no information found",
            ])
            || (0..words.len()).any(|at| is_missing(&words, at))
    }

    /// Whether the failure is temporary: a service is overloaded, down for a while, or was not reached.
    pub(crate) fn is_temporary(&self) -> bool {
        let status = |status: &&str| {
            self.has(&[
                &format!("status code {status}"),
                &format!("http {status}"),
                &format!("status {status}"),
            ])
        };
        self.has(&[
            "try again",
            "retry",
            "retry later",
            "temporarily",
            "temporary",
            "overloaded",
            "too busy",
            "is busy",
            "at capacity",
            "over capacity",
            "service unavailable",
            "server unavailable",
            "internal server error",
            "internal error",
            "server error",
            "unexpected error",
            "unexpected failure",
            "unknown error",
            "something went wrong",
            "connection refused",
            "connection error",
            "connection failed",
            "could not connect",
            "failed to connect",
            "econnrefused",
            "eai_again",
            "network error",
            "fetch failed",
            "throttled",
            "throttling",
            "under maintenance",
            "slow down",
        ]) || ["500", "503", "522", "529"].iter().any(status)
    }

    /// Whether the parameters of this call are refused, in any wording.
    pub(crate) fn calls_parameters_wrong(&self) -> bool {
        self.refuses_parameters()
            || self.has(&[
                "invalid linkedin",
                "invalid url",
                "invalid profile",
                "invalid domain",
                "invalid input",
                "invalid request",
                "invalid value",
                "invalid format",
                "not a valid",
                "is not valid",
                "is invalid",
                "malformed",
                "bad request",
                "unprocessable",
                "unprocessable entity",
                "validation failed",
                "must be a",
                "status code 400",
                "status code 422",
                "http 400",
                "http 422",
            ])
    }
}

/// Whether the words say that the subject at `at` is missing or hidden: "profile jane-doe was not found".
fn is_missing(words: &[&str], at: usize) -> bool {
    const MOST_BETWEEN: usize = 5;
    if !SUBJECTS.contains(&words[at]) {
        return false;
    }
    let absent: [&[&str]; 10] = [
        &["not", "found"],
        &["not", "be", "found"],
        &["cannot", "be", "found"],
        &["t", "be", "found"],
        &["does", "not", "exist"],
        &["doesn", "t", "exist"],
        &["do", "not", "exist"],
        &["no", "longer", "exists"],
        &["not", "exist"],
        &["no", "longer", "available"],
    ];
    let hidden: [&[&str]; 10] = [
        &["is", "private"],
        &["is", "unavailable"],
        &["unavailable"],
        &["is", "not", "available"],
        &["not", "available"],
        &["is", "restricted"],
        &["is", "not", "public"],
        &["has", "been", "removed"],
        &["has", "been", "deleted"],
        &["was", "deleted"],
    ];
    let after = &words[at + 1..];
    let no = at > 0 && words[at - 1] == "no";
    let found = ["found", "exists", "exist", "available", "for", "with", "matches", "matched", "returned"];
    hidden.iter().any(|phrase| after.starts_with(phrase))
        || (0..=MOST_BETWEEN.min(after.len()))
            .any(|skipped| absent.iter().any(|phrase| after[skipped..].starts_with(phrase)))
        || (no && after.iter().take(3).any(|word| found.contains(word)))
}
