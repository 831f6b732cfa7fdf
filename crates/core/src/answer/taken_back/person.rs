//! What the words around an object say of the person whom it names: that the person left the post, holds
//! another one, or that somebody else holds it. This module must not decide what follows from that.

use std::sync::LazyLock;

use regex::Regex;

use super::{begins_with, is_name, pattern};
use crate::{
    Column,
    answer::{Object, lookup},
};

/// What a person does who leaves a post, right behind the name.
#[rustfmt::skip]
const LEAVES: &[&str] = &[
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

/// Words between a person and the verb.
#[rustfmt::skip]
const BETWEEN: &[&str] = &[
    "has", "had", "have", "since", "already", "reportedly", "recently", "now", "then", "also", "actually", "in", "just",
];

/// Words that say that a post is held no longer.
#[rustfmt::skip]
const LONGER: &[&str] = &[
    "nicht mehr", "ya no es", "dejó el cargo", "n'est plus", "n’est plus", "não é mais", "já não é", "non è più", "niet meer", "niet langer",
    "inte längre", "ikke længere", "ikke lenger", "już nie jest", "nie jest już", "už není", "ei ole enää", "artık", "больше не", "уже не", "більше не",
    "退任", "辞任", "已离任", "已離任", "不再担任", "不再擔任", "更迭", "卸任", "离职", "離職", "辞职", "辭職", "被解雇", "더 이상", "사임", "퇴임", "nu mai este", "már nem", "δεν είναι πλέον", "không còn",
];

/// Words for posts, by which such a sentence tells that it speaks of one.
#[rustfmt::skip]
const POSTS: &[&str] = &[
    "ceo", "chief executive", "geschäftsführer", "vorstand", "pdg", "directeur", "director", "diretor", "amministratore", "président", "presidente",
    "prezes", "ředitel", "vd", "direktør", "toimitusjohtaja", "müdür", "директор", "社長", "首席执行官", "首席執行官", "대표", "vezérigazgató",
];

/// Words that name a successor.
#[rustfmt::skip]
const SUCCEEDS: &[&str] = &[
    "took over", "has taken over", "was appointed", "replaced him", "replaced her", "succeeded him", "succeeded her", "is now in charge", "now leads",
    "wurde ernannt", "hat übernommen", "folgte",
];

/// Posts that a chief executive does not hold, where a sentence names them alone.
const OTHER_POSTS: &str = r"(?:cfo|coo|cto|cmo|cio|chro|chief (?:financial|operating|technology|marketing|information) officer|chair(?:man|woman|person)?)";

/// Whether a sentence says that the person whom the object names holds the post no longer, or that
/// somebody else holds it.
pub(super) fn lost_post(sentence: &str, object: &Object, subject: &str, outputs: &[Column]) -> bool {
    let names: Vec<&str> = outputs
        .iter()
        .filter(|column| is_name(column))
        .filter_map(|column| lookup(object, &column.name)?.as_str())
        .collect();
    if names.is_empty() {
        return false;
    }
    let lower = sentence.to_lowercase();
    let lasts: Vec<String> =
        names.iter().filter_map(|name| name.split_whitespace().last()).map(str::to_lowercase).collect();
    let is_of_person = lasts.iter().any(|name| holds(&lower, name));
    let is_post = || POSTS.iter().any(|post| lower.contains(post));
    if LONGER.iter().any(|words| lower.contains(words)) && (is_of_person || is_post()) {
        return true;
    }
    // "Edit: Jane Doe took over in 2024."
    if begins_with(&lower, super::WEAK) && !is_of_person && SUCCEEDS.iter().any(|words| lower.contains(words))
    {
        return true;
    }
    has_left(&lower, &lasts, subject) || is_of_somebody_else(sentence, &names, &lasts, subject, outputs)
}

/// Whether a text holds a name as a word. Scripts without spaces may stand right beside it.
fn holds(lower: &str, name: &str) -> bool {
    !name.is_empty()
        && lower.match_indices(name).any(|(at, _)| {
            let of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && c < '\u{2e80}');
            !of_word(lower[..at].chars().next_back()) && !of_word(lower[at + name.len()..].chars().next())
        })
}

