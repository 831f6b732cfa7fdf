//! The name of an integration, and the names derived from it. This module reads no file.

use crate::{contracts::Known, failure::Failure};

const LONGEST: usize = 40;

/// Rust's keywords, which no module or crate can have as a name without an escape.
const KEYWORDS: &str = " abstract as async await become box break const continue crate do dyn else enum extern \
                        false final fn for gen if impl in let loop macro match mod move mut override priv pub \
                        ref return self static struct super trait true try type typeof unsafe unsized use \
                        virtual where while yield ";

/// Type names that the generated source already uses.
const TAKEN_TYPES: &str = " Box CallSpec Column Context Contract Error ErrorKind Fields Fn Integration None Option \
                           Pin Registration Result Row Script Self SemanticType Send Some String Sync Vec ";

/// A name in snake_case that no integration has yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name(String);

impl Name {
    pub(super) fn check(text: &str, known: &[Known]) -> Result<Self, Failure> {
        let bad = |why: &str| {
            Err(Failure::new(format!("`{}` {why}", text.escape_debug())).hint(
                "a name is snake_case, starts with a letter and says what is added, like `company_news`",
            ))
        };
        // A taken name in another spelling is reported as taken rather than as misspelt.
        let plain = |name: &str| name.to_lowercase().replace(['-', ' '], "_");
        if let Some(other) = known.iter().find(|other| plain(&other.name) == plain(text)) {
            return Err(Failure::new(format!(
                "`{}` is taken: {} registers `{}`",
                text.escape_debug(),
                other.file.display(),
                other.name
            ))
            .hint("choose another name; `cargo run -p cli -- integrations` lists the existing ones"));
        }
        match text {
            _ if !is_snake_case(text) => bad("is not a name in snake_case"),
            _ if text.len() > LONGEST => bad(&format!("is longer than {LONGEST} characters")),
            _ if is_in(KEYWORDS, text) => bad("is a keyword of Rust"),
            _ if text.starts_with("integration_") || text == "integration" => {
                bad("repeats the word `integration`, which the folder's name adds")
            }
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The name itself: `company_news`.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the package: `integration-company-news`.
    pub(super) fn package(&self) -> String {
        format!("integration-{}", self.0.replace('_', "-"))
    }

    /// The name of the library: `integration_company_news`.
    pub(super) fn library(&self) -> String {
        format!("integration_{}", self.0)
    }

    /// The name of the type: `CompanyNews`.
    pub(super) fn type_name(&self) -> String {
        let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
        let name: String = self.0.split('_').map(capital).collect();
        if is_in(TAKEN_TYPES, &name) { format!("{name}Integration") } else { name }
    }
}

/// Whether a text consists of lower-case words of letters and digits, joined by single underscores, and
/// begins with a letter.
pub(super) fn is_snake_case(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split('_').all(|word| !word.is_empty() && word.bytes().all(legal))
}

fn is_in(words: &str, word: &str) -> bool {
    words.contains(&format!(" {word} "))
}
