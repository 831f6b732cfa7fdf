//! Pairs the rows of an older output with those of the table that a run reads now, by digests.
//!
//! Rows that are equal as a whole are paired first, then rows that `same_row` recognises. The remaining rows
//! are paired question by question, by the cells that each question reads. Memory holds a few digests for
//! each row and no cells. This module must not read tables, and must not judge which answer is better.

/// The rows of the older output for one question of a row of the new table. Rows are counted from 1; 0 means
/// none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RowPair {
    /// The older row whose answers fit this row's question.
    pub(crate) answer: u32,
    /// The older row that is, or may be, this row. If its answers no longer fit, they count as lost.
    pub(crate) before: u32,
}

/// The digests of a table's rows.
#[derive(Debug, Default)]
pub(crate) struct TableDigests {
    /// By row, a digest of the whole row; 0 if nothing distinguishes rows.
    pub(crate) whole: Vec<u64>,
    /// By question and row, a digest of the cells that the question reads; 0 if they are empty.
    pub(crate) keys: Vec<Vec<u64>>,
}

/// Which older row is which row of the new table.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    /// By question and row of the new table.
    pub(crate) pairs: Vec<Vec<RowPair>>,
    /// By older row, the same row in the new table, from 1.
    pub(crate) now_of: Vec<u32>,
}

/// Older rows that ask the same question.
struct SameQuestion {
    key: u64,
    /// The end of these rows in the list of rows sorted by key, and the position where the search for the
    /// next unpaired row begins.
    end: u32,
    next: u32,
    /// The answers of the rows without a partner, and of all rows.
    free: SharedAnswer,
    all: SharedAnswer,
}

/// The answer of rows that ask the same question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SharedAnswer {
    None,
    /// All rows with an answer have the same one: its digest, and a row that has it.
    One(u32, u32),
    Several,
}

impl SharedAnswer {
    fn with(self, answer: u32, row: u32) -> Self {
        match self {
            _ if answer == 0 => self,
            Self::None => Self::One(answer, row),
            Self::One(known, _) if known == answer => self,
            _ => Self::Several,
        }
    }
}

impl Matching {
    /// Pairs rows by their questions. `answers` holds, by question and older row, a digest of the answers; 0
    /// means none. `now_of` holds the pairs that are already known, as [`pair_whole`] returns them.
    pub(crate) fn new(
        older: &TableDigests,
        answers: &[Vec<u32>],
        now: &TableDigests,
        now_of: Vec<u32>,
    ) -> Self {
        let mut older_of = vec![0; now.whole.len()];
        let is_paired: Vec<bool> = now_of.iter().map(|now| *now > 0).collect();
        for (row, now) in now_of.iter().enumerate().filter(|(_, now)| **now > 0) {
            older_of[*now as usize - 1] = to_u32(row) + 1;
        }
        let mut matching = Self { pairs: Vec::new(), now_of };
        for ((keys, wanted), answers) in older.keys.iter().zip(&now.keys).zip(answers) {
            let question = QuestionRows { keys, wanted, answers, older_of: &older_of, is_paired: &is_paired };
            matching.pair_question(&question);
        }
        matching
    }

    /// Records that a row of the new table is this older row with other questions; both are counted from 0.
    pub(crate) fn set_edited(&mut self, older: u32, now: u32) {
        self.now_of[older as usize] = now + 1;
        self.pairs.iter_mut().for_each(|pairs| pairs[now as usize].before = older + 1);
    }

    fn pair_question(&mut self, question: &QuestionRows<'_>) {
        let QuestionRows { keys, wanted, answers, older_of, is_paired } = question;
        let sorted = sorted(keys);
        let mut alike = alike(&sorted, keys, answers, is_paired);
        let mut pairs = Vec::with_capacity(wanted.len());
        for (row, key) in wanted.iter().enumerate() {
            let at = alike.binary_search_by_key(key, |alike| alike.key).ok().filter(|_| *key != 0);
            let before = older_of[row];
            let pair = match at.map(|at| &mut alike[at]) {
                _ if before > 0 && keys[before as usize - 1] == *key => RowPair { answer: before, before },
                // The row is known, and it asks something else now.
                at if before > 0 => RowPair { answer: at.map_or(0, |alike| alike.shared()), before },
                None => RowPair::default(),
                Some(alike) => alike.partner(&sorted, answers, is_paired),
            };
            if pair.before > 0 && self.now_of[pair.before as usize - 1] == 0 && pair.answer > 0 {
                self.now_of[pair.before as usize - 1] = to_u32(row) + 1;
            }
            pairs.push(pair);
        }
        self.pairs.push(pairs);
    }
}

