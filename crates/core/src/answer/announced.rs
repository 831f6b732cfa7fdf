//! Classifies the words before an object: they announce a draft, an object about somebody else, or a
//! correction of an earlier object. `choice` weighs the result against other evidence.

mod words;

use std::{borrow::Cow, sync::LazyLock};

use super::{
    cues::Cues,
    plain,
    revision::{self, LabelledState},
};
use crate::dictionary::{WordSet, in_lower_case};
use words::{ASIDES, CORRECTIONS, NOT_ANSWERS, OTHERS, SECOND_LOOKS};

/// What the text before an object announces.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Announced {
    Nothing,
    /// An example, a draft, or an object about somebody else.
    Aside,
    /// The correction of an earlier object.
    Correction,
}

impl Announced {
    pub(super) fn by(before: &str, is_later: bool) -> Self {
        let sentence = last_sentence(before);
        // Only the last part counts: pages of reasoning may lie between two objects.
        let near = &before[before.ceil_char_boundary(before.len().saturating_sub(200))..];
        let looks_again =
            || words(sentence).any(|word| SECOND_LOOKS.iter().any(|start| word.starts_with(start)));
        if is_later && speaks_of_another(sentence) || rejects(sentence) || before.trim_end().ends_with("//") {
            return Self::Aside;
        }
        if is_later && accepts(sentence) {
            return Self::Correction;
        }
        if is_later && is_called_wrong(before) {
            return Self::Correction;
        }
        match revision::label(sentence) {
            Some(LabelledState::Earlier) => return Self::Aside,
            Some(LabelledState::Later) if is_later => return Self::Correction,
            _ => {}
        }
        if is_label(sentence) && label_words(sentence).any(|word| OTHERS[..7].contains(&&*word)) {
            return Self::Aside;
        }
        let is_hypothetical = sentence.contains("would be ") || sentence.contains("would look ");
        if is_hypothetical || is_later && words(sentence).any(|word| OTHERS.contains(&&*word)) {
            Self::Aside
        } else if corrects(sentence) || is_later && looks_again() {
            Self::Correction
        } else if words(sentence).any(|word| ASIDE.contains(&*word)) {
            Self::Aside
        } else if corrects_near_by(near) || is_later && (retracts(before) || announces_the_answer(sentence)) {
            Self::Correction
        } else {
            Self::Nothing
        }
    }
}

static ASIDE: LazyLock<WordSet> = LazyLock::new(|| ASIDES.into_iter().collect());

/// Whether a member's key marks its value as no answer: `former_ceo`, `formerCeo`, `Comparison`.
pub(super) fn is_aside_key(key: &str) -> bool {
    static WHOLE: LazyLock<WordSet> = LazyLock::new(|| NOT_ANSWERS.into_iter().collect());
    static WORDS: LazyLock<WordSet> = LazyLock::new(|| ASIDES[..15].iter().copied().collect());
    let plain = plain(key);
    // "old" is excluded, because too many other words begin with it.
    let begins = |word: &&str| word.len() > 3 && plain.starts_with(*word);
    let is_word = || match plain.len() == key.len() {
        true => WORDS.contains(&*plain),
        false => words(key).any(|word| WORDS.contains(&*word)),
    };
    WHOLE.contains(&*plain) || ASIDES[..15].iter().any(begins) || is_word()
}

/// [`CORRECTIONS`] anywhere in a text. Nearly every text contains none, so this check comes first.
static CORRECTION: Cues = Cues::new(&[&CORRECTIONS]);

fn corrects(text: &str) -> bool {
    CORRECTION.occur_in(&in_lower_case(text)) && has_correction(text)
}

fn has_correction(text: &str) -> bool {
    let is_noun =
        |word: &str| ["editor", "editors", "edition", "editorial", "finally", "finals"].contains(&word);
    words(text).any(|word| !is_noun(&word) && CORRECTIONS.iter().any(|start| word.starts_with(start)))
}

/// Whether nearby words correct something. Remarks that only contain such a word are ignored.
fn corrects_near_by(text: &str) -> bool {
    const REMARKS: [&str; 5] = ["correct as of", "edit note", "editor's note", "is correct", "are correct"];
    let text = text.to_lowercase();
    CORRECTION.occur_in(&text)
        && has_correction(&REMARKS.iter().fold(text, |text, remark| text.replace(remark, " ")))
}

