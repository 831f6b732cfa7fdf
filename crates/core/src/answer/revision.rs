//! Determines which of several states of an answer is the latest, from labels such as "Before:", years
//! and the lines of a diff. `choice` weighs the result against other evidence.

use std::{borrow::Cow, sync::LazyLock};

use serde_json::Value as Json;

use super::{Object, lookup, same_letters};
use crate::{
    Column,
    dictionary::{Dictionary, in_lower_case},
};

/// The state that a label announces.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum LabelledState {
    Earlier,
    Later,
}

#[rustfmt::skip]
const EARLIER: &[&str] = &[
    "before", "old", "original", "earlier", "prior", "first", "v1", "outdated", "superseded", "past", "initial",
    "until", "vorher", "früher", "alt", "alte", "bisher", "avant", "ancien", "ancienne", "antes", "anterior", "prima",
    "vecchio", "voor", "oud", "ex", "former", "historic", "historical", "archive", "archived", "obsolete", "stale", "less", "low", "bad",
    "unverified", "unlikely", "veraltet", "ehemalig", "ehemalige", "ehemaliger", "ehemaliges", "frühere", "früherer", "vorherige", "vorheriger",
    "damals", "obsolète", "périmé", "ancienne", "précédent", "précédente", "autrefois", "antiguo", "antigua", "previo", "antigo", "antiga",
    "precedente", "vecchia", "voormalig", "voormalige", "vorige", "vroeger", "poprzedni", "poprzednia", "stary", "dawniej", "były", "была", "было",
    "eski", "önceki", "бывший", "бывшая", "прежний", "прежняя", "старый", "устарело", "раньше", "до", "колишній", "旧", "旧版", "舊", "前任", "以前",
    "之前", "修正前", "更正前", "変更前", "古い", "前", "이전", "과거", "전", "수정전", "سابقا", "السابق", "قديم", "قبل", "पुराना", "tidligere", "tidigare",
    "entinen", "bývalý", "fostul",
];

#[rustfmt::skip]
const LATER: &[&str] = &[
    "after", "new", "now", "current", "currently", "latest", "newest", "later", "second", "third", "today", "present",
    "v2", "v3", "updated", "assistant", "corrected", "revised", "since", "nachher", "jetzt", "neu", "neue", "aktuell",
    "korrektur", "korrigiert", "après", "maintenant", "nouveau", "nouvelle", "actuel", "corrigé", "correction",
    "después", "ahora", "nuevo", "actual", "corrección", "depois", "agora", "novo", "atual", "correção", "dopo",
    "nuovo", "attuale", "correzione", "na", "nu", "nieuw", "訂正", "修正", "更正", "исправление",
    "live", "most", "high", "good", "likeliest", "heute", "heutig", "heutige", "heutiger", "aktuelle", "aktueller", "aktuelles", "derzeit", "derzeitige", "gegenwärtig",
    "nachfolger", "nachfolgerin", "actuelle", "aujourd", "actualmente", "nueva", "hoy", "nova", "hoje", "adesso", "oggi", "nuova", "huidig", "huidige",
    "nieuwe", "obecny", "obecna", "obecnie", "nowy", "teraz", "yeni", "şimdi", "güncel", "нынешний", "нынешняя", "новый", "актуально", "сейчас", "теперь",
    "после", "нинішній", "新", "新版", "现任", "現任", "现在", "現在", "之后", "修正後", "修正后", "更正后", "変更後", "新しい", "後", "현재", "지금", "수정후", "حاليا",
    "الحالي", "جديد", "بعد", "नया", "nuværende", "nuvarande", "nykyinen", "současný", "actualul",
];

/// Words that may occur in a label beside the words that name its state.
#[rustfmt::skip]
const NEUTRAL: &[&str] = &[
    "the", "version", "state", "value", "values", "answer", "json", "data", "result", "record", "entry", "output",
    "response", "object", "is", "was", "as", "of", "it", "then", "im", "start", "ceo", "ceos", "s", "hui", "d", "founder", "and", "to", "date",
    "chief", "executive", "managing", "director", "likely", "confidence", "example", "last", "year", "from", "site", "up", "january",
    "antwort", "réponse", "respuesta", "resposta", "risposta", "geschäftsführer", "geschäftsführerin", "pdg", "directora", "amministratore",
    "delegato", "amministratrice", "delegata", "prezes", "директор", "stand", "dirigeant", "dirigeante", "version", "fassung", "estado", "stato", "état",
];

/// Steps towards an answer: the number after one shows which step is later. Numbered alternatives
/// ("option 2") are not steps.
const STEPS: [&str; 12] = [
    "draft",
    "version",
    "step",
    "attempt",
    "pass",
    "try",
    "revision",
    "iteration",
    "round",
    "search",
    "lookup",
    "look",
];

/// What a word of a label means.
#[derive(Clone, Copy)]
enum Meaning {
    Earlier,
    Later,
    Step,
    Nothing,
}

static WORDS: LazyLock<Dictionary<Meaning>> = LazyLock::new(|| {
    let of = |words: &'static [&'static str], meaning| words.iter().map(move |word| (*word, meaning));
    // A word in several lists gets the meaning of the last list.
    of(NEUTRAL, Meaning::Nothing)
        .chain(of(&STEPS, Meaning::Step))
        .chain(of(LATER, Meaning::Later))
        .chain(of(EARLIER, Meaning::Earlier))
        .collect()
});