/// "Roe stepped down", "she has since left", "the board fired him", "Roe was CEO until 2021".
fn has_left(lower: &str, lasts: &[String], subject: &str) -> bool {
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
            || lasts.iter().any(|name| name == word)
    };
    let both = [" and ceo", "ceo and", "ceo & ", " & ceo"].iter().any(|words| lower.contains(words));
    let (mut rest, mut before) = (lower, "");
    while let Some(end) = rest.find(|c: char| !c.is_alphanumeric()) {
        let (word, after) = (&rest[..end], rest[end..].trim_start_matches([' ', ',']));
        let at = lower.len() - rest.len();
        if is_person(word) && !is_doubted(&lower[..at]) {
            let mut behind = after;
            while let Some(next) =
                BETWEEN.iter().find_map(|word| behind.strip_prefix(*word)?.strip_prefix(' '))
            {
                behind = next;
            }
            let ends = LEAVES.iter().any(|words| behind.starts_with(words))
                || is_left_behind(behind, lower, subject)
                || !both && OTHER.is_match(behind)
                || TERM.is_match(behind) && !is_elsewhere(behind, subject);
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

/// "left", "left the company in May", but not "left Roe Inc. to join Acme".
fn is_left_behind(behind: &str, sentence: &str, subject: &str) -> bool {
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

/// Whether a word begins the name of the company that is asked about.
fn is_company(word: &str, subject: &str) -> bool {
    word.len() > 2
        && crate::answer::subject::asked(subject)
            .is_some_and(|domain| domain.starts_with(&word.to_lowercase()))
}

/// Whether words before a statement doubt or deny it.
fn is_doubted(before: &str) -> bool {
    #[rustfmt::skip]
    const WORDS: [&str; 16] = [
        "no", "not", "never", "whether", "if", "unless", "rumour", "rumours", "rumor", "rumors", "denied", "ob", "falls", "wenn", "keine", "nicht",
    ];
    before.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word))
}

/// Whether a post is one of another company: "CEO of Beta", "CEO of the parent company".
fn is_elsewhere(lower: &str, subject: &str) -> bool {
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

/// Whether a sentence gives the post to somebody else than the object does.
fn is_of_somebody_else(
    sentence: &str,
    names: &[&str],
    lasts: &[String],
    subject: &str,
    outputs: &[Column],
) -> bool {
    static POST: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:ceo|chief executive|managing director|geschäftsführer(?:in)?|vorstandschef(?:in)?|pdg|directrice générale|directeur général|director(?:a)? general|amministrat(?:ore|rice) delegat[oa]|diretor(?:a)? executiv[oa]|prezes(?:em|ką)?|bestuursvoorzitter|verkställande direktör|toimitusjohtaja|генеральн\p{L}+ директор\p{L}*)\b|社長|首席执行官|首席執行官|최고경영자|대표이사",
        )
    });
    // How a sentence ties a person (\u{1}) to a post (\u{2}): "lists \u{1} as \u{2}", "the \u{2} is \u{1}".
    static HOLDS: LazyLock<Regex> = LazyLock::new(|| {
        let verb = "is|was|has|have|had|became|becomes|now|took|takes|serves|leads|runs|succeeded|succeeds|replaced|replaces|joined|ist|wurde|wird|hat|übernahm|leitet|führt|folgt|est|a|devient|dirige|es|fue|ha|dirige|asumió|è|é|foi|assumiu|dirige|guida|jest|został|została|werd|heeft|leidt|är|er|on|является|стала?|возглавляет";
        let beside = "the|its|their|our|new|now|current|currently|present|as|who|is|der|die|ihre?|neue|jetzt|aktuelle|nouveau|nouvelle|la|le|el|il|nuev[oa]|actual|named|called|heißt|lautet|ist|est|es|è|é|jest|är|er|on";
        let as_ = "as|als|comme|como|come|som|jako|en tant que";
        pattern(&format!(
            r"(?i)\x01 (?:{verb})\b[^,;:\x01]{{0,60}}\x02|\x01,? (?:(?:{as_}|{beside}) ){{0,4}}\x02|\x02,?:? ?(?:(?:{beside}) )*\x01|\x01[\s(（,、，]*\x02|\x01\P{{ASCII}}{{1,12}}\x02|\x02\P{{ASCII}}{{0,6}} ?\x01"
        ))
    });
    // A sentence with one of these tells of other times or other posts.
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
    // "Correct name: Jane Doe.", "Update 2025: Jane Doe.", "I mean Jane Doe."
    static RATHER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:update(?: \d{4})?|(?:the )?(?:correct|right|real|actual) (?:name|answer|ceo|person)(?: is)?|(?:it )?should be|i mean|i meant|sorry|rather|richtig ist|gemeint ist|le bon nom est|lo correcto es)[,:]? ?(?P<name>.+)$",
        )
    });
    if sentence.len() > 600 || !outputs.iter().any(|column| column.name.starts_with("ceo_")) {
        return false;
    }
    let plain = sentence.trim_matches(|c: char| !c.is_alphanumeric());
    let others_in =
        |text: &str| people(text).filter(|name| is_other(name, names, lasts, subject)).count() > 0;
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
        if !POST.is_match(clause) || ASIDE.is_match(clause) || is_elsewhere(&lower, subject) {
            return false;
        }
        let pronouns =
            ["she", "he", "they", "sie", "er", "elle", "il", "ella", "él", "her", "his", "ihr", "sein"];
        if begins_with(clause, &pronouns) || !others_in(clause) {
            return false;
        }
        let holds_it = people(clause)
            .filter(|name| is_other(name, names, lasts, subject))
            .any(|name| HOLDS.is_match(&POST.replace_all(&clause.replace(&name, "\u{1}"), "\u{2}")));
        if !holds_it {
            return false;
        }
        match lasts.iter().find_map(|last| lower.find(&**last)) {
            None => true,
            // "Mary Major succeeded Jane Doe", and not the other way round.
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

/// The names of people in a text: two or three words in a row with a capital.
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

/// Whether a name is none of those that the object gives, nor the company's.
fn is_other(name: &str, names: &[&str], lasts: &[String], subject: &str) -> bool {
    let last = name.rsplit(' ').next().unwrap_or_default().to_lowercase();
    let first = name.split(' ').next().unwrap_or_default();
    !lasts.contains(&last)
        && !names.iter().any(|own| own.to_lowercase().contains(&*last))
        && !is_company(first, subject)
        && !MONTHS.contains(&&*first.to_lowercase())
        && !MONTHS.contains(&&*last)
}

#[rustfmt::skip]
const MONTHS: [&str; 12] = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
];

