//! The numbers of the states of calls in the file. Besides `schema.sql`, which never changes for a version,
//! no other place contains these numbers: a query names a state as `code!(found)`.

use engine::ledger::CallState;

/// The number of a state as a literal, which `concat!` joins into a query. `answers` lists the states with a
/// complete answer, for `IN (...)`.
macro_rules! code {
    (intent) => {
        0
    };
    (found) => {
        1
    };
    (no_data) => {
        2
    };
    (failed) => {
        3
    };
    (in_doubt) => {
        4
    };
    (unusable) => {
        5
    };
    (pending) => {
        6
    };
    (answers) => {
        concat!(code!(found), ", ", code!(no_data), ", ", code!(unusable))
    };
}
pub(crate) use code;

/// A state that has a number in the file.
pub(crate) trait Coded {
    fn code(self) -> i64;
    fn from_code(code: i64) -> Self;
}

impl Coded for CallState {
    fn code(self) -> i64 {
        match self {
            Self::Intent => code!(intent),
            Self::Found => code!(found),
            Self::NoData => code!(no_data),
            Self::Failed => code!(failed),
            Self::InDoubt => code!(in_doubt),
            Self::Unusable => code!(unusable),
            Self::Pending => code!(pending),
        }
    }

    fn from_code(code: i64) -> Self {
        match code {
            code!(intent) => Self::Intent,
            code!(found) => Self::Found,
            code!(no_data) => Self::NoData,
            code!(failed) => Self::Failed,
            code!(in_doubt) => Self::InDoubt,
            code!(pending) => Self::Pending,
            _ => Self::Unusable,
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::migrations::MIGRATIONS;

    #[test]
    fn the_numbers_are_those_of_the_schema() {
        let db = Connection::open_in_memory().unwrap();
        MIGRATIONS.iter().for_each(|step| db.execute_batch(step).unwrap());
        let states = [
            CallState::Intent,
            CallState::Found,
            CallState::NoData,
            CallState::Failed,
            CallState::InDoubt,
            CallState::Unusable,
            CallState::Pending,
        ];
        let mut answers = Vec::new();
        for state in states {
            db.execute(
                "INSERT INTO call (key_short, key, state, run, provider, account, operation, parameters, attempt,
                    sent_at, deadline) VALUES (0, '', ?1, 1, 'p', 'a', 'o', '{}', 1, 1, 1)",
                [state.code()],
            )
            .unwrap();
            let id = db.last_insert_rowid();
            let word: String =
                db.query_row("SELECT state FROM calls WHERE id = ?1", [id], |row| row.get(0)).unwrap();
            assert_eq!((word.as_str(), CallState::from_code(state.code())), (state.name(), state));
            if state.is_answer() {
                answers.push(state.code().to_string());
            }
        }
        assert_eq!(code!(answers), answers.join(", "));
    }
}
