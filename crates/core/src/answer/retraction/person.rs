//! Judges what the text around an object says about the person in it: the person left the post, holds
//! another one, or somebody else holds it. This module must not decide what follows from that.

use std::sync::LazyLock;

use regex::Regex;

use super::{begins_with, is_name, pattern, successor};
use crate::{
    Column,
    answer::{Object, cues::Cues, lookup, subject::Subject},
};

/// Phrases directly after a person's name that say that the person left a post.
#[rustfmt::skip]
const DEPARTURES: &[&str] = &[
    "stepped down", "stepped aside", "stepped back", "resigned", "died", "retired", "departed", "quit", "moved on", "handed over",
    "passed away", "no longer", "is no longer", "was replaced", "was succeeded", "was fired", "was ousted", "was dismissed",
    "was removed", "was let go", "was sacked", "been replaced", "been succeeded", "been fired", "been ousted", "been dismissed",
    "been removed", "been let go", "been sacked",
    "ist zurückgetreten", "ist ausgeschieden", "trat zurück", "schied aus", "wurde entlassen", "wurde abberufen", "wurde abgelöst",
    "wurde ersetzt", "hat das unternehmen verlassen", "verließ das unternehmen", "verließ die firma",
    "a démissionné", "a quitté ses", "a quitté son poste", "a quitté l'entreprise", "a quitté l’entreprise", "a quitté la société",
    "a été remplacé", "a été licencié", "a été révoqué", "a été limogé",
    "renunció", "dimitió", "dejó el cargo", "dejó su cargo", "dejó la empresa", "dejó la compañía", "fue destituid", "fue despedid",
    "fue reemplazad", "fue sustituid", "fue cesad",
    "si è dimess", "ha lasciato l'azienda", "ha lasciato l’azienda", "ha lasciato la società", "ha lasciato l'incarico",
    "ha lasciato la carica", "è stata licenziat", "è stato licenziat", "è stata sostituit", "è stato sostituit", "è stata rimoss",
    "è stato rimoss",
    "vertrok", "is vertrokken", "is opgestapt", "is afgetreten", "is ontslagen", "werd ontslagen", "stapte op",
    "deixou o cargo", "deixou a empresa", "saiu da empresa", "foi demitid", "foi substituíd", "renunciou",
    "odeszł", "zrezygnował", "została odwołan", "został odwołan", "ушла", "ушел", "ушёл", "покинул", "была уволен", "был уволен",
];

/// Words that may stand between a person and the verb.
#[rustfmt::skip]
const FILLERS: &[&str] = &[
    "has", "had", "have", "since", "already", "reportedly", "recently", "now", "then", "also", "actually", "in", "just",
];

/// Phrases that say that a post is no longer held.
#[rustfmt::skip]
const NO_LONGER: &[&str] = &[
    "nicht mehr", "ya no es", "dejó el cargo", "n'est plus", "n’est plus", "não é mais", "já não é", "non è più", "niet meer", "niet langer",
    "inte längre", "ikke længere", "ikke lenger", "już nie jest", "nie jest już", "už není", "ei ole enää", "artık", "больше не", "уже не", "більше не",
    "退任", "辞任", "已离任", "已離任", "不再担任", "不再擔任", "更迭", "卸任", "离职", "離職", "辞职", "辭職", "被解雇", "더 이상", "사임", "퇴임", "nu mai este", "már nem", "δεν είναι πλέον", "không còn",
];

/// Words for posts. A sentence with a phrase of [`NO_LONGER`] must contain one of them, or the name.
#[rustfmt::skip]
const POSTS: &[&str] = &[
    "ceo", "chief executive", "geschäftsführer", "vorstand", "pdg", "directeur", "director", "diretor", "amministratore", "président", "presidente",
    "prezes", "ředitel", "vd", "direktør", "toimitusjohtaja", "müdür", "директор", "社長", "首席执行官", "首席執行官", "대표", "vezérigazgató",
];

/// Phrases that introduce a successor.
#[rustfmt::skip]
const SUCCEEDS: &[&str] = &[
    "took over", "has taken over", "was appointed", "replaced him", "replaced her", "succeeded him", "succeeded her", "is now in charge", "now leads",
    "wurde ernannt", "hat übernommen", "folgte",
];

/// Further words of which a sentence about a departure contains one, beside [`DEPARTURES`]: the verbs, other
/// posts and ends of terms that [`has_left`] looks for.
#[rustfmt::skip]
const DEPARTURE_CUES: &[&str] = &[
    "left", "fired", "dismissed", "ousted", "sacked", "entließ", "ended", "expired", "19", "20", "cfo", "coo", "cto", "cmo", "cio", "chro",
    "chief", "chair",
];

