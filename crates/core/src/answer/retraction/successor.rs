//! Detects that a sentence around an object names somebody else as the holder of the post: a successor, or
//! the right person. This module must not decide what follows from that.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    begins_with, pattern,
    person::{is_company, is_other_company_post},
};
use crate::{
    Column,
    answer::{cues::Cues, subject::Subject},
};

/// Words of which a sentence must contain one to name somebody: a post, or an announcement of the right name.
#[rustfmt::skip]
pub(super) const CUES: &[&str] = &[
    "ceo", "chief executive", "managing director", "geschäftsführer", "vorstandschef", "pdg", "directrice générale", "directeur général",
    "director general", "directora general", "amministrat", "diretor", "prezes", "bestuursvoorzitter", "verkställande direktör",
    "toimitusjohtaja", "генеральн", "社長", "首席执行官", "首席執行官", "최고경영자", "대표이사", "update", "correct ", "right ", "real ", "actual ",
    "should be", "i mean", "sorry", "rather", "richtig ist", "gemeint ist", "le bon nom est", "lo correcto es", "success", "nachfolger",
    "sucesor", "sucessor", "opvolg",
];

/// Whether a sentence assigns the post to somebody other than the person in the object. `lower` is the
/// sentence in lower case.
pub(super) fn is_named(
    sentence: &str,
    lower: &str,
    names: &[&str],
    last_names: &[String],
    subject: &Subject<'_>,
    outputs: &[Column],
) -> bool {
    static POST: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:ceo|chief executive|managing director|geschäftsführer(?:in)?|vorstandschef(?:in)?|pdg|directrice générale|directeur général|director(?:a)? general|amministrat(?:ore|rice) delegat[oa]|diretor(?:a)? executiv[oa]|prezes(?:em|ką)?|bestuursvoorzitter|verkställande direktör|toimitusjohtaja|генеральн\p{L}+ директор\p{L}*)\b|社長|首席执行官|首席執行官|최고경영자|대표이사",
        )
    });
    // Ways to connect a person (\u{1}) with a post (\u{2}): "lists \u{1} as \u{2}", "the \u{2} is \u{1}".
    static HOLDS: LazyLock<Regex> = LazyLock::new(|| {
        let verb = "is|was|has|have|had|became|becomes|now|took|takes|serves|leads|runs|succeeded|succeeds|replaced|replaces|joined|ist|wurde|wird|hat|übernahm|leitet|führt|folgt|est|a|devient|dirige|es|fue|ha|dirige|asumió|è|é|foi|assumiu|dirige|guida|jest|został|została|werd|heeft|leidt|är|er|on|является|стала?|возглавляет";
        let beside = "the|its|their|our|new|now|current|currently|present|as|who|is|der|die|ihre?|neue|jetzt|aktuelle|nouveau|nouvelle|la|le|el|il|nuev[oa]|actual|named|called|heißt|lautet|ist|est|es|è|é|jest|är|er|on";
        let as_ = "as|als|comme|como|come|som|jako|en tant que";
        pattern(&format!(
            r"(?i)\x01 (?:{verb})\b[^,;:\x01]{{0,60}}\x02|\x01,? (?:(?:{as_}|{beside}) ){{0,4}}\x02|\x02,?:? ?(?:(?:{beside}) )*\x01|\x01[\s(（,、，]*\x02|\x01\P{{ASCII}}{{1,12}}\x02|\x02\P{{ASCII}}{{0,6}} ?\x01"
        ))
    });
    // A sentence with one of these words is about another time or another post.
    static ASIDE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:predecessors?|former(?:ly)?|previous(?:ly)?|past|ex|until|not|no|never|deputy|vice|assistant|co-?founder|founder|founded|interview\p{L}*|reports? to|wife|husband|son|daughter|before|if|earlier|vorgänger(?:in)?|ehemalige\p{L}*|früher\p{L}*|prédécesseur|ancien(?:ne)?|anterior|antigu[oa]|predecessore|precedente|voorganger|voormalig\p{L}*|others?|(?-i:would|may|might|could|will)|rumou?rs?|interim|according to|laut|selon|según|namesake|competitor)\b|前任|元",
        )
    });
    static SUCCESSOR: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:(?:the|her|his|their|der|die|ihre?|seine?|sa|son|le|la|su|el|il|suo|sua|haar|zijn) )?(?:new )?(?:successor|nachfolger(?:in)?|successeure?|sucesora?|sucessora?|successore|opvolg(?:er|ster)) (?:is|was|ist|wurde|est|es|é|è)\b",
        )
    });
    // For example "Correct name: Jane Doe.", "Update 2025: Jane Doe.", "I mean Jane Doe."
    static RATHER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:update(?: \d{4})?|(?:the )?(?:correct|right|real|actual) (?:name|answer|ceo|person)(?: is)?|(?:it )?should be|i mean|i meant|sorry|rather|richtig ist|gemeint ist|le bon nom est|lo correcto es)[,:]? ?(?P<name>.+)$",
        )
    });
    static ANY: Cues = Cues::new(&[CUES]);
    if sentence.len() > 600 || !outputs.iter().any(|column| column.name.starts_with("ceo_")) {
        return false;
    }
    // The patterns are expensive in time and memory, so this check comes first.
    if !ANY.may_fit(lower) {
        return false;
    }
    let plain = sentence.trim_matches(|c: char| !c.is_alphanumeric());
    let others_in =
        |text: &str| people(text).filter(|name| is_other(name, names, last_names, subject)).count() > 0;
    if let Some(found) = RATHER.captures(plain) {
        let name = &found["name"];
        let is_bare = name.split_whitespace().count() <= 4
            && name.split_whitespace().all(|word| word.starts_with(char::is_uppercase));
        if is_bare && others_in(name) {
            return true;
        }
    }
    if SUCCESSOR.is_match(plain) && others_in(plain) {
        return true;
    }
    sentence.split(';').any(|clause| {
        let lower = clause.to_lowercase();
        if !POST.is_match(clause) || ASIDE.is_match(clause) || is_other_company_post(&lower, subject) {
            return false;
        }
        let pronouns =
            ["she", "he", "they", "sie", "er", "elle", "il", "ella", "él", "her", "his", "ihr", "sein"];
        if begins_with(clause, &pronouns) || !others_in(clause) {
            return false;
        }
        let holds_it = people(clause)
            .filter(|name| is_other(name, names, last_names, subject))
            .any(|name| HOLDS.is_match(&POST.replace_all(&clause.replace(&name, "\u{1}"), "\u{2}")));
        if !holds_it {
            return false;
        }
        match last_names.iter().find_map(|last| lower.find(&**last)) {
            None => true,
            // "Mary Major succeeded Jane Doe" names a successor; "Jane Doe succeeded Mary Major" does not.
            Some(at) => {
                let turned = [
                    "succeeded",
                    "replaced",
                    "took over from",
                    "löste",
                    "a succédé",
                    "a remplacé",
                    "sustituyó",
                    "sucedió",
                ];
                turned.iter().any(|verb| lower.find(verb).is_some_and(|verb| verb < at))
                    && lower[..at].split_whitespace().count() > 1
            }
        }
    })
}

