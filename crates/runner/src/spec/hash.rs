//! The hash of a plan, as it is printed and typed. This module is pure: it knows no job and no ledger.
//!
//! The hash consists of short digests, so that comparing two hashes shows what changed. They are too short to
//! be trusted, so there is a seal: a digest of 128 bits over everything that the hash stands for, including
//! the maximum. The hash also names the newest run of its time, so that a plan that is made after another
//! plan was used has another hash, even if nothing else changed.
//!
//! [`crate::job::plan_hash`] makes the digests, and [`crate::spec::consent`] counts how much of a hash is
//! used up.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

/// What the digests are made of, in their order.
const PARTS: [&str; 6] =
    ["the table", "the steps", "an integration's contract", "the prices", "the settings", "the ledger"];

const STEPS: usize = 1;
const CONTRACTS: usize = 2;
const LEDGER: usize = 5;

/// A full digest.
pub(crate) type Full = [u8; 32];

/// A plan's hash: digests of what the plan depends on, and the most that the plan may buy.
#[derive(Debug, Clone, PartialEq)]
pub struct Hash {
    parts: [u16; 6],
    seal: u128,
    /// The newest run in the ledger when the plan was made.
    pub(crate) newest_run: u64,
    /// The most calls.
    pub calls: u64,
    /// The maximum cost, if it is known.
    pub cost: Option<f64>,
}

/// Why a plan no longer holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// These parts changed.
    Moved(Vec<&'static str>),
    /// No part changed, but `marl plan` never printed this hash: its maximum was edited.
    Edited,
}

impl Hash {
    /// The hash of a plan with these digests, in the order of [`PARTS`].
    pub(crate) fn sealed(parts: &[Full; 6], newest_run: u64, calls: u64, cost: Option<f64>) -> Self {
        let mut seal = Sha256::new();
        parts.iter().for_each(|part| seal.update(part));
        seal.update(most(newest_run, calls, cost));
        Self {
            parts: parts.map(|part| u16::from_be_bytes([part[0], part[1]])),
            seal: first_half(&seal.finalize().0),
            newest_run,
            calls,
            cost,
        }
    }

    /// What changed between the plan with this hash and `now`, whose ledger's newest run is `newest`.
    pub(crate) fn broken(&self, now: &Self, newest: u64) -> Option<Broken> {
        let differs = |part: usize| {
            // If the newest run is older than the hash says, the ledger lost runs or is another one.
            self.parts[part] != now.parts[part] || (part == LEDGER && newest < self.newest_run)
        };
        // Other steps have other contracts, so the contracts need not be mentioned then.
        let is_news = |part: &usize| *part != CONTRACTS || !differs(STEPS);
        let moved = (0..PARTS.len()).filter(|part| differs(*part)).filter(is_news);
        let moved: Vec<&str> = moved.map(|part| PARTS[part]).collect();
        match moved.is_empty() {
            false => Some(Broken::Moved(moved)),
            true if self.seal != now.seal => Some(Broken::Edited),
            true => None,
        }
    }
}

/// The end of a hash: the parts that the seal protects from edits.
fn most(newest_run: u64, calls: u64, cost: Option<f64>) -> String {
    let cost = cost.map(|cost| format!("-{cost}")).unwrap_or_default();
    format!("{newest_run}-{calls}{cost}")
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.parts {
            write!(f, "{part:04x}-")?;
        }
        write!(f, "{:032x}-{}", self.seal, most(self.newest_run, self.calls, self.cost))
    }
}

impl FromStr for Hash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let text = text.trim();
            let mut words = text.splitn(10, '-');
            let mut parts = [0; 6];
            for part in &mut parts {
                *part = u16::from_str_radix(words.next()?, 16).ok()?;
            }
            let seal = u128::from_str_radix(words.next()?, 16).ok()?;
            let (newest_run, calls) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
            let cost = words.next().map(str::parse::<f64>).transpose().ok()?;
            let hash = Self { parts, seal, newest_run, calls, cost };
            // A hash has exactly one spelling, because the ledger counts what is bought by it.
            (hash.to_string() == text && cost.is_none_or(|cost| cost.is_finite() && cost >= 0.0))
                .then_some(hash)
        };
        read().ok_or_else(|| "it must be copied exactly as `marl plan` printed it".to_owned())
    }
}

