//! Words that say "there is no value" and must never be stored as one.

/// Whether `text` only says that nothing is known: "N/A", "unknown", "-", "not found", ...
pub fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 27] = [
        "n/a",
        "na",
        "n.a",
        "n/d",
        "null",
        "none",
        "nil",
        "undefined",
        "nan",
        "unknown",
        "not known",
        "not available",
        "not applicable",
        "not found",
        "not specified",
        "not disclosed",
        "not publicly available",
        "not publicly disclosed",
        "unavailable",
        "undisclosed",
        "no data",
        "no information",
        "information not available",
        "tbd",
        "to be determined",
        "empty",
        "string",
    ];
    let text = text.trim().trim_matches(['.', '"', '\'', '(', ')', '[', ']', '<', '>', '*', '`', ' ']);
    let text = text.to_lowercase();
    text.chars().all(|c| !c.is_alphanumeric()) || WORDS.contains(&text.as_str())
}