/// The state that a short label such as "New version:" announces. A sentence that only contains one of
/// the words ("the New York office") announces nothing.
pub(super) fn label(sentence: &str) -> Option<LabelledState> {
    const LONGEST: usize = 60;
    if sentence.len() > LONGEST {
        return None;
    }
    // In `</old><new>` the last tag counts.
    let sentence = match sentence.trim_end().strip_suffix('>') {
        Some(tags) => tags.rsplit('<').next().unwrap_or(tags),
        None => sentence,
    };
    let (mut state, mut is_step, mut is_ordinal) = (None, false, false);
    for word in sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = &*in_lower_case(word);
        let of_word = match WORDS.get(word) {
            Some(Meaning::Earlier) => LabelledState::Earlier,
            Some(Meaning::Later) => {
                is_ordinal |= ["second", "third"].contains(&word);
                LabelledState::Later
            }
            Some(Meaning::Step) => {
                is_step = true;
                continue;
            }
            Some(Meaning::Nothing) => continue,
            None if is_step && word == "1" => LabelledState::Earlier,
            None if is_step && word.parse::<u8>().is_ok_and(|number| (2..20).contains(&number)) => {
                LabelledState::Later
            }
            None => return None,
        };
        state = state.or(Some(of_word));
    }
    // "Second:" alone announces one of two alternatives rather than a later state.
    state.filter(|_| is_step || !is_ordinal)
}

/// The last year between 1990 and 2099 in a sentence.
pub(super) fn year(sentence: &str) -> Option<u16> {
    let words = sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() == 4);
    words.filter_map(|word| word.parse().ok()).rfind(|year| (1990..2100).contains(year))
}

/// The year of an object's data, from a key that was not requested.
pub(super) fn year_of(object: &Object, outputs: &[Column]) -> Option<u16> {
    let keys = ["as_of", "as_of_date", "year", "date", "updated", "last_updated"];
    let keys = keys.iter().filter(|key| !outputs.iter().any(|column| same_letters(&column.name, key)));
    keys.filter_map(|key| lookup(object, key)).find_map(|json| match json {
        Json::Number(number) => year(&number.to_string()),
        Json::String(text) => year(text),
        _ => None,
    })
}

/// The index of the newest object, when each object has a year and the years differ.
pub(super) fn newest<'a>(objects: impl Iterator<Item = &'a Object>, outputs: &[Column]) -> Option<usize> {
    let years: Option<Vec<u16>> = objects.map(|object| year_of(object, outputs)).collect();
    let years = years.filter(|years| years.iter().any(|year| *year != years[0]))?;
    let newest = years.iter().max()?;
    years.iter().position(|year| year == newest)
}

/// The value of the latest year in an object whose keys are years: `{"2021": ..., "2025": ...}`.
pub(super) fn of_latest_year(object: &Object) -> Option<&Json> {
    let is_year = |key: &str| key.len() == 4 && year(key).is_some();
    let is_by_year = object.len() > 1 && object.keys().all(|key| is_year(key));
    object.iter().filter(|_| is_by_year).max_by_key(|(key, _)| year(key)).map(|(_, value)| value)
}

/// Whether a member's key marks the later state.
pub(super) fn is_later(key: &str) -> bool {
    label(key) == Some(LabelledState::Later)
}

/// Whether a member's key marks the earlier state.
pub(super) fn is_earlier(key: &str) -> bool {
    label(key) == Some(LabelledState::Earlier)
}

/// The text after a diff was applied: removed lines are dropped, and added lines lose their sign. A text
/// with only one of the two signs is a list with bullets, not a diff.
pub(super) fn after_diff(text: &str) -> Cow<'_, str> {
    if !text.contains('+') || !text.contains('-') {
        return Cow::Borrowed(text);
    }
    let of_json = |rest: &str| rest.trim_start().starts_with(['{', '}', '"', '[', ']']);
    let changed = |line: &str, sign: char| line.strip_prefix(sign).is_some_and(of_json);
    let has = |sign| text.lines().any(|line| changed(line, sign));
    if !has('+') || !has('-') {
        return Cow::Borrowed(text);
    }
    let kept = text.lines().filter(|line| !changed(line, '-'));
    let kept = kept.map(|line| if changed(line, '+') { &line[1..] } else { line });
    Cow::Owned(kept.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_years_are_recognised() {
        for (text, expect) in [
            ("Before:", Some(LabelledState::Earlier)),
            ("**Old version:**", Some(LabelledState::Earlier)),
            ("New version:", Some(LabelledState::Later)),
            ("\nNow:", Some(LabelledState::Later)),
            ("The New York office:", None),
            ("Before answering, I looked:", None),
            ("Draft 1:", Some(LabelledState::Earlier)),
            ("Step 2:", Some(LabelledState::Later)),
            ("Option 2:", None),
            ("</old><new>", Some(LabelledState::Later)),
            ("Nachher:", Some(LabelledState::Later)),
            ("Former CEO:", Some(LabelledState::Earlier)),
            ("Früherer Geschäftsführer:", Some(LabelledState::Earlier)),
            ("旧版:", Some(LabelledState::Earlier)),
            ("Новый директор:", Some(LabelledState::Later)),
            ("CEO:", None),
            ("", None),
        ] {
            assert_eq!(label(text), expect, "{text}");
        }
        assert_eq!(year("between 2019 and 2021"), Some(2021));
        assert_eq!(year("in 1850, with 1200 people, 20245"), None);
    }
}
