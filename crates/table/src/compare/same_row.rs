//! Recognises rows of an older output that the user edited, by cells and questions that no other row has, or
//! by their neighbours.
//!
//! This module reads both tables a few more times, and holds digests of the cells of these rows only, for as
//! many columns as memory allows. It must not judge which answer is better.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::matching::{Matching, TableDigests, to_u32};
use crate::{
    input::reader::Reader,
    interface::{row::InputRow, summary::TableSummary},
    problem::error::TableError,
};

/// How many cells memory may hold.
const MOST_CELLS: usize = 1 << 19;

/// The weight of a cell that no question reads: a name or a number stays with its row, but a cell that a
/// question reads may move to another row.
const OWN_WEIGHT: u32 = 1000;

/// Both tables, and the columns that both have, as indices in the older and in the new table.
pub(crate) struct Tables<'a> {
    pub(crate) older: &'a TableSummary,
    pub(crate) now: &'a TableSummary,
    pub(crate) common: &'a [(usize, usize)],
    /// The columns of the older table that questions read.
    pub(crate) asked: &'a [usize],
}

/// How many rows of each table hold a cell, and the last of these rows.
#[derive(Default)]
struct Occurrences {
    weight: u32,
    older: u32,
    olders: u8,
    now: u32,
    nows: u8,
}

/// Adds to `now_of` the pairs of rows that share most of the cells that no other row has. Older rows without
/// answers stay unpaired.
pub(crate) fn pair_edited(
    now_of: &mut [u32],
    has_answers: &[bool],
    sides: [&TableDigests; 2],
    tables: &Tables<'_>,
) -> Result<(), TableError> {
    let is_known = known(now_of, sides[1].whole.len());
    let left: Vec<u32> = left(now_of, has_answers).collect();
    if left.is_empty() || !is_known.contains(&false) {
        return Ok(());
    }
    let cells = unique_cells(&left, sides, tables)?;
    let mut votes: HashMap<(u32, u32), u32> = HashMap::new();
    for seen in cells.into_values().filter(|seen| (seen.olders, seen.nows) == (1, 1)) {
        if !is_known[seen.now as usize] {
            *votes.entry((seen.older, seen.now)).or_default() += seen.weight;
        }
    }
    let mut votes: Vec<_> = votes.into_iter().map(|(pair, votes)| (std::cmp::Reverse(votes), pair)).collect();
    votes.sort_unstable();
    let mut is_taken = is_known;
    for (_, (older, now)) in votes {
        if now_of[older as usize] == 0 && !is_taken[now as usize] {
            now_of[older as usize] = now + 1;
            is_taken[now as usize] = true;
        }
    }
    Ok(())
}

/// Adds to `matching` the remaining rows that lie between the same neighbours as before and still have half
/// of their cells.
pub(crate) fn pair_neighbours(
    matching: &mut Matching,
    has_answers: &[bool],
    tables: &Tables<'_>,
) -> Result<(), TableError> {
    let rows = usize::try_from(tables.now.rows).unwrap_or(usize::MAX);
    let is_known = known(&matching.now_of, rows);
    let place = |older: u32| between(&matching.now_of, &is_known, older as usize);
    let most = MOST_CELLS / tables.common.len().max(1);
    let placed = left(&matching.now_of, has_answers).filter_map(|older| Some((older, place(older)?)));
    let placed: Vec<(u32, u32)> = placed.take(most).collect();
    if placed.is_empty() {
        return Ok(());
    }
    // Both lists are in row order.
    let mut older_cells = Vec::with_capacity(placed.len());
    for row in Reader::open(tables.older)? {
        let row = row?;
        let Some((older, _)) = placed.get(older_cells.len()) else { break };
        if row.number() == u64::from(*older) + 1 {
            let cells: Vec<u64> = digests(&row, tables, true).map(|(_, digest)| digest).collect();
            older_cells.push(cells);
        }
    }
    let mut by_now: Vec<_> =
        placed.into_iter().zip(older_cells).map(|((older, now), cells)| (now, older, cells)).collect();
    by_now.sort_unstable();
    let mut by_now = by_now.into_iter().peekable();
    for row in Reader::open(tables.now)? {
        let row = row?;
        let Some((now, older, before)) = by_now.next_if(|next| u64::from(next.0) + 1 == row.number()) else {
            continue;
        };
        let shared = digests(&row, tables, false).filter(|(_, digest)| before.contains(digest)).count();
        if shared > 0 && 2 * shared >= before.len() {
            matching.set_edited(older, now);
        }
    }
    Ok(())
}

