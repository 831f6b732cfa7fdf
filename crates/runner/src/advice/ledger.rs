//! What to do about a ledger that cannot be opened.

use crate::ledger::Problem;

/// The hint for a ledger's problem.
pub fn ledger(problem: Problem) -> &'static str {
    match problem {
        Problem::Newer => "update marl, or name another ledger with `--ledger PATH`",
        Problem::NotALedger | Problem::NotYetMade | Problem::Other => {
            "name another ledger with `--ledger PATH`"
        }
        Problem::Foreign => {
            "marl uses a ledger only as it made it: take out what was added with `sqlite3`, or name another ledger \
             with `--ledger PATH`"
        }
        Problem::Corrupt => {
            "keep a copy; `sqlite3 FILE .recover` brings back what can be read, and `--ledger PATH` names another"
        }
        Problem::Locked => "wait for the other program, or name another ledger with `--ledger PATH`",
        Problem::ReadOnly => "make its folder writable, or name another ledger with `--ledger PATH`",
        Problem::Full => "make room on the disk, or name another ledger with `--ledger PATH`",
    }
}