/// The names of people in a text: two to four capitalised words in a row.
fn people(text: &str) -> impl Iterator<Item = String> + '_ {
    const NONE: [&str; 24] = [
        "ceo",
        "chief",
        "executive",
        "officer",
        "the",
        "new",
        "managing",
        "director",
        "linkedin",
        "crunchbase",
        "wikipedia",
        "group",
        "inc",
        "ltd",
        "gmbh",
        "company",
        "is",
        "was",
        "has",
        "on",
        "of",
        "and",
        "in",
        "profile",
    ];
    let sign = |c: char| !(c.is_alphanumeric() || "'’-.".contains(c));
    text.split(['.', ',', ':', '(', ')']).flat_map(move |part| {
        let words: Vec<&str> = part.split_whitespace().map(|word| word.trim_matches(sign)).collect();
        let is_part = |word: &&str| {
            word.chars().count() > 1
                && word.starts_with(char::is_uppercase)
                && word.chars().any(char::is_lowercase)
                && !word.contains('.')
                && !NONE.contains(&&*word.to_lowercase())
        };
        let runs = words.split(|word| !is_part(word)).filter(|run| (2..=4).contains(&run.len()));
        runs.map(|run| run.join(" ")).collect::<Vec<_>>()
    })
}

/// Whether a name is neither a name in the object nor the company's.
fn is_other(name: &str, names: &[&str], last_names: &[String], subject: &Subject<'_>) -> bool {
    let last = name.rsplit(' ').next().unwrap_or_default().to_lowercase();
    let first = name.split(' ').next().unwrap_or_default();
    !last_names.contains(&last)
        && !names.iter().any(|own| own.to_lowercase().contains(&*last))
        && !is_company(first, subject)
        && !MONTHS.contains(&&*first.to_lowercase())
        && !MONTHS.contains(&&*last)
}

#[rustfmt::skip]
const MONTHS: [&str; 12] = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
];
