//! Detects an answer that as a whole states that nothing was found. Such an answer is no data rather than
//! a bad reply. This module reads no field.

use super::uninformative;
use crate::is_placeholder;

/// The length limit of such an answer, in bytes. A longer one contains some information.
const LONGEST: usize = 2_500;

/// Whether the first sentence states that nothing is known, and no other sentence states a fact. An
/// answer that gives the requested facts only in prose remains a bad reply, which the user sees.
pub(super) fn says_nothing(answer: &str) -> bool {
    if answer.len() > 2 * LONGEST {
        return false;
    }
    let text = super::markup::clean(super::shape::without_fence(answer)).text;
    if text.len() > LONGEST || !text.chars().any(char::is_alphanumeric) {
        return false;
    }
    if uninformative::denies_throughout(&text) {
        return true;
    }
    let mut sentences = sentences(&text);
    let first = sentences.next().filter(|first| is_placeholder(first));
    // A first sentence such as "Sorry." states nothing by itself, so the whole text is tried.
    let Some(first) = first.or_else(|| is_placeholder(&text).then_some(&*text)) else { return false };
    // The words before a contrast name the subject; the words after it may state a fact after all.
    let contrast = CONTRASTS.iter().filter_map(|word| first.find(word)).min().unwrap_or(first.len());
    let (subject, rest) = first.split_at(contrast);
    !states_a_fact(rest, subject)
        && sentences.all(|sentence| is_placeholder(sentence) || !states_a_fact(sentence, first))
}

/// Words that introduce a contrast, after which a sentence may state a fact.
const CONTRASTS: [&str; 10] = [
    " but ",
    " however",
    " although ",
    " though ",
    " while ",
    " except ",
    "; ",
    " aber ",
    " mais ",
    " pero ",
];

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let next = move || {
        let trimmed = rest.trim_start();
        if trimmed.is_empty() {
            return None;
        }
        let ends = [". ", "! ", "? ", "\n", "。"]
            .iter()
            .filter_map(|end| trimmed.find(end).map(|at| at + end.len()));
        let (sentence, after) = trimmed.split_at(ends.min().unwrap_or(trimmed.len()));
        rest = after;
        Some(sentence.trim_end())
    };
    std::iter::from_fn(next)
}

/// Whether a sentence may state a fact after all: a number, a name that `known` does not contain, or a
/// statement of what somebody is or does.
fn states_a_fact(sentence: &str, known: &str) -> bool {
    const STATEMENTS: [&str; 22] = [
        " is a ",
        " is an ",
        " is the ",
        " was a ",
        " are a ",
        " provides ",
        " offers ",
        " makes ",
        " sells ",
        " specializes ",
        " specialises ",
        " develops ",
        " founded",
        " headquartered",
        "appears to be",
        "seems to be",
        "likely ",
        "probably",
        " led by ",
        " lists ",
        " ist ein",
        " est une ",
    ];
    let lower = sentence.to_lowercase();
    let is_number = |word: &str| {
        let is_digit = |c: char| c.is_ascii_digit();
        word.chars().all(|c| is_digit(c) || ".,+k".contains(c)) && word.contains(is_digit)
    };
    let mut words = sentence.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let is_new_name =
        |word: &str| word.starts_with(char::is_uppercase) && word.len() > 1 && !known.contains(word);
    let pairs = sentence.split_whitespace().skip(1).zip(sentence.split_whitespace().skip(2));
    let names_somebody =
        pairs.filter(|(one, _)| !one.ends_with(',')).any(|(one, two)| is_new_name(one) && is_new_name(two));
    STATEMENTS.iter().any(|statement| lower.contains(statement)) || words.any(is_number) || names_somebody
}

#[cfg(test)]
mod tests {
    use super::says_nothing;

    #[test]
    fn answers_without_a_fact_say_nothing() {
        for answer in [
            "I could not find reliable information about acme.com.",
            "No results found.",
            "Sorry, I couldn't find anything about this company. Please check the spelling or share more details.",
            "I'm sorry, but I was unable to access the website acme.com. If you can provide more context, I'd be happy to help!",
            "As of my last update, I do not have any information about Acme Corporation (acme.com).",
            "Unfortunately, there is no public information about the CEO of Acme Corporation. The domain could not be verified. You may want to check LinkedIn or Crunchbase directly.",
            "No information available【4:0†source】.",
            "```\nNo data\n```",
            "Ich konnte keine Informationen über acme.com finden.",
            "No se encontró información sobre la empresa.",
            "情報が見つかりませんでした。",
            "N/A",
            "죄송합니다. 정보를 찾을 수 없습니다.",
            "Przepraszam, nie znalazłem informacji o tej firmie.",
            "Tyvärr hittade jag ingen information om företaget.",
            "Maalesef bu şirket hakkında bilgi bulunamadı.",
            "As an AI language model, I cannot browse the internet.",
            "Access denied",
        ] {
            assert!(says_nothing(answer), "{answer}");
        }
    }

    #[test]
    fn answers_with_a_fact_do_not_say_nothing() {
        for answer in [
            "",
            "{}",
            "The CEO of Acme is Jane Doe.",
            "I could not find an official page, but Jane Doe is listed as chief executive.",
            "I could not find the CEO. The company was founded in 1999 and employs 50 people.",
            "No official figures were found. Acme Corp is a maker of anvils.",
            "I couldn't find a profile. The chief executive is Jane Doe.",
            "Rate limit exceeded, try again later",
            "Acme makes anvils.",
        ] {
            assert!(!says_nothing(answer), "{answer}");
        }
    }
}
