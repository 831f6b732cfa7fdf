//! Words that announce an object, as data for `announced`.

/// Words that announce an object that is not the answer, or occur in its key.
pub(super) const ASIDES: [&str; 33] = [
    "example",
    "examples",
    "template",
    "draft",
    "comparison",
    "compare",
    "compared",
    "competitor",
    "competitors",
    "former",
    "previous",
    "previously",
    "predecessor",
    "old",
    "outdated",
    "maybe",
    "perhaps",
    "guess",
    "recall",
    "initially",
    "tentative",
    "preliminary",
    "schema",
    "format",
    "placeholder",
    "hypothetical",
    "suppose",
    "assume",
    "thinking",
    "thought",
    "reasoning",
    "attempt",
    "initial",
];

/// Words after an answer that announce somebody else, or the statement of somebody else. They outweigh
/// the words of a correction: "the actual CEO of its competitor" corrects nothing.
pub(super) const OTHERS: [&str; 21] = [
    "parent",
    "sister",
    "subsidiary",
    "cfo",
    "cto",
    "coo",
    "chairman",
    "deputy",
    "competitor",
    "competitors",
    "predecessor",
    "sites",
    "others",
    "unlike",
    "common",
    "example",
    "holding",
    "holdings",
    "rival",
    "affiliate",
    "comparison",
];

/// Keys whose members hold a model's reasoning, its input or its instructions, and never an answer.
pub(super) const NOT_ANSWERS: [&str; 17] = [
    "thinking",
    "thought",
    "thoughts",
    "reasoning",
    "reasoningcontent",
    "reasoningdetails",
    "scratchpad",
    "analysis",
    "rationale",
    "input",
    "inputs",
    "prompt",
    "question",
    "query",
    "request",
    "instructions",
    "schema",
];

/// Beginnings of words that announce the right answer after a wrong one.
pub(super) const CORRECTIONS: [&str; 12] = [
    "final", "correct", "updat", "revis", "amend", "actual", "mistake", "wrong", "apolog", "fixed",
    "resigned", "edit",
];

/// Beginnings of words right before an object that announce a second look.
pub(super) const SECOND_LOOKS: [&str; 7] =
    ["reflecti", "verif", "reconsider", "recheck", "refin", "improve", "checking"];
