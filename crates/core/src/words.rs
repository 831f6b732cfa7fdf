//! Numbers and counted nouns in messages. This module must not know a message.

/// The number with separators of thousands: `12345` is `12,345`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The number with its noun, whose plural must end in `s`: `1 row`, `1,200 rows`.
pub fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), either(number, "", "s"))
}

/// The word `one` when the number is 1, or else the word `several`.
pub fn either<'a>(number: u64, one: &'a str, several: &'a str) -> &'a str {
    if number == 1 { one } else { several }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_and_verbs_follow_the_number() {
        let counts = [0, 1, 2, 1_234].map(|number| counted(number, "filled cell"));
        assert_eq!(counts, ["0 filled cells", "1 filled cell", "2 filled cells", "1,234 filled cells"]);
        assert_eq!([0, 1, 2].map(|number| either(number, "is", "are")), ["are", "is", "are"]);
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}