/// One question over both tables.
struct QuestionRows<'a> {
    keys: &'a [u64],
    wanted: &'a [u64],
    answers: &'a [u32],
    /// By new row, the same row in the older table, from 1, if it is known.
    older_of: &'a [u32],
    /// By older row, whether its row in the new table is known.
    is_paired: &'a [bool],
}

impl SameQuestion {
    /// Returns the partner of a row that is not known yet.
    fn partner(&mut self, sorted: &[u32], answers: &[u32], is_paired: &[bool]) -> RowPair {
        let is_free = |row: u32| !is_paired[row as usize] && answers[row as usize] != 0;
        while self.next < self.end {
            let row = sorted[self.next as usize];
            if is_free(row) && self.free == SharedAnswer::Several {
                // Several rows fit, and nothing distinguishes them.
                return RowPair { answer: 0, before: row + 1 };
            }
            self.next += 1;
            if is_free(row) {
                return RowPair { answer: row + 1, before: row + 1 };
            }
        }
        RowPair { answer: self.shared(), before: 0 }
    }

    /// A row with the answer, if all rows with an answer have the same one.
    fn shared(&self) -> u32 {
        match self.all {
            SharedAnswer::One(_, row) => row + 1,
            SharedAnswer::None | SharedAnswer::Several => 0,
        }
    }
}

/// Pairs the rows that are equal as a whole, in their order. Returns, by older row, the new row, from 1; 0
/// means none.
pub(crate) fn pair_whole(older: &TableDigests, now: &TableDigests) -> Vec<u32> {
    let sorted = sorted(&older.whole);
    // How many rows of several equal ones are taken; stored at the first of them.
    let mut taken = vec![0_u32; sorted.len()];
    let mut now_of = vec![0; older.whole.len()];
    for (row, wanted) in now.whole.iter().enumerate().filter(|(_, wanted)| **wanted != 0) {
        let first = sorted.partition_point(|row| older.whole[*row as usize] < *wanted);
        let Some(taken) = taken.get_mut(first) else { continue };
        let next = sorted.get(first + *taken as usize).filter(|next| older.whole[**next as usize] == *wanted);
        if let Some(next) = next {
            *taken += 1;
            now_of[*next as usize] = to_u32(row) + 1;
        }
    }
    now_of
}

/// The rows sorted by digest; equal digests keep their order.
fn sorted(digests: &[u64]) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..digests.len()).map(to_u32).collect();
    rows.sort_unstable_by_key(|row| (digests[*row as usize], *row));
    rows
}

/// The older rows grouped by their question, in the order of the digests.
fn alike(sorted: &[u32], keys: &[u64], answers: &[u32], is_paired: &[bool]) -> Vec<SameQuestion> {
    let mut alike: Vec<SameQuestion> = Vec::new();
    for (at, row) in sorted.iter().enumerate() {
        let place = *row as usize;
        let key = keys[place];
        if alike.last().is_none_or(|last| last.key != key) {
            let (free, all) = (SharedAnswer::None, SharedAnswer::None);
            alike.push(SameQuestion { key, end: 0, next: to_u32(at), free, all });
        }
        let last = alike.last_mut().expect("one was added");
        last.end = to_u32(at) + 1;
        last.all = last.all.with(answers[place], *row);
        if !is_paired[place] {
            last.free = last.free.with(answers[place], *row);
        }
    }
    alike
}