/// Posts that a chief executive does not hold, when a sentence names only that post.
const OTHER_POSTS: &str = r"(?:cfo|coo|cto|cmo|cio|chro|chief (?:financial|operating|technology|marketing|information) officer|chair(?:man|woman|person)?)";

/// Whether a sentence says that the person in the object no longer holds the post, or that somebody else
/// holds it.
pub(super) fn lost_post(sentence: &str, object: &Object, subject: &Subject<'_>, outputs: &[Column]) -> bool {
    static ANY: Cues = Cues::new(&[NO_LONGER, SUCCEEDS, DEPARTURES, DEPARTURE_CUES, successor::CUES]);
    let lower = sentence.to_lowercase();
    if !ANY.may_fit(&lower) {
        return false;
    }
    let names: Vec<&str> = outputs
        .iter()
        .filter(|column| is_name(column))
        .filter_map(|column| lookup(object, &column.name)?.as_str())
        .collect();
    if names.is_empty() {
        return false;
    }
    let last_names: Vec<String> =
        names.iter().filter_map(|name| name.split_whitespace().last()).map(str::to_lowercase).collect();
    let is_of_person = last_names.iter().any(|name| contains_name(&lower, name));
    let is_post = || POSTS.iter().any(|post| lower.contains(post));
    if NO_LONGER.iter().any(|words| lower.contains(words)) && (is_of_person || is_post()) {
        return true;
    }
    // For example "Edit: Jane Doe took over in 2024."
    if begins_with(&lower, super::WEAK) && !is_of_person && SUCCEEDS.iter().any(|words| lower.contains(words))
    {
        return true;
    }
    has_left(&lower, &last_names, subject)
        || successor::is_named(sentence, &lower, &names, &last_names, subject, outputs)
}

/// Whether a text contains a name as a word. Letters of scripts without spaces may adjoin the name.
fn contains_name(lower: &str, name: &str) -> bool {
    !name.is_empty()
        && lower.match_indices(name).any(|(at, _)| {
            let of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && c < '\u{2e80}');
            !of_word(lower[..at].chars().next_back()) && !of_word(lower[at + name.len()..].chars().next())
        })
}

/// Whether the person left: "Roe stepped down", "she has since left", "the board fired him", "Roe was CEO
/// until 2021".
fn has_left(lower: &str, last_names: &[String], subject: &Subject<'_>) -> bool {
    static ANY: Cues = Cues::new(&[DEPARTURES, DEPARTURE_CUES]);
    if !ANY.occur_in(lower) {
        return false;
    }
    static TERM: LazyLock<Regex> = LazyLock::new(|| {
        let year = r"(?:\p{L}+ )?(?:19|20)\d\d";
        let until = r"(?:until|till|to|through|bis|jusqu['’](?:en|à)|hasta|até|fino al|tot|–|-)";
        pattern(&format!(
            r"^(?:['’]s|her|his)? ?(?:term|tenure|mandate) (?:has )?(?:ended|expired)|^(?:was|served|acted|led|ran|headed|war|leitete|führte|fut|était|a été|a dirigé|fue|dirigió|è stat[oa]|era|leidde|foi)\b.*\b{until} ?{year}"
        ))
    });
    static OTHER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(r"^is (?:actually |only |now |in fact )*(?:the |its |their )?{OTHER_POSTS}\b"))
    });
    let is_person = |word: &str| {
        [
            "he", "she", "they", "her", "his", "him", "er", "sie", "il", "elle", "ella", "él", "hij", "zij",
            "ze",
        ]
        .contains(&word)
            || last_names.iter().any(|name| name == word)
    };
    let both = [" and ceo", "ceo and", "ceo & ", " & ceo"].iter().any(|words| lower.contains(words));
    let (mut rest, mut before) = (lower, "");
    while let Some(end) = rest.find(|c: char| !c.is_alphanumeric()) {
        let (word, after) = (&rest[..end], rest[end..].trim_start_matches([' ', ',']));
        let at = lower.len() - rest.len();
        if is_person(word) && !is_doubted(&lower[..at]) {
            let mut behind = after;
            while let Some(next) =
                FILLERS.iter().find_map(|word| behind.strip_prefix(*word)?.strip_prefix(' '))
            {
                behind = next;
            }
            let ends = DEPARTURES.iter().any(|words| behind.starts_with(words))
                || left_company(behind, lower, subject)
                || !both && OTHER.is_match(behind)
                || TERM.is_match(behind) && !is_other_company_post(behind, subject);
            let is_object = word.len() > 1 && !["he", "she", "they"].contains(&word);
            if ends || is_object && is_dismissed(before) {
                return true;
            }
        }
        if !word.is_empty() {
            before = &lower[..at + end];
        }
        rest = rest[end..].trim_start_matches(|c: char| !c.is_alphanumeric());
    }
    false
}