/// Whether the text after an answer announces an object about somebody else, although one of its words
/// ("actually", "correct") looks like a correction.
fn speaks_of_another(sentence: &str) -> bool {
    const SIGNS: &[&str] = &[
        "same name",
        "similarly named",
        "unrelated",
        "the other",
        "it does not",
        "does not fit",
        "its customer",
        "its supplier",
        "its partner",
        "its owner",
        "its investor",
        "owner since",
        "its client",
        "would be",
        "would have",
        "namesake",
        "similar name",
        "not to be confused",
        "mistake it for",
        "mistake them for",
        "you meant",
        "you mean ",
        "actually meant",
        "actually mean ",
        "was meant",
        "a different",
        "possible successor",
        "second result",
        "sample",
        "rather not",
        "also looked at",
        "also exists",
        "gleichnamig",
        "gleichen namens",
        "homonyme",
        "mismo nombre",
        "mesmo nome",
    ];
    let sentence = sentence.to_lowercase();
    SIGNS.iter().any(|sign| sentence.contains(sign))
}

/// Whether a label rejects the object that follows: "Wrong match:", "Not this one:".
fn rejects(sentence: &str) -> bool {
    const WORDS: [&str; 13] = [
        "rejected",
        "wrong",
        "incorrect",
        "discarded",
        "excluded",
        "false",
        "mismatch",
        "not",
        "invalid",
        "falsch",
        "falsche",
        "abgelehnt",
        "unrelated",
    ];
    is_label(sentence)
        && label_words(sentence).any(|word| WORDS.contains(&&*word))
        && !label_words(sentence).any(|word| ["was", "were", "is"].contains(&&*word))
}