/// Whether the label right before an object gives it to a former holder, to another post or to another
/// company.
pub(super) fn is_announced_as_another(label: &str, subject: &str, outputs: &[Column]) -> bool {
    static FORMER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:the |our |its |their |this |\w+['’]s |die |der |la |le |l['’]|el |il |de |o |a )?(?:(?:former|previous|past|ex|ehemalige\p{L}*|frühere\p{L}*|ancien(?:ne)?|antigu[oa]|antig[oa]|anterior|precedente|voormalige?|poprzedni[a]?|бывш\p{L}+)\b|前任|前)",
        )
    });
    static OTHER: LazyLock<Regex> =
        LazyLock::new(|| pattern(&format!(r"(?i)^\W*(?:the |its |their )?{OTHER_POSTS}(?: (?:is|was))?$")));
    let label = label.trim().trim_matches(|c: char| "*_`# ".contains(c)).trim();
    let Some(label) = label.strip_suffix([':', '：']).map(str::trim_end) else { return false };
    let lower = label.to_lowercase();
    if label.len() > 200 {
        return false;
    }
    let asks_for_ceo = outputs.iter().any(|column| column.name.starts_with("ceo_"));
    let is_post = || POSTS.iter().any(|post| lower.contains(post));
    let is_former = || FORMER.is_match(label) && is_post();
    let is_other = || OTHER.is_match(label.rsplit([';', ',']).next().unwrap_or(label));
    let domain = crate::answer::subject::asked(subject);
    let denies_domain = domain.is_some_and(|domain| lower.contains(&format!("(not {domain})")));
    let is_unrelated = lower.contains(" unrelated ") && !lower.contains("not unrelated");
    asks_for_ceo && (is_former() || is_other()) || denies_domain || is_unrelated
}
