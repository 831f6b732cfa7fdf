//! Beginnings of sentences that state that nothing is known. Data for `placeholder`.

/// The openings. Each begins with the possible first words, separated by `|`, followed by a regular
/// expression for the words after them. Words are in lower case, separated by single spaces, and ` ;`
/// stands for a comma, a full stop, a bracket or the end. A name in `{...}` refers to [`CLASSES`]. Every
/// opening is long enough that no description of a company begins like it.
pub(super) const OPENINGS: &[&str] = &[
    // English: somebody looked and found nothing.
    "i|we (?:could|can|did) (?:not|no) {some}(?:{find}|{known}|{facts}|be (?:sure|certain))",
    "i|we (?:couldn't|can't|cannot|didn't) {some}(?:{find}|{known}|{facts}|be (?:sure|certain))",
    "i|we (?:do|did|was|am|were|are) not (?:able to {find}|aware|find|see any|know)",
    "i|we do not (?:currently |actually )?(?:have|possess) {some}(?:{facts}|access|enough)",
    "i|we (?:don't|doesn't) (?:currently |actually )?(?:have|know|see|possess)",
    "i|we have not (?:found|been)",
    "i|we (?:wasn't|weren't|haven't) (?:able|found|been)",
    "i|we (?:was|am|were|are) (?:sorry|unable)",
    "i|we apologi[sz]e",
    "i'm (?:unable|sorry|not|afraid)",
    "i've (?:found|got) (?:no|nothing)",
    "i|we (?:have|found) (?:nothing|no {some}{facts})",
    "as an ai (?:language model|assistant|model|;)",
    "as an artificial intelligence",
    "unable|failed to {find}",
    "i|we (?:cannot|can't) (?:help|assist) (?:you )?with",
    "nothing found for (?:this|the) (?:domain|company|website|query)",
    "rate limit exceeded ; $",
    "this|it (?:domain |website |site )?appears to be (?:a|an) (?:parked|placeholder)",
    "not able to {find}",
    "could|can not {find}",
    "couldn't|cannot|can't {find}",
    "could|can not be {known}",
    "couldn't|cannot be {known}",
    "my (?:search|research|knowledge|sources|training) {some}(?:not|no|nothing|didn't|doesn't)",
    "searching|search|searches|research {some}(?:yielded|returned|revealed|found|produced) (?:no|nothing)",
    // English: there is none of something.
    "no {facts}{end}",
    "no {facts} {known}",
    "no {facts} (?:was|is|were|are|could|can|has|have)",
    "no {facts} (?:about|on|regarding|for|in)",
    "no {sort} {some}{known}",
    "no {sort} {facts}{end}",
    "no {some}{facts} {known}",
    "no {some}{facts} (?:was|is|were|are|could) (?:publicly|be|{known})",
    "no (?:linkedin|ceo|profile|website|company) {some}{known}",
    "no (?:[^ ;]+ ){1,4}(?:is |was |were |are |has been |have been |could be )?(?:currently |publicly |yet )?{known} ; $",
    "little to no {some}{facts}",
    "no (?:matching |relevant |search )?(?:match|matches|result|results|answer|data|record|entry|description)(?: found| available| returned)? ; $",
    "there (?:is|was|are|were) (?:currently |simply )?no {some}{facts} {some}{known}",
    "there (?:is|was|are|were) (?:currently |simply )?no {some}{facts} (?:;|about|on|regarding)",
    "there's (?:currently |simply )?no {some}{facts}",
    "there (?:is|was|are|were) (?:not (?:enough|any)|insufficient) (?:{facts}|{sort})",
    "there (?:isn't|wasn't|aren't|weren't) (?:enough|any|sufficient) (?:{facts}|{sort})",
    "there (?:is|are|was|were) (?:currently )?no (?:[^ ;]+ ){1,5}{known}",
    "there does not (?:appear|seem) to be",
    "not (?:enough|sufficient) {facts}",
    "insufficient {facts}",
    "not publicly {known}",
    "not (?:currently|yet|explicitly|clearly|specifically|readily) {known}",
    "not {known}{end}",
    "not (?:sure|clear|certain|determinable|given|known|public|defined|set){end}",
    "unknown|undisclosed|unspecified|undetermined{end}",
    "unclear (?:from|if|whether|which|who|what|as|at|due|based|because)",
    "it is (?:not (?:clear|known (?:;|who|what|whether|if|how)|publicly|possible to {find})|unclear|unknown)",
    "it's (?:not (?:clear|known|publicly|possible to {find})|unclear|unknown)",
    "it was not possible",
    "none {known}{end}",
    "none publicly {known}",
    "none could be {known}",
    "none of the (?:[^ ;]+ )?(?:search results|results|sources|documents|pages|articles)",
    "nothing {known}{end}",
    "nothing (?:is|was|publicly) {known}",
    "nothing could be {known}",
    "information|info|data|details|evidence|results|records|mention|sources (?:is |are |was |were )?not {known}{end}",
    "information|info|data|details|evidence|results|records|sources (?:is |are |was |were )?not publicly {known}",
    "information|info|data|details|results|records (?:is |are |was |were )?(?:unavailable|unknown|undisclosed){end}",
    "information|details|data {some}(?:is|are|was|were|could) not (?:be )?(?:publicly|currently|readily|{known})",
    // English: nothing is known about a subject.
    "{subject} {some}(?:is|are|was|were|been) not (?:publicly|currently|readily|explicitly) {known}",
    "{subject} {some}(?:is|are|was|were|been) not (?:disclosed|found|specified|mentioned|provided|stated)",
    "{subject} {some}(?:is|are|was|were) not available{end}",
    "{subject} {some}(?:is|are|was|were) (?:unknown|undisclosed|unavailable|unclear|unspecified){end}",
    "{subject} {some}(?:could|can) not be {known}",
    "{subject} {some}(?:cannot|couldn't) be {known}",
    "{subject} {some}{papers} (?:do|does|did) not {some}{tell}",
    "{subject} {some}{papers} (?:don't|doesn't|didn't|contain no|contains no|contained no|provide no|provided no|lack)",
    "results|sources|search (?:results )?(?:do|does|did) not {some}{tell}",
    "the|this (?:company|site|website|domain) (?:does|did) not (?:exist|disclose|publicly|resolve|load)",
    "the|this (?:company|site|website|domain) (?:does|did) not (?:appear|seem) to (?:exist|be)",
    "the|this (?:website|site|domain|page) {some}is (?:parked|unreachable|inaccessible|down|offline|unavailable)",
    "the|this (?:website|site|page|domain) (?:could not be|cannot be|can't be|couldn't be|isn't|does not) (?:{known}|reached|loaded|opened|working|exist)",
    "the|this domain {some}(?:is|may be) for sale",
    "website|site|domain {some}is (?:parked|unreachable|inaccessible)",
    "website|site|domain (?:is )?(?:parked|unreachable|inaccessible|down|offline){end}",
    "domain (?:is )?for sale",
    "{noun} (?:[^ ;]+ ){0,3}?(?:is |are |was |were |has |have |could |can )?(?:not (?:been |be |yet |currently |publicly )*{known}|cannot be {known}|unknown|unavailable|undisclosed|unspecified|unclear) ; $",
    // Error pages.
    "access (?:denied|forbidden|to this (?:page|site|resource|website) (?:is|has been) (?:denied|blocked|restricted)) ;",
    "access (?:denied|blocked|restricted) {some}(?:permission|error|firewall|cloudflare)",
    "403|404|401|429|500|502|503|504|520|522 (?:; )?(?:error |http )?(?:forbidden|not found|unauthorized|page not found|too many requests|internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out|gateway timeout|error)(?: ;| $|$| (?:while|when|the|this|page|for|on|at|error))",
    "error|http (?:; )?(?:code |status |error )?(?:401|403|404|410|429|500|502|503|504)(?: ;| $|$| (?:not|page|forbidden|unauthorized|unauthorised|error|bad|service|internal|too|gateway|gone|access|while|when|occurred|returned|received|was (?:returned|received)))",
    "forbidden|unauthorized ; $",
    "page|resource|file not found ;",
    "just a moment ; (?:$|please|checking|while|we)",
    "attention required ;",
    "checking (?:your browser|if the site connection is secure)",
    "verify|verifying|confirm (?:that )?you are (?:a )?(?:human|not a robot)",
    "are you (?:a robot|human) ; $",
    "please (?:enable|turn on) (?:javascript|cookies|js)",
    "please (?:wait|verify|complete the (?:captcha|security check)|try again|check back|sign in|log in|login)",
    "enable javascript",
    "you need to enable javascript",
    "you (?:do not|don't) have (?:permission|access)",
    "this (?:site|page|website) can't be reached",
    "this (?:site|page|website) (?:isn't|is not) (?:working|available)",
    "internal server error",
    "too many requests ;",
    "bad gateway ;",
    "gateway|connection|request (?:time-out|timeout|timed out|refused|reset|blocked) ;",
    "service (?:temporarily )?unavailable ;",
    "sign|log in to (?:continue|view|see)",
    // German.
    "ich|wir (?:konnte|konnten|kann|können|habe|haben|finde|finden) {some}(?:keine|keinen|kein|nicht|nichts)",
    "es|dazu|hierzu (?:wurden?|konnten?|liegen|liegt|gibt|sind|ist) {some}(?:keine|keinen|kein|nicht|nichts) {some}(?:informationen|daten|angaben|hinweise|ergebnisse|quellen|gefunden|verfügbar|bekannt|ermittelt|vor)",
    "informationen|daten|angaben {some}nicht {some}(?:verfügbar|gefunden|bekannt|vorhanden)",
    "keine|keinen|kein|keinerlei {some}(?:verfügbar|gefunden|bekannt|vorhanden|angegeben|auffindbar|ermittelbar|veröffentlicht|verfügbaren (?:informationen|daten|angaben)|informationen|angaben)",
    "die|der|das|zu|über {some}(?:nicht|keine) {some}(?:gefunden|bekannt|verfügbar|ermittelt|öffentlich|angegeben|veröffentlicht|informationen|angaben|enthalten)",
    "nicht (?:öffentlich|bekannt|verfügbar|gefunden|angegeben|ermittelbar|feststellbar){end}",
    "konnte|konnten (?:nicht|(?:ich|wir) {some}(?:keine|keinen|kein|nicht|nichts))",
    // French.
    "je (?:n'ai|ne|n'arrive) {some}(?:pas|aucune?|trouvé)",
    "aucune|aucun {some}(?:disponibles?|trouvée?s?|n'a|n'est|n'ont|connue?|publique|fiable|précise)",
    "il n'y a (?:pas|aucune?)",
    "les|la|le|l'information {some}(?:pas|non) {some}(?:disponibles?|trouvée?s?|connue?s?|précisée?s?|publique|divulguée?s?)",
    "pas (?:d'informations?|de (?:données|résultats?)|disponible)",
    // Spanish and Portuguese.
    "no (?:se|pude|he|hay|existe|existen|encontré|dispongo|tengo|fue|puedo|logré) {some}(?:encontr[^ ]*|información|datos|disponibles?|posible|determinar|localizar|acceder|dispone)",
    "información|informacion|dato|datos no (?:disponibles?|encontrad[^ ]*)",
    "sin (?:información|informacion|datos)(?: disponibles?)?{end}",
    "informação|informações|informacoes|dados (?:não|nao) (?:disponíve[^ ]*|encontrad[^ ]*|informad[^ ]*)",
    "informazioni|dati non (?:disponibili|trovat[^ ]*)",
    "no hay (?:información|datos|resultados)",
    "la|el|los|las {some}no (?:está|están|fue|se|contienen?|incluyen?|proporcionan?|mencionan?) {some}(?:disponibles?|encontr[^ ]*|información|datos|especifica[^ ]*|pública|divulga[^ ]*|conoce)",
    "não|nao (?:foi|foram|há|ha|encontrei|consegui|existem?|tenho|localizei|se|pude|posso) {some}(?:encontrad[^ ]*|encontrar|informaç[^ ]*|informac[^ ]*|dados|possível|possivel|disponíve[^ ]*|determinar|localizar|acessar)",
    "não|nao (?:encontrei|localizei)",
    "a|o|os|as {some}(?:não|nao) (?:está|estão|foi|foram|contêm|contém|mencionam|fornecem) {some}(?:disponíve[^ ]*|encontrad[^ ]*|informaç[^ ]*|divulgad[^ ]*|especificad[^ ]*)",
    // Italian and Dutch.
    "non (?:ho|è|sono|ci|si|posso|riesco|dispongo) {some}(?:trovat[^ ]*|trovare|informazioni|dati|possibile|disponibil[^ ]*|determinare|accedere|noto)",
    "nessuna|nessun {some}(?:disponibil[^ ]*|trovat[^ ]*)",
    "ik (?:kon|kan|heb|vond) {some}(?:geen|niet|niets)",
    "er (?:is|zijn|werd|werden|kon|konden) {some}(?:geen|niet|niets)",
    "geen {some}(?:gevonden|beschikbaar|bekend|informatie)",
    // Swedish and Turkish.
    "hittade {some}(?:ingen|inga|inte|inget)",
    "bu {some}bulunamadı",
    // Russian and Polish.
    "я не (?:смог|нашел|нашёл|могу|нашла|имею)",
    "не удалось (?:найти|определить|получить)",
    "информация|данные {some}(?:не|отсутству[^ ]*)",
    "brak (?:dostępnych |wiarygodnych |publicznych )?(?:informacji|danych)",
    "nie (?:udało|znalazłem|znalazłam|ma|mogę|mam|znaleziono) {some}(?:znaleźć|informacji|danych)",
];

