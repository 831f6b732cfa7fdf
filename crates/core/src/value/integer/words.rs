//! Words that may surround a number without changing its meaning, and words that multiply it. Data for
//! `integer`.

/// Factors by their names. Ambiguous names such as `bio` and `billón` are missing. So is `mil`, which may
/// abbreviate an English million; see [`with_clear_units`].
pub(super) const UNITS: &[(&[&str], f64)] = &[
    (&["hundred", "百"], 1e2),
    (
        &[
            "k",
            "thousand",
            "thousands",
            "tsd",
            "tausend",
            "mille",
            "mila",
            "duizend",
            "tusen",
            "tusind",
            "tys",
            "tysięcy",
            "tis",
            "tisíc",
            "тыс",
            "тысяч",
            "тысячи",
            "тис",
            "bin",
            "ribu",
            "nghìn",
            "ngàn",
            "ezer",
            "हजार",
            "हज़ार",
            "ألف",
            "آلاف",
            "هزار",
            "千",
            "천",
            "พัน",
        ],
        1e3,
    ),
    (&["万", "萬", "만"], 1e4),
    (&["lakh", "lakhs", "lac", "lacs", "लाख", "লাখ"], 1e5),
    (
        &[
            "m",
            "mn",
            "mm",
            "mio",
            "mln",
            "million",
            "millions",
            "millionen",
            "millón",
            "millones",
            "milhão",
            "milhões",
            "milione",
            "milioni",
            "miljoen",
            "miljoner",
            "millioner",
            "milionów",
            "miliony",
            "млн",
            "миллион",
            "миллиона",
            "миллионов",
            "мільйонів",
            "milyon",
            "juta",
            "triệu",
            "مليون",
            "میلیون",
        ],
        1e6,
    ),
    (&["crore", "crores", "cr", "करोड़", "करोड़", "করোড়"], 1e7),
    (&["億", "亿", "억"], 1e8),
    (
        &[
            "b",
            "bn",
            "billion",
            "billions",
            "mrd",
            "mld",
            "milliarde",
            "milliarden",
            "milliard",
            "milliards",
            "miliardo",
            "miliardi",
            "miljard",
            "miljarder",
            "bilhão",
            "bilhões",
            "млрд",
            "миллиардов",
            "milyar",
            "miliar",
            "tỷ",
            "مليار",
        ],
        1e9,
    ),
];

/// Phrases before a number that do not change its meaning.
#[rustfmt::skip]
pub(super) const BEFORE: &[&str] = &[
    "about", "approximately", "approx", "around", "roughly", "circa", "ca", "c", "some", "~", "≈", ">", "≥", "over",
    "more than", "at least", "nearly", "almost", "between", "estimated", "an estimated", "est", "a total of",
    "currently", "employs", "number of", "count", "team", "team of", "team size", "upwards of", "in excess of", "from", "well over", "just over",
    // German.
    "über", "ueber", "mehr als", "rund", "etwa", "ungefähr", "zirka", "knapp", "fast", "mindestens", "zwischen",
    "von", "ab", "insgesamt", "anzahl", "mitarbeiterzahl", "ca",
    // French.
    "environ", "plus de", "près de", "au moins", "quelque", "autour de", "entre", "de", "effectif", "nombre de",
    // Spanish, Portuguese, Italian.
    "más de", "mas de", "alrededor de", "aproximadamente", "cerca de", "unos", "unas", "al menos", "casi",
    "número de", "mais de", "por volta de", "pelo menos", "quase", "oltre", "più di", "almeno", "quasi", "tra",
    "circa", "numero di",
    // Dutch, Swedish, Danish, Norwegian, Polish, Russian, Turkish.
    "meer dan", "ongeveer", "minstens", "ruim", "tussen", "över", "omkring", "cirka", "mer än", "ungefär", "mere end",
    "mer enn", "rundt", "ponad", "powyżej", "ok", "około", "okolo", "więcej niż", "более", "около", "свыше", "примерно", "больше",
    "yaklaşık", "lebih dari", "sekitar", "hơn", "khoảng",
    // Hindi, Arabic.
    "लगभग", "करीब", "أكثر من", "حوالي", "نحو",
    // Japanese, Chinese, Korean.
    "約", "约", "大約", "大约", "超过", "超過", "约有", "従業員数", "社員数", "员工数", "员工人数", "員工人數", "약",
];