/// A row number as `u32`; tables with more rows have been refused.
pub(crate) fn to_u32(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes rows as `(whole, key, answer)`, for one question. Returns pairs as `(answer, before)`, and the
    /// older rows, counted from 1, without a partner.
    fn matched(older: &[(u64, u64, u32)], now: &[(u64, u64)]) -> (Vec<(u32, u32)>, Vec<usize>) {
        let older_side = TableDigests {
            whole: older.iter().map(|row| row.0).collect(),
            keys: vec![older.iter().map(|row| row.1).collect()],
        };
        let now_side = TableDigests {
            whole: now.iter().map(|row| row.0).collect(),
            keys: vec![now.iter().map(|row| row.1).collect()],
        };
        let answers = vec![older.iter().map(|row| row.2).collect()];
        let now_of = pair_whole(&older_side, &now_side);
        let matching = Matching::new(&older_side, &answers, &now_side, now_of);
        let gone = (1..=older.len()).filter(|row| matching.now_of[row - 1] == 0).collect();
        (matching.pairs[0].iter().map(|pair| (pair.answer, pair.before)).collect(), gone)
    }

    #[test]
    fn rows_are_paired_in_any_order_and_equal_questions_share_answers() {
        let older = [(1, 10, 7), (2, 20, 8), (3, 20, 8)];
        assert_eq!(matched(&older, &[(3, 20), (1, 10)]).0, [(3, 3), (1, 1)]);
        // A changed row keeps the answers of its question, and so does an additional row that asks the same.
        assert_eq!(
            matched(&older, &[(9, 20), (8, 10), (7, 20), (6, 20), (5, 30)]),
            (vec![(2, 2), (1, 1), (3, 3), (2, 0), (0, 0)], vec![])
        );
        assert_eq!(matched(&older, &[(1, 10)]).1, [2, 3]);
    }

    #[test]
    fn answers_of_one_question_that_differ_are_never_swapped() {
        let older = [(1, 10, 7), (2, 10, 8)];
        assert_eq!(matched(&older, &[(2, 10), (1, 10)]).0, [(2, 2), (1, 1)]);
        assert_eq!(matched(&older, &[(9, 10), (2, 10)]).0, [(1, 1), (2, 2)]);
        // Nothing distinguishes these rows, so their older answers count as lost.
        assert_eq!(matched(&older, &[(9, 10), (8, 10)]).0, [(0, 1), (0, 1)]);
        // Both answers have a row of their own, and neither is certain for a third row.
        assert_eq!(matched(&older, &[(9, 10), (2, 10), (1, 10)]).0[0], (0, 0));
    }

    #[test]
    fn a_row_with_another_question_loses_its_answer() {
        let older = TableDigests { whole: vec![1, 2], keys: vec![vec![10, 20]] };
        let now = TableDigests { whole: vec![8, 9], keys: vec![vec![30, 10]] };
        let matching = Matching::new(&older, &[vec![7, 8]], &now, vec![1, 2]);
        assert_eq!(matching.pairs[0][0], RowPair { answer: 0, before: 1 });
        // Another row asked what this row asks now.
        assert_eq!(matching.pairs[0][1], RowPair { answer: 1, before: 2 });
    }

    #[test]
    fn a_row_without_a_question_is_paired_only_with_an_equal_row() {
        let older = [(1, 0, 7), (2, 0, 0)];
        assert_eq!(matched(&older, &[(9, 0), (1, 0)]).0, [(0, 0), (1, 1)]);
        assert_eq!(matched(&[(0, 0, 7)], &[(0, 0)]).0, [(0, 0)]);
    }

    #[test]
    fn an_older_row_without_an_answer_takes_no_partner_from_one_that_has() {
        assert_eq!(matched(&[(1, 10, 0), (2, 10, 8)], &[(9, 10)]).0, [(2, 2)]);
    }

    #[test]
    fn many_rows_that_ask_the_same_take_linear_time() {
        for answer in [|_| 7, |row| row] as [fn(u32) -> u32; 2] {
            let rows: Vec<(u64, u64, u32)> =
                (1..200_000).map(|row| (u64::from(row), 10, answer(row))).collect();
            let now: Vec<(u64, u64)> = (1..200_000).map(|row| (row + 1_000_000, 10)).collect();
            let (pairs, _) = matched(&rows, &now);
            assert!(pairs.iter().all(|pair| pair.1 > 0));
        }
    }
}
