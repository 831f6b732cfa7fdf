//! Amounts in the units of vendors.

use marl_core::words::thousands;
use table::shown;

/// `1,200 hunter credits`.
pub(crate) fn units(provider: &str, unit: &str, number: f64) -> String {
    let plural = if number == 1.0 { "" } else { "s" };
    format!("{} {provider} {}{plural}", amount(number), shown(unit))
}

/// A number with at most four decimals, its thousands grouped.
pub(crate) fn amount(number: f64) -> String {
    let text = format!("{number:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let (whole, decimals) = text.split_at(text.find('.').unwrap_or(text.len()));
    format!("{}{decimals}", thousands(whole.parse().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short() {
        for (number, expect) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.5, "0.5"),
            (1234.25, "1,234.25"),
            (0.1 + 0.2, "0.3"),
            (1.99999, "2"),
            (0.00001, "0"),
        ] {
            assert_eq!(amount(number), expect, "{number}");
        }
        assert_eq!(units("hunter", "credit", 1.0), "1 hunter credit");
        assert_eq!(units("hunter", "credit", 1200.0), "1,200 hunter credits");
    }
}