/// Whether a sentence is a label that names the object after it. Labels that only announce the answer,
/// an alternative or a remark do not count.
pub(super) fn names_its_object(sentence: &str) -> bool {
    const NOTHING: [&str; 16] = [
        "option",
        "candidate",
        "alternative",
        "alternatively",
        "also",
        "reference",
        "other",
        "source",
        "sources",
        "raw",
        "note",
        "notes",
        "here",
        "data",
        "details",
        "metadata",
    ];
    is_label(sentence)
        && !announces_the_answer(sentence)
        && !accepts(sentence)
        && label_words(sentence)
            .all(|word| !NOTHING.contains(&&*word) && !word.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a label accepts the object that follows: "This one:", "In summary:", "Best match:".
fn accepts(sentence: &str) -> bool {
    const WORDS: [&str; 21] = [
        "right",
        "accepted",
        "this",
        "summary",
        "therefore",
        "thus",
        "hence",
        "resolved",
        "confirmed",
        "real",
        "chosen",
        "selected",
        "best",
        "match",
        "reply",
        "verified",
        "true",
        "correct",
        "actual",
        "conclusion",
        "zusammenfassung",
    ];
    const BESIDE: [&str; 12] =
        ["in", "one", "the", "my", "so", "is", "candidate", "to", "sum", "up", "choice", "value"];
    if sentence.trim() == "✅" {
        return true;
    }
    let is_word = |word: &String| WORDS.contains(&&**word);
    is_label(sentence)
        && label_words(sentence).any(|word| is_word(&word))
        && label_words(sentence).all(|word| is_word(&word) || BESIDE.contains(&&*word))
}

/// Whether a sentence is a few words and a colon.
fn is_label(sentence: &str) -> bool {
    const MOST_WORDS: usize = 4;
    sentence.trim_end_matches(|c: char| "*_ `".contains(c)).ends_with(':')
        && (1..=MOST_WORDS).contains(&label_words(sentence).count())
}

fn label_words(sentence: &str) -> impl Iterator<Item = String> {
    sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Whether the text after an object takes it back: `{...}? No, he left.`, `{...} Wait, ...`.
fn retracts(after: &str) -> bool {
    const WORDS: [&str; 10] =
        ["no", "wait", "hmm", "nope", "scratch", "instead", "rather", "sorry", "oops", "hold"];
    words(after).filter(|word| !word.is_empty()).take(2).any(|word| WORDS.contains(&&*word))
        || ["?", "->", "→", "=>"].iter().any(|sign| after.trim_start().starts_with(sign))
}

/// Whether the text after an object calls it wrong: `{...} is outdated.`
fn is_called_wrong(after: &str) -> bool {
    let after = after.trim_start();
    let rest = ["is ", "was ", "looks ", "ist "].iter().find_map(|verb| after.strip_prefix(verb));
    const WRONG: [&str; 8] =
        ["outdated", "wrong", "incorrect", "obsolete", "old", "false", "stale", "veraltet"];
    rest.is_some_and(|rest| WRONG.iter().any(|word| rest.starts_with(word)))
}

/// Whether the text between two objects contains no word except a code block's language.
pub(super) fn is_wordless(between: &str) -> bool {
    words(between).all(|word| ["", "json", "json5", "jsonc"].contains(&&*word))
}

/// Whether a sentence is a short announcement such as "Answer:", "Final result:" or "Here is the JSON:".
fn announces_the_answer(sentence: &str) -> bool {
    const ANSWERS: &[&str] = &[
        "answer",
        "output",
        "result",
        "json",
        "conclusion",
        "verdict",
        "antwort",
        "ergebnis",
        "réponse",
        "résultat",
        "respuesta",
        "resultado",
        "resposta",
        "risposta",
        "risultato",
        "antwoord",
        "resultaat",
        "odpowiedź",
        "wynik",
        "cevap",
        "sonuç",
        "ответ",
        "результат",
        "回答",
        "最終回答",
        "結果",
        "结果",
        "最终答案",
        "答案",
        "답변",
        "결과",
        "الإجابة",
        "उत्तर",
    ];
    const BESIDE: &[&str] = &[
        "the",
        "is",
        "here",
        "s",
        "my",
        "so",
        "final",
        "this",
        "in",
        "it",
        "endgültige",
        "endgültiges",
        "die",
        "das",
        "finale",
        "final",
        "la",
        "el",
        "definitief",
        "ostateczna",
        "son",
        "окончательный",
        "최종",
        "json",
        "as",
    ];
    // Split at blanks and signs, not at every non-letter: some scripts use combining marks in words.
    let is_sign = |c: char| c.is_whitespace() || c.is_ascii_punctuation() || "：→✅".contains(c);
    let words = sentence.split(is_sign).filter(|word| !word.is_empty()).map(str::to_lowercase);
    let is_english =
        words.clone().count() <= 5 && words.clone().any(|word| word == "answer" || word == "output");
    let is_label = words.clone().all(|word| ANSWERS.contains(&&*word) || BESIDE.contains(&&*word));
    is_english && !words.clone().any(|word| ["sample", "second"].contains(&&*word))
        || is_label && words.clone().any(|word| ANSWERS.contains(&&*word))
}

/// The last sentence or line of a text, without the opening of a code block.
pub(super) fn last_sentence(text: &str) -> &str {
    let text = text.trim_end();
    let text = text.trim_end_matches(char::is_alphanumeric).strip_suffix("```").unwrap_or(text).trim_end();
    let bytes = text.as_bytes();
    let ends = |at: &usize| match bytes[*at] {
        b'\n' => true,
        b'.' | b'!' | b'?' => bytes.get(at + 1) == Some(&b' '),
        _ => false,
    };
    &text[(0..bytes.len()).rev().find(ends).unwrap_or_default()..]
}

/// The words of a text, without domains: "guess.com" announces no guess.
pub(super) fn words(text: &str) -> impl Iterator<Item = Cow<'_, str>> + Clone {
    let is_domain = |part: &&str| {
        let part = part.trim_matches(|c: char| !c.is_alphanumeric());
        part.contains("://")
            || part.rsplit_once('.').is_some_and(|(name, end)| {
                !name.is_empty() && end.len() > 1 && end.bytes().all(|byte| byte.is_ascii_lowercase())
            })
    };
    let parts = text.split_whitespace().filter(move |part| !is_domain(part));
    parts.flat_map(|part| part.split(|c: char| !c.is_alphanumeric())).map(in_lower_case)
}
