//! Pairs the rows of an older output with those of the table that a run reads now, by digests.
//!
//! Equal rows are paired first, wherever they are. Each question then finds the rows that are left
//! by the cells that it reads. Memory holds some digests for each row and no cell. Must not read
//! tables, and must not judge what is better.

/// How a row of the new table has to do with one of the older output, as far as one question goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum How {
    /// The older output does not know the row.
    #[default]
    Unknown,
    /// It is the row of the older output.
    Own,
    /// It asks the same as a row of the older output that has a row of its own.
    Shared,
    /// It asks the same as several rows whose answers differ, and nothing says which one it is.
    Ambiguous,
    /// It is the row of the older output, and asks something else now.
    Edited,
}

/// A row's partner in the older output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pair {
    /// The older row, from 0.
    pub(super) row: u32,
    pub(super) how: How,
}

/// The digests of a table's rows.
#[derive(Debug, Default)]
pub(super) struct Side {
    /// Of each row as a whole; 0 where nothing tells rows apart.
    pub(super) whole: Vec<u64>,
    /// By question and row, of what it reads; 0 where it reads nothing.
    pub(super) keys: Vec<Vec<u64>>,
}

/// Which row is which.
#[derive(Debug, Default)]
pub(super) struct Matching {
    /// By question and row of the new table.
    pub(super) pairs: Vec<Vec<Pair>>,
    /// By older row: the new row, from 1, that is it.
    pub(super) now_of: Vec<u32>,
    /// Older rows with answers that no new row has.
    pub(super) left: Vec<u32>,
    /// By question and older row: whether its answer is nowhere in the new table.
    homeless: Vec<Vec<bool>>,
}

/// Older rows in which one question is the same.
struct Alike {
    key: u64,
    /// Where they are in the list of rows sorted by key.
    start: usize,
    end: usize,
    /// Where the next of them without a partner is looked for.
    next: usize,
    /// The answers of those without a partner, and of all.
    free: Answer,
    all: Answer,
    /// Whether the new table asks it.
    is_asked: bool,
}

/// The answer that rows with one question have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    None,
    /// All that have one have this: its digest, and a row that has it.
    One(u32, u32),
    Several,
}

impl Answer {
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
    /// Pairs rows. `answers` are by question and older row: a digest of its answers, 0 for none.
    pub(super) fn new(older: &Side, answers: &[Vec<u32>], now: &Side) -> Self {
        let whole = pair_whole(older, now);
        let mut now_of = vec![0; older.whole.len()];
        for (row, pair) in whole.iter().enumerate() {
            if pair.how == How::Own {
                now_of[pair.row as usize] = to_u32(row) + 1;
            }
        }
        let is_whole: Vec<bool> = now_of.iter().map(|now| *now > 0).collect();
        let mut matching = Self { now_of, ..Self::default() };
        for ((keys, wanted), answers) in older.keys.iter().zip(&now.keys).zip(answers) {
            matching.pair_question(keys, wanted, answers, &whole, &is_whole);
        }
        let is_left = |row: &usize| matching.homeless.iter().any(|homeless| homeless[*row]);
        matching.left = (0..older.whole.len()).filter(is_left).map(to_u32).collect();
        matching
    }

    /// Notes that a row of the new table, from 0, is this older one with another question.
    pub(super) fn set_edited(&mut self, older: u32, now: u32) {
        for (pairs, homeless) in self.pairs.iter_mut().zip(&self.homeless) {
            let pair = &mut pairs[now as usize];
            if homeless[older as usize] && pair.how == How::Unknown {
                *pair = Pair { row: older, how: How::Edited };
            }
        }
    }

    /// By row of the new table: whether it is a row of the older output.
    pub(super) fn is_known(&self, rows: usize) -> Vec<bool> {
        let mut known = vec![false; rows];
        self.now_of.iter().filter(|now| **now > 0).for_each(|now| known[*now as usize - 1] = true);
        known
    }

    fn pair_question(
        &mut self,
        keys: &[u64],
        wanted: &[u64],
        answers: &[u32],
        whole: &[Pair],
        is_whole: &[bool],
    ) {
        let sorted = sorted(keys);
        let mut alike = alike(&sorted, keys, answers, is_whole);
        let mut pairs = Vec::with_capacity(wanted.len());
        for (row, (key, whole)) in wanted.iter().zip(whole).enumerate() {
            let at = alike.binary_search_by_key(key, |alike| alike.key).ok().filter(|_| *key != 0);
            if let Some(at) = at {
                alike[at].is_asked = true;
            }
            let pair = match at {
                _ if whole.how == How::Own => *whole,
                None => Pair::default(),
                Some(at) => alike[at].partner(&sorted, answers, is_whole),
            };
            if pair.how == How::Own && self.now_of[pair.row as usize] == 0 {
                self.now_of[pair.row as usize] = to_u32(row) + 1;
            }
            pairs.push(pair);
        }
        let mut homeless: Vec<bool> =
            answers.iter().zip(is_whole).map(|(answer, is_whole)| *answer != 0 && !is_whole).collect();
        for alike in alike.iter().filter(|alike| alike.is_asked) {
            sorted[alike.start..alike.end].iter().for_each(|row| homeless[*row as usize] = false);
        }
        self.pairs.push(pairs);
        self.homeless.push(homeless);
    }
}

impl Alike {
    /// The partner of a row that asks the same and is not the same as a whole.
    fn partner(&mut self, sorted: &[u32], answers: &[u32], is_whole: &[bool]) -> Pair {
        if self.free == Answer::Several {
            return Pair { row: sorted[self.start], how: How::Ambiguous };
        }
        while self.next < self.end {
            let row = sorted[self.next];
            self.next += 1;
            if !is_whole[row as usize] && answers[row as usize] != 0 {
                return Pair { row, how: How::Own };
            }
        }
        match self.all {
            Answer::One(_, row) => Pair { row, how: How::Shared },
            Answer::None | Answer::Several => Pair::default(),
        }
    }
}

