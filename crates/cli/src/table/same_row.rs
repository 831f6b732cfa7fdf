//! Finds rows of an older output again that were edited so that no question of theirs is the same: by
//! a cell that no other row has, or by their neighbours.
//!
//! Reads both tables a few more times and holds digests of the cells of those rows alone, of as many
//! columns as there is room for. Must not judge what is better.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::error::TableError;
use super::matching::Matching;
use super::reader::{InputRow, Reader};
use super::shape::Sketch;

/// How many cells may be held.
const MOST_CELLS: usize = 1 << 20;

/// Where a cell was seen.
#[derive(Default)]
struct Seen {
    /// The row that is looked for.
    older: u32,
    olders: u8,
    now: u32,
    nows: u8,
}

/// A row that stands between the same neighbours as an older one.
struct Between {
    /// The new row.
    now: u32,
    /// The digests of the older row's cells.
    cells: Vec<u64>,
}

/// Notes in `matching` which of the older rows that are left are rows of the new table. `common` are
/// the columns that both tables have, in the older one and in the new one.
pub(super) fn find(
    matching: &mut Matching,
    older: &Sketch,
    now: &Sketch,
    common: &[(usize, usize)],
) -> Result<Vec<u32>, TableError> {
    let rows = usize::try_from(now.rows).unwrap_or(usize::MAX);
    let known = matching.is_known(rows);
    let mut gone = Vec::new();
    let mut found = HashMap::new();
    if known.contains(&false) && !common.is_empty() {
        let columns = &common[..common.len().min((MOST_CELLS / matching.left.len().max(1)).max(1))];
        found = by_cells(matching, &known, older, now, columns)?;
    }
    for row in std::mem::take(&mut matching.left) {
        // Another question of it may have found it.
        let known = matching.now_of[row as usize].checked_sub(1);
        match known.or_else(|| found.get(&row).copied()) {
            Some(now) => matching.set_edited(row, now),
            None => gone.push(row),
        }
    }
    Ok(gone)
}

fn by_cells(
    matching: &Matching,
    known: &[bool],
    older: &Sketch,
    now: &Sketch,
    columns: &[(usize, usize)],
) -> Result<HashMap<u32, u32>, TableError> {
    let mut cells: HashMap<u64, Seen> = HashMap::new();
    let mut between = between(matching, known);
    let looked_for = matching.left.iter().take(MOST_CELLS / columns.len()).copied();
    let mut looked_for = looked_for.peekable();
    for row in Reader::open(older)? {
        let row = row?;
        let Some(next) = looked_for.peek().copied() else { break };
        if u64::from(next) + 1 != row.number() {
            continue;
        }
        looked_for.next();
        let digests = columns.iter().filter_map(|(older, _)| digest(&row, *older, *older));
        for digest in digests {
            cells.insert(digest, Seen { older: next, ..Seen::default() });
        }
        if let Some(between) = between.get_mut(&next) {
            between.cells = columns.iter().filter_map(|(older, _)| digest(&row, *older, *older)).collect();
        }
    }
    for row in Reader::open(older)? {
        let row = row?;
        for digest in columns.iter().filter_map(|(older, _)| digest(&row, *older, *older)) {
            if let Some(seen) = cells.get_mut(&digest) {
                seen.olders = seen.olders.saturating_add(1);
            }
        }
    }
    let between: HashMap<u32, (u32, Vec<u64>)> =
        between.into_iter().map(|(older, between)| (between.now, (older, between.cells))).collect();
    let mut found = HashMap::new();
    for row in Reader::open(now)? {
        let row = row?;
        let place = u32::try_from(row.number() - 1).unwrap_or(u32::MAX);
        let mut shared = 0;
        let neighbour = between.get(&place);
        for digest in columns.iter().filter_map(|(older, now)| digest(&row, *now, *older)) {
            shared += usize::from(neighbour.is_some_and(|(_, cells)| cells.contains(&digest)));
            if let Some(seen) = cells.get_mut(&digest) {
                seen.nows = seen.nows.saturating_add(1);
                seen.now = place;
            }
        }
        if let Some((older, _)) = neighbour.filter(|(_, cells)| shared > 0 && 2 * shared >= cells.len()) {
            found.insert(*older, place);
        }
    }
    for seen in cells.into_values().filter(|seen| (seen.olders, seen.nows) == (1, 1)) {
        if !known[seen.now as usize] {
            found.entry(seen.older).and_modify(|now| *now = seen.now.min(*now)).or_insert(seen.now);
        }
    }
    Ok(found)
}

/// By older row: the new row that stands between the same neighbours.
fn between(matching: &Matching, known: &[bool]) -> HashMap<u32, Between> {
    let (olders, nows) = (matching.now_of.len(), known.len());
    let now_of = |row: usize| matching.now_of[row] as usize;
    let place = |row: &u32| {
        let row = *row as usize;
        // From 1, so that what stands before the first row is 0.
        let before = if row == 0 { 0 } else { now_of(row - 1) };
        let is_after = match row + 1 {
            after if after == olders => before + 1 == nows,
            after => now_of(after) == before + 2,
        };
        let is_before = row == 0 || before > 0;
        (is_before && is_after && before < nows && !known[before]).then_some(before)
    };
    let left = matching.left.iter().take(MOST_CELLS);
    let placed = left.filter_map(|row| Some((u32::try_from(place(row)?).ok()?, *row)));
    placed.map(|(now, older)| (older, Between { now, cells: Vec::new() })).collect()
}

/// A digest of a filled cell and of its column, which is numbered alike in both tables.
fn digest(row: &InputRow, place: usize, column: usize) -> Option<u64> {
    let text = row.plain(place)?;
    let text = text.trim();
    (!text.is_empty()).then(|| {
        let mut hash = DefaultHasher::new();
        (column, text).hash(&mut hash);
        hash.finish()
    })
}
