//! Words that announce an object, as data for `announced`.

/// Words that announce, or name the key of, an object that is not the answer.
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

/// Words that announce somebody else, or what somebody else says, behind an answer: stronger than
/// words that correct, since "the actual CEO of its competitor" is no correction.
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

/// Keys of what a model thought, was asked, or was told: nothing in there answers.
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

/// How words begin that announce the right answer after a wrong one.
pub(super) const CORRECTIONS: [&str; 12] = [
    "final", "correct", "updat", "revis", "amend", "actual", "mistake", "wrong", "apolog", "fixed",
    "resigned", "edit",
];

/// How words begin that announce a second look, right before an object.
pub(super) const SECOND_LOOKS: [&str; 7] =
    ["reflecti", "verif", "reconsider", "recheck", "refin", "improve", "checking"];