/// Pairs the rows that are equal as a whole, in their order.
fn pair_whole(older: &Side, now: &Side) -> Vec<Pair> {
    let sorted = sorted(&older.whole);
    let digest = |at: usize| older.whole[sorted[at] as usize];
    // How many of equal rows are taken, at the first of them.
    let mut taken = vec![0_u32; sorted.len()];
    let mut pair = |wanted: &u64| {
        let first = sorted.partition_point(|row| older.whole[*row as usize] < *wanted);
        let next = first + *taken.get(first)? as usize;
        let is_free = *wanted != 0 && next < sorted.len() && digest(next) == *wanted;
        is_free.then(|| {
            taken[first] += 1;
            Pair { row: sorted[next], how: How::Own }
        })
    };
    now.whole.iter().map(|wanted| pair(wanted).unwrap_or_default()).collect()
}

/// The rows sorted by digest; equal ones in their order.
fn sorted(digests: &[u64]) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..digests.len()).map(to_u32).collect();
    rows.sort_unstable_by_key(|row| (digests[*row as usize], *row));
    rows
}

/// The rows with one question each, in the order of their digests.
fn alike(sorted: &[u32], keys: &[u64], answers: &[u32], is_whole: &[bool]) -> Vec<Alike> {
    let mut alike: Vec<Alike> = Vec::new();
    for (at, row) in sorted.iter().enumerate() {
        let place = *row as usize;
        let key = keys[place];
        if alike.last().is_none_or(|last| last.key != key) {
            let (free, all) = (Answer::None, Answer::None);
            alike.push(Alike { key, start: at, end: at, next: at, free, all, is_asked: false });
        }
        let last = alike.last_mut().expect("one was added");
        last.end = at + 1;
        last.all = last.all.with(answers[place], *row);
        if !is_whole[place] {
            last.free = last.free.with(answers[place], *row);
        }
    }
    alike
}

/// Tables of more rows are refused before.
fn to_u32(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows as `(whole, key, answer)`, for one question.
    fn matched(older: &[(u64, u64, u32)], now: &[(u64, u64)]) -> (Vec<(u32, How)>, Vec<u32>) {
        let older_side = Side {
            whole: older.iter().map(|row| row.0).collect(),
            keys: vec![older.iter().map(|row| row.1).collect()],
        };
        let now_side = Side {
            whole: now.iter().map(|row| row.0).collect(),
            keys: vec![now.iter().map(|row| row.1).collect()],
        };
        let answers = vec![older.iter().map(|row| row.2).collect()];
        let matching = Matching::new(&older_side, &answers, &now_side);
        (matching.pairs[0].iter().map(|pair| (pair.row, pair.how)).collect(), matching.left)
    }

    #[test]
    fn rows_find_their_own_in_any_order_and_equal_questions_share() {
        use How::{Own, Shared, Unknown};
        let older = [(1, 10, 7), (2, 20, 8), (3, 20, 8)];
        assert_eq!(matched(&older, &[(3, 20), (1, 10)]).0, [(2, Own), (0, Own)]);
        // A changed row keeps the answers of its question, and so does one more that asks the same.
        assert_eq!(
            matched(&older, &[(9, 20), (8, 10), (7, 20), (6, 20), (5, 30)]).0,
            [(1, Own), (0, Own), (2, Own), (1, Shared), (0, Unknown)]
        );
        assert_eq!(matched(&older, &[(1, 10)]).1, [1, 2]);
        // One of two that ask the same was removed: its answer is in the other.
        assert_eq!(matched(&older, &[(1, 10), (3, 20)]).1, []);
    }

    #[test]
    fn answers_of_one_question_that_differ_are_never_swapped() {
        use How::{Ambiguous, Own, Unknown};
        let older = [(1, 10, 7), (2, 10, 8)];
        assert_eq!(matched(&older, &[(2, 10), (1, 10)]).0, [(1, Own), (0, Own)]);
        assert_eq!(matched(&older, &[(9, 10), (2, 10)]).0, [(0, Own), (1, Own)]);
        assert_eq!(matched(&older, &[(9, 10), (8, 10)]).0, [(0, Ambiguous), (0, Ambiguous)]);
        // Both have a row of their own, and nobody knows which answer is a third row's.
        assert_eq!(matched(&older, &[(9, 10), (2, 10), (1, 10)]).0[0], (0, Unknown));
    }

    #[test]
    fn a_row_that_reads_nothing_has_no_partner_but_an_equal_one() {
        use How::{Own, Unknown};
        let older = [(1, 0, 7), (2, 0, 0)];
        assert_eq!(matched(&older, &[(9, 0), (1, 0)]).0, [(0, Unknown), (0, Own)]);
        assert_eq!(matched(&[(0, 0, 7)], &[(0, 0)]).0, [(0, Unknown)]);
    }

    #[test]
    fn an_older_row_without_an_answer_takes_no_partner_from_one_that_has() {
        assert_eq!(matched(&[(1, 10, 0), (2, 10, 8)], &[(9, 10)]).0, [(1, How::Own)]);
    }

    #[test]
    fn many_rows_that_ask_the_same_take_linear_time() {
        let rows: Vec<(u64, u64, u32)> = (0..200_000).map(|row| (row + 1, 10, 7)).collect();
        let now: Vec<(u64, u64)> = (0..200_000).map(|row| (row + 1_000_000, 10)).collect();
        let (pairs, left) = matched(&rows, &now);
        assert!(pairs.iter().all(|pair| pair.1 == How::Own) && left.is_empty());
    }
}