/// The cells of the remaining rows, and how many rows of each table hold each cell. The cells that a question
/// reads also count together as one cell.
fn unique_cells(
    left: &[u32],
    sides: [&TableDigests; 2],
    tables: &Tables<'_>,
) -> Result<HashMap<u64, Occurrences>, TableError> {
    let questions = sides[0].keys.len();
    let columns = (MOST_CELLS / left.len().max(1)).saturating_sub(questions).max(1);
    let common = &tables.common[..columns.min(tables.common.len())];
    let most_rows = MOST_CELLS / (common.len() + questions).max(1);
    let tables = Tables { common, ..*tables };
    let cells_of = |row: &InputRow, is_older: bool| {
        let (number, side) = (row.number() - 1, sides[usize::from(!is_older)]);
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        let keys = side.keys.iter().enumerate().map(move |(at, keys)| (at, keys[place]));
        let keys = keys.filter(|(_, key)| *key != 0).map(|key| {
            let mut hash = DefaultHasher::new();
            ("question", key).hash(&mut hash);
            (1, hash.finish())
        });
        digests(row, &tables, is_older).chain(keys).collect::<Vec<(u32, u64)>>()
    };
    let mut cells: HashMap<u64, Occurrences> = HashMap::new();
    let mut wanted = left.iter().take(most_rows).peekable();
    for row in Reader::open(tables.older)? {
        let row = row?;
        if wanted.next_if(|next| u64::from(**next) + 1 == row.number()).is_some() {
            let new = |(weight, digest)| (digest, Occurrences { weight, ..Occurrences::default() });
            cells.extend(cells_of(&row, true).into_iter().map(new));
        }
    }
    for row in Reader::open(tables.older)? {
        let row = row?;
        for (_, digest) in cells_of(&row, true) {
            if let Some(seen) = cells.get_mut(&digest) {
                seen.olders = seen.olders.saturating_add(1);
                seen.older = number(&row);
            }
        }
    }
    for row in Reader::open(tables.now)? {
        let row = row?;
        for (_, digest) in cells_of(&row, false) {
            if let Some(seen) = cells.get_mut(&digest) {
                seen.nows = seen.nows.saturating_add(1);
                seen.now = number(&row);
            }
        }
    }
    Ok(cells)
}

/// The older rows with answers whose row in the new table is not known.
fn left<'a>(now_of: &'a [u32], has_answers: &'a [bool]) -> impl Iterator<Item = u32> + 'a {
    let rows = now_of.iter().zip(has_answers).enumerate();
    rows.filter(|(_, (now, has_answers))| **now == 0 && **has_answers).map(|(row, _)| to_u32(row))
}

/// By new row, whether its row in the older table is known.
fn known(now_of: &[u32], rows: usize) -> Vec<bool> {
    let mut known = vec![false; rows];
    now_of.iter().filter(|now| **now > 0).for_each(|now| known[*now as usize - 1] = true);
    known
}

/// The new row that lies between the same neighbours as an older row.
fn between(now_of: &[u32], is_known: &[bool], older: usize) -> Option<u32> {
    // Counted from 1, so that 0 is the position before the first row.
    let before = if older == 0 { 0 } else { now_of[older - 1] as usize };
    let is_before = older == 0 || before > 0;
    let is_after = match now_of.get(older + 1) {
        Some(after) => *after as usize == before + 2,
        None => before + 1 == is_known.len(),
    };
    let is_free = is_known.get(before).is_some_and(|is_known| !is_known);
    (is_before && is_after && is_free).then(|| to_u32(before))
}

fn number(row: &InputRow) -> u32 {
    u32::try_from(row.number() - 1).unwrap_or(u32::MAX)
}

/// Digests of the filled cells of the columns that both tables have, each with its weight.
fn digests(row: &InputRow, tables: &Tables<'_>, is_older: bool) -> impl Iterator<Item = (u32, u64)> {
    tables.common.iter().enumerate().filter_map(move |(number, (older, now))| {
        let text = row.stored(if is_older { *older } else { *now })?;
        let text = text.trim();
        (!text.is_empty()).then(|| {
            let mut hash = DefaultHasher::new();
            (number, text).hash(&mut hash);
            let weight = if tables.asked.contains(older) { 1 } else { OWN_WEIGHT };
            (weight, hash.finish())
        })
    })
}