/// The meanings of the names in the patterns.
const CLASSES: &[(&str, &str)] = &[
    // A break, or a word that continues a statement where a name or a product would not follow: "unknown
    // at this time", "not found in 2 sources". Words that descriptions also use are missing: "not known
    // for", "not available in stores".
    (
        "end",
        " (?:;|as|due|because|since|but|publicly|yet|to me|(?:at|by|in|on|from|about) (?:the|this|any|all|public|publicly|search|my|available|provided|our|open|online|official|web|linkedin|[0-9]+))",
    ),
    ("some", "(?:[^ ;]+ ){0,6}?"),
    (
        "find",
        "(?:find|determine|identify|locate|verify|confirm|access|retrieve|provide|establish|obtain|get|answer|fetch|reach|load|open|extract|ascertain)",
    ),
    (
        "known",
        "(?:found|available|disclosed|known|specified|stated|provided|listed|mentioned|determined|identified|verified|located|confirmed|published|reported|applicable|accessible|accessed|retrieved|detected|established|shared|given|indicated|ascertained)",
    ),
    ("facts", "(?:information|info|data|details|evidence|results|records|mention|sources|answer|results)"),
    (
        "sort",
        "(?:specific|public|publicly|reliable|relevant|verifiable|verified|official|credible|confirmed|clear|available|further|definitive|concrete|detailed|matching|known|conclusive|explicit|current|trustworthy)",
    ),
    (
        "papers",
        "(?:results?|sources?|snippets?|context|documents?|articles?|text|pages?|website|site|content|data|information|material|profile)",
    ),
    (
        "tell",
        "(?:contain|provide|mention|include|list|specify|disclose|state|give|show|reveal|indicate|identify|name|offer|yield|return|have|publish)",
    ),
];