/// Phrases after a number that do not change its meaning.
#[rustfmt::skip]
pub(super) const AFTER: &[&str] = &[
    "+", "plus", "?", "- ish", "ish", "to be verified", "to be confirmed", "or more", "or so", "approximately", "approx", "estimated", "est", "worldwide", "globally",
    "global", "on linkedin", "according to linkedin", "per linkedin", "in total", "currently", "weltweit", "insgesamt", "oder mehr", "und mehr", "ou plus", "au total",
    "dans le monde", "o más", "en total", "en todo el mundo", "ou mais", "no total", "no mundo", "o più",
    "in totale", "nel mondo", "of meer", "wereldwijd", "以上", "余", "多", "이상", "余り", "여", "여 명", "여명",
];

/// Words that introduce the date of a count.
pub(super) const DATES: &[&str] = &[
    "as of",
    "as at",
    "in",
    "at",
    "since",
    "for",
    "year",
    "fiscal year",
    "fy",
    "en",
    "em",
    "nel",
    "im",
    "im jahr",
    "stand",
    "au",
];

/// Words for what is counted.
#[rustfmt::skip]
pub(super) const THINGS: &[&str] = &[
    "employees", "employee", "people", "persons", "person", "persona", "personne", "pessoa", "чел", "linkedin employees", "staff", "staff members", "team members", "members", "workers",
    "full-time", "full time", "fte", "ftes", "headcount", "followers", "connections", "total", "associates",
    "mitarbeiter", "mitarbeitende", "mitarbeitenden", "mitarbeitern", "mitarbeiterinnen und mitarbeiter",
    "beschäftigte", "beschäftigten", "angestellte", "personen", "menschen", "follower",
    "employés", "salariés", "collaborateurs", "personnes", "abonnés", "de personnes", "d'employés",
    "empleados", "trabajadores", "personas", "colaboradores", "seguidores", "de personas", "de empleados",
    "funcionários", "funcionarios", "pessoas", "empregados", "de pessoas", "de funcionários",
    "dipendenti", "addetti", "persone", "di dipendenti", "di persone", "medewerkers", "werknemers", "mensen",
    "anställda", "medarbetare", "medarbejdere", "ansatte", "pracowników", "osób", "сотрудников", "человек",
    "работников", "çalışan", "karyawan", "orang", "nhân viên", "कर्मचारी", "लोग", "موظف", "موظفًا", "شخص",
    "人", "名", "社員", "従業員", "员工", "員工", "名员工", "人の従業員", "명", "직원", "명의 직원", "人以上", "名以上", "多人",
    "余人", "多名", "多名员工", "余名", "余名员工", "人の社員", "명 이상",
];

/// Places of which a company may have several.
#[rustfmt::skip]
pub(super) const PLACES: &[&str] = &[
    "offices", "countries", "locations", "cities", "sites", "states", "continents", "branches", "stores", "markets",
    "regions", "territories", "plants", "facilities", "ländern", "standorten", "büros", "pays", "países", "paesi",
];

/// Words between the ends of a range.
pub(super) const RANGE: &[&str] = &["to", "bis", "à", "a", "hasta", "até", "tot", "до", "till", "til"];

/// Words before a range, and the words between the ends of such a range.
pub(super) const BETWEEN: &[&str] =
    &["between", "zwischen", "entre", "tra", "fra", "tussen", "mellan", "mellem"];
pub(super) const BETWEEN_AND: &[&str] = &["and", "und", "et", "y", "e", "en", "och", "og"];

/// The text with `mil` replaced by `k` where other words show that it means a thousand. On its own it may
/// abbreviate an English million, and stays unread.
pub(super) fn with_clear_units(text: &str) -> String {
    if !text.contains("mil") {
        return text.to_owned();
    }
    const IBERIAN: &[&str] = &[
        "empleados",
        "trabajadores",
        "personas",
        "colaboradores",
        "seguidores",
        "más",
        "mas",
        "unos",
        "alrededor",
        "aproximadamente",
        "cerca",
        "funcionários",
        "funcionarios",
        "pessoas",
        "mais",
        "empregados",
        "casi",
        "quase",
    ];
    let words = || text.split(|c: char| !c.is_alphanumeric());
    let is_thousand = words().any(|word| word == "mil") && words().any(|word| IBERIAN.contains(&word));
    if is_thousand { text.replace(" mil ", " k ") } else { text.to_owned() }
}