/// Whether the words before a name dismiss the person: "the board fired Jane".
fn is_dismissed(before: &str) -> bool {
    let mut words = before.rsplit(' ').take(3);
    let verbs = ["fired", "dismissed", "ousted", "sacked", "entließ"];
    words.any(|word| verbs.contains(&word))
}

/// Whether the text says that the person left the company: "left", "left the company in May", but not
/// "left Roe Inc. to join Acme".
fn left_company(behind: &str, sentence: &str, subject: &Subject<'_>) -> bool {
    #[rustfmt::skip]
    const NEXT: [&str; 21] = [
        "the", "in", "at", "on", "last", "this", "early", "late", "to", "for", "as", "and", "office", "after", "during", "by", "his", "her",
        "their", "earlier", "recently",
    ];
    let Some(rest) = behind.strip_prefix("left") else { return false };
    let next = rest.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let goes = next.is_empty()
        || NEXT.contains(&next)
        || next.starts_with(|c: char| c.is_ascii_digit())
        || is_company(next, subject);
    let returns = ["came back", "returned", "rejoined"].iter().any(|words| sentence.contains(words));
    goes && !returns
        && !sentence.split_once("join ").is_some_and(|(_, whom)| {
            let whom = whom.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            is_company(whom, subject)
        })
}

/// Whether a word begins the name of the company in question.
pub(super) fn is_company(word: &str, subject: &Subject<'_>) -> bool {
    word.len() > 2 && subject.domain().is_some_and(|domain| domain.starts_with(&word.to_lowercase()))
}

/// Whether the words before a statement doubt or deny it.
fn is_doubted(before: &str) -> bool {
    #[rustfmt::skip]
    const WORDS: [&str; 16] = [
        "no", "not", "never", "whether", "if", "unless", "rumour", "rumours", "rumor", "rumors", "denied", "ob", "falls", "wenn", "keine", "nicht",
    ];
    before.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word))
}

/// Whether a post is at another company: "CEO of Beta", "CEO of the parent company".
pub(super) fn is_other_company_post(lower: &str, subject: &Subject<'_>) -> bool {
    const OWN: [&str; 12] =
        ["the", "this", "company", "firm", "der", "des", "la", "l", "die", "das", "il", "it"];
    const ELSE: [&str; 12] = [
        "parent",
        "subsidiary",
        "affiliate",
        "competitor",
        "division",
        "unit",
        "supplier",
        "customer",
        "partner",
        "namesake",
        "brand",
        "unrelated",
    ];
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.iter().any(|word| ELSE.contains(word))
        || words.windows(3).any(|three| {
            POSTS.contains(&three[0])
                && ["of", "at", "for", "bei", "von", "de", "di", "chez"].contains(&three[1])
                && !OWN.contains(&three[2])
                && !is_company(three[2], subject)
        })
}

/// Whether the label directly before an object assigns it to a former holder, another post or another
/// company.
pub(super) fn is_announced_as_another(label: &str, subject: &Subject<'_>, outputs: &[Column]) -> bool {
    static FORMER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:the |our |its |their |this |\w+['’]s |die |der |la |le |l['’]|el |il |de |o |a )?(?:(?:former|previous|past|ex|ehemalige\p{L}*|frühere\p{L}*|ancien(?:ne)?|antigu[oa]|antig[oa]|anterior|precedente|voormalige?|poprzedni[a]?|бывш\p{L}+)\b|前任|前)",
        )
    });
    static OTHER: LazyLock<Regex> =
        LazyLock::new(|| pattern(&format!(r"(?i)^\W*(?:the |its |their )?{OTHER_POSTS}(?: (?:is|was))?$")));
    static OTHERS: Cues = Cues::new(&[&["cfo", "coo", "cto", "cmo", "cio", "chro", "chief", "chair"]]);
    let label = label.trim().trim_matches(|c: char| "*_`# ".contains(c)).trim();
    let Some(label) = label.strip_suffix([':', '：']).map(str::trim_end) else { return false };
    let lower = label.to_lowercase();
    if label.len() > 200 {
        return false;
    }
    let asks_for_ceo = outputs.iter().any(|column| column.name.starts_with("ceo_"));
    let is_post = || POSTS.iter().any(|post| lower.contains(post));
    let is_former = || is_post() && FORMER.is_match(label);
    let is_other =
        || OTHERS.may_fit(&lower) && OTHER.is_match(label.rsplit([';', ',']).next().unwrap_or(label));
    let denies = |domain| lower.contains(&format!("(not {domain})"));
    let denies_domain = lower.contains("(not ") && subject.domain().is_some_and(denies);
    let is_unrelated = lower.contains(" unrelated ") && !lower.contains("not unrelated");
    asks_for_ceo && (is_former() || is_other()) || denies_domain || is_unrelated
}
