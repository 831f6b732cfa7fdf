//! The table of the tools: the purpose of each tool, and the command whose arguments it takes. This module
//! only holds data; `tools` answers calls.

use super::arguments::{Argument, Kind};

/// A tool that answers with a command's document.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    /// The command whose arguments the tool takes.
    pub(super) command: &'static [&'static str],
    /// Arguments whose names differ from the command line's.
    pub(super) renamed: &'static [(&'static str, &'static str)],
    /// Flags that are not arguments, each with the reason.
    pub(super) without: &'static [(&'static str, &'static str)],
    /// Arguments without a flag in the command.
    pub(super) own: fn() -> Vec<Argument>,
    pub(super) reads_only: bool,
    /// Whether it may replace or end something.
    pub(super) destructive: bool,
    /// Whether repeating a call changes nothing more.
    pub(super) idempotent: bool,
    /// Whether it may send calls to the outside.
    pub(super) open_world: bool,
}

/// A tool that only reads, with the arguments of its command under their own names.
const READER: Entry = Entry {
    name: "",
    title: "",
    description: "",
    command: &[],
    renamed: &[],
    without: &[],
    own: Vec::new,
    reads_only: true,
    destructive: false,
    idempotent: true,
    open_world: false,
};

/// The argument that no tool takes.
pub(super) const ALWAYS_WITHOUT: (&str, &str) =
    ("ledger", "the project's ledger is used; the server's environment can name another (MARL_LEDGER)");

/// The argument that neither `plan` nor `start_run` takes.
const DOUBTS: (&str, &str) =
    ("in_doubt", "sending again what may have been paid for is set in marl.toml, by the person who pays");

const OVERWRITE: (&str, &str) =
    ("overwrite", "replacing a file that marl did not write is left to the person at the command line");

const PROGRESS: (&str, &str) = ("progress", "the protocol has its own notifications");

pub(super) const TOOLS: [Entry; 11] = [
    Entry {
        name: "integrations",
        title: "List or describe integrations",
        description: "What can be added to a table: each integration with the columns it needs and produces. With a \
                      name, the whole contract of one: types, descriptions, the calls it makes.",
        command: &["integrations"],
        own: || vec![Argument::own("name", Kind::Text, false, "Describe this one only")],
        ..READER
    },
    Entry {
        name: "columns",
        title: "Look at a table's columns",
        description: "Per column the type its values suggest, how much is filled, how many are distinct, examples; \
                      and which integrations could run on the table as it is.",
        command: &["columns"],
        ..READER
    },
    Entry {
        name: "rows",
        title: "Look at a table's rows",
        description: "Rows of a table, or of a run's output or errors file: by number, by a condition in CEL, some columns.",
        command: &["rows"],
        ..READER
    },
    Entry {
        name: "plan",
        title: "Plan a run",
        description: "Exactly what a run would send and cost, and what may come beyond that; sends nothing, costs \
                      nothing. Its `plan` is the hash that `start_run` takes.",
        command: &["plan"],
        renamed: &[("input", "table")],
        without: &[
            DOUBTS,
            OVERWRITE,
            PROGRESS,
            ("plan", "the hash is the tool's answer"),
            ("detach", "nothing is started"),
        ],
        ..READER
    },
    Entry {
        name: "start_run",
        title: "Start a run",
        description: "Starts a run in the background and returns its number. It spends money, so it needs `plan`, the \
                      hash of a plan that was agreed to, with the same arguments, or else max_calls or max_cost. A \
                      hash is used up: the same request again buys nothing more than what is left of it. max_calls \
                      and max_cost bound one run: each start may buy as much again. It writes the output file and \
                      may replace an earlier one.",
        command: &["enrich"],
        renamed: &[("input", "table")],
        without: &[DOUBTS, OVERWRITE, PROGRESS, ("detach", "it is always so")],
        reads_only: false,
        destructive: true,
        idempotent: false,
        open_world: true,
        ..READER
    },
    Entry {
        name: "run_status",
        title: "See how runs go",
        description: "One run: state, progress, counts, cost, the output and errors file. With wait_seconds it \
                      waits for the end and reports progress. Without a number, the latest runs.",
        command: &["runs", "wait"],
        renamed: &[("id", "run")],
        without: &[("timeout", "`wait_seconds` sets it in seconds")],
        own: || {
            vec![
                Argument::own("wait_seconds", Kind::Whole, false, "Seconds to wait for its end, at most 100"),
                Argument::own("limit", Kind::Whole, false, "Without a number: how many runs are listed"),
            ]
        },
        ..READER
    },
    Entry {
        name: "explain_cell",
        title: "Explain a cell",
        description: "Where a cell of an enriched table comes from: integration, calls, times, cost, source; or why it is empty.",
        command: &["why"],
        ..READER
    },
    Entry {
        name: "empty_cells",
        title: "List empty cells with their reasons",
        description: "Each empty output cell of an enriched table with its reason (no data, failed, in doubt, skipped and \
                      why), a page at a time, and counts by column and reason over the whole table.",
        command: &["gaps"],
        ..READER
    },
    Entry {
        name: "stop_run",
        title: "Stop a run",
        description: "Asks a run to end early and in order: calls in flight are awaited, and answers so far are written.",
        command: &["runs", "stop"],
        renamed: &[("id", "run")],
        reads_only: false,
        ..READER
    },
    Entry {
        name: "ledger",
        title: "What has been bought",
        description: "What the ledger holds: calls by provider, operation and state.",
        command: &["ledger", "stats"],
        ..READER
    },
    Entry {
        name: "more",
        title: "The rest of a long answer",
        description: "The next part of an answer that was cut: its handle and next_offset.",
        command: &["exit-codes"],
        own: || {
            vec![
                Argument::own("handle", Kind::Text, true, "The answer's handle"),
                Argument::own("offset", Kind::Whole, true, "Its next_offset"),
            ]
        },
        ..READER
    },
];
