//! Words around a person's name. Data for `person`.

/// Words that may precede the name of the present holder of a post.
#[rustfmt::skip]
pub(super) const LEADS: &[&str] = &[
    "probably", "presumably", "maybe", "perhaps", "apparently", "likely", "possibly", "currently", "now", "current",
    "present", "interim", "acting", "the", "our", "its", "derzeit", "aktuell", "vermutlich", "wahrscheinlich",
    "probablement", "actuellement", "probablemente", "actualmente", "provavelmente", "atualmente", "probabilmente",
    "attualmente", "waarschijnlijk", "momenteel", "prawdopodobnie", "obecnie", "вероятно", "сейчас",
];

/// Words that precede the name of a former holder of a post.
#[rustfmt::skip]
pub(super) const FORMER_LEADS: &[&str] = &[
    "former", "formerly", "previously", "ehemals", "ehemaliger", "ehemalige", "früher", "vormals", "ancien", "ancienne",
    "anciennement", "anteriormente", "antes", "voorheen", "dawniej", "ранее",
];

/// Words of a remark that the post is no longer or not yet held, that the name is invented or a guess, or
/// that the person leads another company.
#[rustfmt::skip]
pub(super) const NOT_PRESENT: &[&str] = &[
    "former", "formerly", "ex", "until", "till", "through", "left", "previous", "previously", "past", "retired",
    "retiring", "resigned", "stepped", "stepping", "departed", "departing", "outgoing", "ousted", "fired", "deceased",
    "died", "late", "was", "replaced", "succeeded", "incoming", "designate", "elect", "not", "unconfirmed", "unclear",
    "possibly", "longer", "emeritus", "example", "fictional", "fictitious", "hypothetical", "placeholder", "invented",
    "different", "wrong", "namesake",
    // German, French, Spanish, Portuguese, Italian, Dutch, Polish, Turkish, Russian.
    "ehem", "ehemals", "ehemalig", "ehemalige", "ehemaliger", "bis", "früher", "früherer", "frühere", "vormals",
    "verstorben", "zurückgetreten", "ausgeschieden", "ancien", "ancienne", "anciennement", "jusqu", "démissionné",
    "décédé", "décédée", "anterior", "antiguo", "antigua", "hasta", "renunció", "dimitió", "fallecido", "fallecida",
    "antigo", "antiga", "até", "faleceu", "precedente", "dimesso", "dimissionario", "fino", "voormalig", "voormalige",
    "vertrokken", "były", "była", "eski", "бывший", "бывшая", "ушёл", "ушел", "покинул",
];

/// Signs with the same meaning as [`NOT_PRESENT`], anywhere in a remark.
pub(super) const NOT_PRESENT_WITHIN: &[&str] = &[
    "†",
    "made up",
    "passed away",
    "no ceo",
    "退任",
    "辞任",
    "前任",
    "前",
    "元",
    "離任",
    "离任",
    "卸任",
    "已故",
    "전임",
    "전 ",
    "퇴임",
];

/// Phrases that contain such a word but say that the post is still held.
pub(super) const STILL: &[&str] = &[
    "bis heute",
    "until today",
    "until now",
    "until present",
    "hasta hoy",
    "até hoje",
    "jusqu'à aujourd'hui",
];

/// Texts that as a whole name nobody.
#[rustfmt::skip]
pub(super) const NOBODY: &[&str] = &[
    "yes", "no", "nd", "true", "false", "keiner", "keine", "niemand", "vakanz", "vorstand", "direktion", "nessuno",
    "nadie", "ninguém", "personne", "vacante", "vago", "вакантно", "вакансия", "空席", "空缺", "공석", "無し", "確認できず",
    "लागू नहीं", "पता नहीं",
];

/// Words that occur in sentences but not in names.
#[rustfmt::skip]
pub(super) const NO_NAME: &[&str] = &[
    "the", "is", "was", "are", "has", "not", "no", "none", "could", "find", "found", "of", "at", "to", "and", "or", "for", "on",
    "see", "company", "ceo", "i", "currently", "unable", "information", "data", "as", "publicly", "unclear", "please", "there",
    "above", "below", "name", "full", "former", "vacant", "vacancy", "nobody", "somebody", "unknown", "unnamed", "undisclosed",
    "anonymous", "access", "denied", "error", "available", "linkedin", "website", "team", "management", "firstname", "lastname",
    "failed", "by", "vakant", "unbesetzt", "geschäftsführung", "inhaber", "family",
];

/// Words of posts. A name may contain such words, but not consist of them.
#[rustfmt::skip]
pub(super) const TITLES: &[&str] = &[
    "chief", "executive", "officer", "ceo", "cfo", "coo", "cto", "president", "vice", "vp", "svp", "evp", "founder", "cofounder",
    "co", "owner", "chairman", "chairwoman", "chairperson", "chair", "director", "managing", "general", "group", "global",
    "manager", "head", "partner", "principal", "interim", "acting", "board", "of", "and", "the", "phd", "mba", "jr", "sr",
];