fn first_half(digest: &Full) -> u128 {
    digest[..16].iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn digests(numbers: [u8; 6]) -> [Full; 6] {
        numbers.map(|number| [number; 32])
    }

    const THEN: [u8; 6] = [1, 2, 3, 4, 5, 6];

    #[test]
    fn a_hash_has_exactly_one_spelling() {
        for (calls, cost) in [(0, None), (8_456, Some(169.12)), (1, Some(0.0)), (u64::MAX, Some(1e-7))] {
            let hash = Hash::sealed(&digests(THEN), 12, calls, cost);
            assert_eq!(hash.to_string().parse::<Hash>().unwrap(), hash);
        }
        let right = Hash::sealed(&digests(THEN), 12, 3, Some(1.5)).to_string();
        let (front, end) = right.split_at(right.len() - "12-3-1.5".len());
        assert_eq!(end, "12-3-1.5");
        for wrong in [
            String::new(),
            "x".to_owned(),
            "1-2-3".to_owned(),
            front.to_owned(),
            format!("{front}12"),
            format!("{front}12-03-1.5"),
            format!("{front}+12-3-1.5"),
            format!("{front}12-3-1.50"),
            format!("{front}12-3-nan"),
            format!("{front}12-3-inf"),
            format!("{front}12-3--1"),
            format!("{front}12-3-1.5-7"),
            front.to_uppercase() + end,
            "00000000-00000001-00000002-00000003-00000004-5".to_owned(),
        ] {
            assert!(wrong.parse::<Hash>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn changed_parts_are_named() {
        let then = Hash::sealed(&digests(THEN), 7, 1, None);
        let broken = |now: [u8; 6], newest| then.broken(&Hash::sealed(&digests(now), 7, 1, None), newest);
        assert_eq!(broken(THEN, 7), None);
        assert_eq!(broken(THEN, 9), None, "a run that is gone on with finds newer runs");
        for (now, newest, moved) in [
            ([1, 9, 3, 9, 5, 6], 7, vec!["the steps", "the prices"]),
            ([1, 9, 9, 4, 5, 6], 7, vec!["the steps"]),
            ([1, 2, 9, 4, 5, 6], 7, vec!["an integration's contract"]),
            ([9, 2, 3, 4, 9, 6], 7, vec!["the table", "the settings"]),
            ([1, 2, 3, 4, 5, 9], 7, vec!["the ledger"]),
            (THEN, 6, vec!["the ledger"]),
        ] {
            assert_eq!(broken(now, newest), Some(Broken::Moved(moved)), "{now:?} {newest}");
        }
    }

    #[test]
    fn an_edited_maximum_is_detected() {
        let hash = Hash::sealed(&digests(THEN), 7, 3, Some(1.5)).to_string();
        let (front, _) = hash.split_at(hash.len() - "7-3-1.5".len());
        for end in ["7-4-1.5", "7-3-1.6", "7-3", "7-2-1.5", "6-3-1.5", "8-3-1.5", "0-30000-100"] {
            let edited: Hash = format!("{front}{end}").parse().unwrap();
            let now = Hash::sealed(&digests(THEN), edited.newest_run, edited.calls, edited.cost);
            assert_eq!(edited.broken(&now, 9), Some(Broken::Edited), "{end}");
        }
    }

    proptest! {
        /// Digests that look alike in the hash are still distinguished.
        #[test]
        fn different_digests_are_never_confused(at in 0usize..6, byte in 2usize..32, bit in 0u8..8) {
            let then = Hash::sealed(&digests(THEN), 7, 1, None);
            let mut other = digests(THEN);
            other[at][byte] ^= 1 << bit;
            let now = Hash::sealed(&other, 7, 1, None);
            prop_assert_eq!(then.parts, now.parts);
            prop_assert_eq!(then.broken(&now, 7), Some(Broken::Edited));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9a-f+. -]{0,90}") {
            if let Ok(hash) = text.parse::<Hash>() {
                prop_assert_eq!(hash.to_string(), text.trim());
            }
        }
    }
}
