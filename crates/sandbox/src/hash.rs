//! Pseudo-random numbers that are the same on every machine.
//!
//! The hash is 64-bit FNV-1a with the finalizer of splitmix64. The standard library's hasher may change with
//! a release, which would change every recorded sandbox run. This module must not know what its numbers
//! decide.

use serde_json::{Map, Value};

/// A 64-bit FNV-1a hash. `finish` spreads the result over all 64 bits.
#[derive(Clone, Copy)]
pub(crate) struct Fnv(u64);

impl Fnv {
    /// The hash of an empty input.
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds bytes to the hash.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Adds a text and a terminator, so that "ab" + "c" differs from "a" + "bc".
    pub(crate) fn write_text(&mut self, text: &str) {
        self.write(text.as_bytes());
        self.write(&[0xff]);
    }

    /// Adds the members of a JSON object. Their order does not matter.
    pub(crate) fn write_object(&mut self, fields: &Map<String, Value>) {
        let mut sorted: Vec<_> = fields.iter().collect();
        sorted.sort_unstable_by_key(|(key, _)| key.as_str());
        self.write(b"{");
        for (key, field) in sorted {
            self.write_text(key);
            self.write_json(field);
        }
        self.write(b"}");
    }

    fn write_json(&mut self, value: &Value) {
        match value {
            Value::Array(items) => {
                self.write(b"[");
                items.iter().for_each(|item| self.write_json(item));
                self.write(b"]");
            }
            Value::Object(fields) => self.write_object(fields),
            Value::String(text) => {
                self.write(b"\"");
                self.write_text(text);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => self.write_text(&value.to_string()),
        }
    }

    /// The hash of the input.
    pub(crate) fn finish(self) -> u64 {
        let mut mixed = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Makes pseudo-random choices about a subject. The same seed always gives the same choices.
///
/// Each choice has a name, so that a new choice does not change the older ones.
#[derive(Clone, Copy)]
pub(crate) struct Dice(Fnv);

impl Dice {
    /// Dice for a subject with a name: a company, a profile, a query.
    pub(crate) fn of_text(seed: u64, subject: &str) -> Self {
        let mut hash = Self::seeded(seed);
        hash.write_text(subject);
        Self(hash)
    }

    /// Dice for one arrival of a call.
    pub(crate) fn of_arrival(seed: u64, call: u64, attempt: u64) -> Self {
        let mut hash = Self::seeded(seed);
        hash.write(&call.to_le_bytes());
        hash.write(&attempt.to_le_bytes());
        Self(hash)
    }

    /// A number from 0 (inclusive) to 1 (exclusive).
    pub(crate) fn uniform(self, question: &str) -> f64 {
        (self.number(question) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `sides`.
    pub(crate) fn roll(self, question: &str, sides: u64) -> u64 {
        self.number(question) % sides
    }

    /// `true` in one of `sides` cases.
    pub(crate) fn one_in(self, question: &str, sides: u64) -> bool {
        self.roll(question, sides) == 0
    }

    /// One of `choices`.
    pub(crate) fn choose<T: Copy, const N: usize>(self, question: &str, choices: [T; N]) -> T {
        choices[self.roll(question, N as u64) as usize]
    }

    fn number(self, question: &str) -> u64 {
        let mut hash = self.0;
        hash.write_text(question);
        hash.finish()
    }

    fn seeded(seed: u64) -> Fnv {
        let mut hash = Fnv::new();
        hash.write(&seed.to_le_bytes());
        hash
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hash(value: &Value) -> u64 {
        let mut hash = Fnv::new();
        hash.write_json(value);
        hash.finish()
    }

    #[test]
    fn the_hash_is_the_same_everywhere() {
        let mut hash = Fnv::new();
        hash.write(b"foobar");
        // The published FNV-1a value of "foobar".
        assert_eq!(hash.0, 0x8594_4171_f739_67e8);
        // Computed by an independent program.
        assert_eq!(hash.finish(), 0x5df2_9541_3403_de4f);
    }

    #[test]
    fn the_order_of_keys_does_not_matter() {
        let one: Value = serde_json::from_str(r#"{"a":1,"b":{"c":2,"d":3}}"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"b":{"d":3,"c":2},"a":1}"#).unwrap();
        assert_eq!(hash(&one), hash(&other));
    }

    #[test]
    fn different_values_differ() {
        let values =
            [json!(null), json!("null"), json!([]), json!({}), json!([[]]), json!(["a", "b"]), json!("ab")];
        for (at, one) in values.iter().enumerate() {
            for other in &values[at + 1..] {
                assert_ne!(hash(one), hash(other), "{one} and {other}");
            }
        }
    }

    #[test]
    fn dice_are_fair_enough() {
        let hits = (0..10_000).filter(|call| Dice::of_arrival(7, *call, 0).uniform("fault") < 0.1).count();
        assert!((900..1_100).contains(&hits), "{hits}");
        let ones = (0..6_000).filter(|call| Dice::of_arrival(7, *call, 1).one_in("x", 6)).count();
        assert!((900..1_100).contains(&ones), "{ones}");
    }
}
