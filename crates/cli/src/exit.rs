//! Exit codes. Agents branch on them, so a number never changes its meaning.

/// Everything went as asked.
pub(crate) const DONE: u8 = 0;
/// A defect of marl, or the disk, the ledger, memory or threads failed.
pub(crate) const INTERNAL: u8 = 1;
/// The command line, the settings, the table or the plan is not right. Nothing was sent.
pub(crate) const USAGE: u8 = 2;
/// The key is missing or refused.
pub(crate) const KEY: u8 = 3;
/// A provider was stopped: throttled, out of credit or failing.
pub(crate) const PROVIDER_STOPPED: u8 = 4;
/// A cap on calls or cost was reached.
pub(crate) const CAP: u8 = 8;
/// What was named does not exist: an integration, a step, a run, a column, a row, a tool.
pub(crate) const NOT_FOUND: u8 = 6;
/// The run finished, and some rows failed.
pub(crate) const ROWS_FAILED: u8 = 7;
/// Calls are in doubt: they may have been paid for, and no answer is known.
pub(crate) const IN_DOUBT: u8 = 9;
/// The plan that the run is held to is no longer valid, or is used up. Nothing was sent.
pub(crate) const PLAN_CHANGED: u8 = 10;
/// The run that was waited for goes on.
pub(crate) const STILL_RUNNING: u8 = 11;
/// The run finished, and its table lies beside an older output that says more.
pub(crate) const OLDER_STAYS: u8 = 12;
/// Interrupted by a signal.
pub(crate) const INTERRUPTED: u8 = 130;

/// The codes and what they mean, for programs.
pub(crate) fn meanings() -> impl Iterator<Item = (u8, &'static str)> {
    HELP.lines().skip(1).filter_map(|line| {
        let (code, meaning) = line.trim().split_once(' ')?;
        Some((code.parse().ok()?, meaning.trim()))
    })
}

/// What `marl enrich --help` and `marl help exit-codes` say of them.
pub(crate) const HELP: &str = "\
Exit codes:
  0    done
  1    internal error: a defect, the disk failed, or memory or threads ran out
  2    wrong usage, settings, table or plan; nothing was sent
  3    the key is missing or refused
  4    a provider was stopped: throttled, out of credit or failing
  6    no such integration, step, run, column, row or tool; nothing was bought
  7    finished, and some rows failed
  8    stopped at a cap on calls or cost
  9    calls are in doubt: sent, maybe paid for, no answer known
  10   something moved since the plan was made, or it is used up; nothing was sent
  11   the run goes on (`marl runs wait`)
  12   finished; the older output says more and stays, the new table lies beside it
  130  interrupted; what was answered is in the output, or beside an older one
Other codes above 128 are the system's: 134 when memory ran out, 137 when the program was killed.
The same command then goes on from what was answered.";