/// Words that may begin a sentence about something unknown. They replace `{subject}` and `{noun}` at the
/// beginning of a pattern.
const SUBJECT: &str = "the|this|these|its|their|my|available|provided|specific|exact|company|company's|information|data|details";
const NOUN: &str = "description|company|ceo|name|employee|employees|tech|technology|technologies|stack|profile|linkedin|website|page|headline|location|title|summary|overview|count|number|headcount|size|industry|founder|email|e-mail|phone|address|url|domain|value|content|person|user|account|resource|record|entry|information|data|details|result|results|match|answer|exact|official|current|followers|revenue";

/// The regular expression of an opening with its classes expanded.
pub(super) fn expanded(pattern: &str) -> String {
    CLASSES
        .iter()
        .fold(pattern.to_owned(), |pattern, (name, meaning)| pattern.replace(&format!("{{{name}}}"), meaning))
}

/// Splits an opening into its possible first words and the rest.
pub(super) fn first_words(opening: &'static str) -> (&'static str, &'static str) {
    let end = opening.find([' ', '{']).filter(|end| *end > 0).unwrap_or(0);
    match opening[end..].strip_prefix("{subject}").map(|rest| (SUBJECT, rest)) {
        Some(found) if end == 0 => found,
        _ => match opening.strip_prefix("{noun}") {
            Some(rest) => (NOUN, rest),
            None => opening.split_at(end),
        },
    }
}
