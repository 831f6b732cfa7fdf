//! What can be wrong with a line of JSONL.

use std::{fmt, io, path::Path};

use crate::problem::{
    Problem, TableProblem,
    words::{path_word, printable, repaired_path},
};

/// Why a line is not a row.
#[derive(Debug)]
pub(crate) enum JsonlProblem {
    /// The line holds JSON other than an object; contains its name.
    NotObject(&'static str),
    BrokenJson(String),
    DuplicateKey(String),
    EmptyKey,
}

impl From<JsonlProblem> for TableProblem {
    fn from(problem: JsonlProblem) -> Self {
        Self::from_format(problem)
    }
}

impl fmt::Display for JsonlProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotObject(what) => write!(f, "the line holds {what}, not a JSON object"),
            Self::BrokenJson(what) => write!(f, "broken JSON: {}", printable(what)),
            Self::DuplicateKey(key) => write!(f, "the key `{}` is there twice", printable(key)),
            Self::EmptyKey => f.write_str("a key without a name cannot be a column"),
        }
    }
}

impl Problem for JsonlProblem {
    fn hint(&self, path: &Path, _: Option<&io::Error>) -> Option<String> {
        let hint = match self {
            Self::NotObject("an array") => format!(
                "one object per line: `jq -c '.[]' {} > {}`",
                path_word(path),
                path_word(&repaired_path(path, "lines"))
            ),
            Self::NotObject(_) | Self::BrokenJson(_) => "each line is one JSON object".into(),
            Self::DuplicateKey(_) | Self::EmptyKey => "rename or remove the key".into(),
        };
        Some(hint)
    }
}
