//! How a command ends. Agents branch on the codes, so a number never changes its meaning.

/// How a command ends. Each variant has its own exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The command did what it was asked to do.
    Done,
    /// A defect of marl, or the disk, the ledger, memory or threads failed.
    Internal,
    /// The command line, the settings, the table or the plan is wrong. Nothing was sent.
    Usage,
    /// The key is missing or refused.
    Key,
    /// A provider was stopped: throttled, out of credit or failing.
    ProviderStopped,
    /// Something that the command names does not exist: an integration, a step, a run, a column, a row, a
    /// tool.
    NotFound,
    /// The run finished, and some rows failed.
    RowsFailed,
    /// A cap on calls or cost was reached.
    Cap,
    /// Calls are in doubt: they may have been paid for, and no answer is known.
    InDoubt,
    /// The plan that the run is bound to is no longer valid, or is used up. Nothing was sent.
    PlanChanged,
    /// Not everything is there yet: vendors answer later, or the awaited run is still going on.
    NotYet,
    /// The run finished, and its table lies beside an older output that holds more.
    OlderStays,
    /// Interrupted by a signal.
    Interrupted,
}

impl Exit {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 13] = [
        Self::Done,
        Self::Internal,
        Self::Usage,
        Self::Key,
        Self::ProviderStopped,
        Self::NotFound,
        Self::RowsFailed,
        Self::Cap,
        Self::InDoubt,
        Self::PlanChanged,
        Self::NotYet,
        Self::OlderStays,
        Self::Interrupted,
    ];

    /// The process's exit code, and its meaning in one line.
    const fn definition(self) -> (u8, &'static str) {
        match self {
            Self::Done => (0, "done"),
            Self::Internal => (1, "internal error: a defect, the disk failed, or memory or threads ran out"),
            Self::Usage => (2, "wrong usage, settings, table or plan; nothing was sent"),
            Self::Key => (3, "the key is missing or refused"),
            Self::ProviderStopped => (4, "a provider was stopped: throttled, out of credit or failing"),
            Self::NotFound => (6, "no such integration, step, run, column, row or tool; nothing was bought"),
            Self::RowsFailed => (7, "finished, and some rows failed"),
            Self::Cap => (8, "stopped at a cap on calls or cost"),
            Self::InDoubt => (9, "calls are in doubt: sent, maybe paid for, no answer known"),
            Self::PlanChanged => {
                (10, "something changed since the plan was made, or the plan is used up; nothing was sent")
            }
            Self::NotYet => (
                11,
                "not yet: answers come later (repeat the command), or the run goes on (`marl runs wait`)",
            ),
            Self::OlderStays => {
                (12, "finished; the older output holds more and stays, and the new table lies beside it")
            }
            Self::Interrupted => {
                (130, "interrupted; the answers so far are in the output, or beside an older one")
            }
        }
    }

    /// The process's exit code.
    pub const fn code(self) -> u8 {
        self.definition().0
    }

    /// The meaning of the exit code, in one line.
    pub const fn meaning(self) -> &'static str {
        self.definition().1
    }

    /// Returns the exit with this code.
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|exit| u64::from(exit.code()) == code)
    }
}

/// The list of all exit codes for help texts.
pub fn help() -> String {
    let mut text = "Exit codes:\n".to_owned();
    for exit in Exit::ALL {
        text.push_str(&format!("  {:<4} {}\n", exit.code(), exit.meaning()));
    }
    text.push_str(
        "Other codes above 128 come from the system: 134 if memory ran out, 137 if the program was killed.\n\
         The same command then continues from the stored answers.",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_each_is_found_again() {
        let codes = Exit::ALL.map(Exit::code);
        assert!(codes.is_sorted_by(|one, other| one < other));
        for exit in Exit::ALL {
            assert_eq!(Exit::from_code(exit.code().into()), Some(exit));
        }
        assert_eq!(Exit::from_code(5), None);
    }
}
