//! What cells look like: names of columns, addresses, numbers, notes. This module is pure: text in, verdict
//! out.

/// What a cell looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Empty,
    /// A web address, an e-mail address or a host, which is never the name of a column.
    Address,
    Date,
    Number,
    Text,
}

/// What the cell looks like.
pub(crate) fn look(cell: &str) -> Look {
    let cell = cell.trim();
    if cell.is_empty() {
        return Look::Empty;
    }
    if is_address(cell) {
        return Look::Address;
    }
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let others = |allowed: &str| cell.chars().all(|c| c.is_ascii_digit() || allowed.contains(c));
    match () {
        () if digits == 0 => Look::Text,
        () if digits >= 6 && others("-/.: TZ") && cell.contains(['-', '/', '.', ':']) => Look::Date,
        () if others("-+., %$€£'") => Look::Number,
        () => Look::Text,
    }
}

/// `https://acme.com`, `jane@acme.com`, `acme.com`.
fn is_address(cell: &str) -> bool {
    if cell.contains(char::is_whitespace) {
        return false;
    }
    let lower = cell.to_lowercase();
    if ["http://", "https://", "www."].iter().any(|start| lower.starts_with(start)) {
        return true;
    }
    let host = lower.split_once('@').map_or(lower.as_str(), |(_, host)| host);
    let host = host.split('/').next().unwrap_or_default();
    let Some((name, ending)) = host.rsplit_once('.') else { return false };
    let is_ending = ending.chars().all(|c| c.is_ascii_lowercase()) && (2..=12).contains(&ending.len());
    let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'));
    let has_letter = name.chars().any(char::is_alphabetic);
    // `no.`, `e.g` and file names are not hosts.
    is_ending
        && is_name
        && has_letter
        && name.len() > 1
        && !matches!(ending, "csv" | "txt" | "xlsx" | "json" | "pdf")
}

/// The usual names of columns, in the languages of common exports. Of a name with several words, the last (or
/// first) word is looked up.
const NAMES: &[&str] = &[
    "account",
    "address",
    "adresse",
    "amount",
    "branche",
    "category",
    "ceo",
    "cidade",
    "city",
    "ciudad",
    "code",
    "company",
    "compañía",
    "comments",
    "contact",
    "correo",
    "country",
    "courriel",
    "currency",
    "cuenta",
    "date",
    "datum",
    "department",
    "description",
    "direccion",
    "dirección",
    "domain",
    "domaine",
    "domäne",
    "dominio",
    "e-mail",
    "email",
    "empleados",
    "employees",
    "employés",
    "empresa",
    "entreprise",
    "fax",
    "firma",
    "firmenname",
    "firstname",
    "funktion",
    "gender",
    "handle",
    "headcount",
    "headline",
    "homepage",
    "id",
    "industry",
    "job",
    "kategorie",
    "kommentar",
    "kunde",
    "land",
    "language",
    "lastname",
    "lead",
    "link",
    "linkedin",
    "location",
    "mail",
    "mitarbeiter",
    "mobile",
    "mobil",
    "nachname",
    "name",
    "naam",
    "nom",
    "nombre",
    "nome",
    "note",
    "notes",
    "notizen",
    "nummer",
    "number",
    "occupation",
    "on",
    "ort",
    "owner",
    "pays",
    "país",
    "phone",
    "plz",
    "position",
    "postcode",
    "price",
    "prénom",
    "profile",
    "profil",
    "qty",
    "quantity",
    "region",
    "revenue",
    "role",
    "rolle",
    "salary",
    "sector",
    "site",
    "sitio",
    "size",
    "société",
    "source",
    "stage",
    "stadt",
    "state",
    "status",
    "straße",
    "street",
    "surname",
    "tag",
    "tags",
    "telefon",
    "teléfono",
    "telephone",
    "title",
    "titel",
    "téléphone",
    "type",
    "typ",
    "umsatz",
    "unternehmen",
    "uri",
    "url",
    "username",
    "ville",
    "vorname",
    "web",
    "webseite",
    "website",
    "zip",
];

/// Whether the cell is a usual name of a column: `Email Address`, `company_domain`.
pub(crate) fn names_a_column(cell: &str) -> bool {
    let visible = |c: &char| !marl_core::terminal::is_unsafe(*c);
    let text: String = cell.chars().filter(visible).collect::<String>().to_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || matches!(c, '_' | '-' | '/' | '(' | ')' | '.')).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let is_known = |word: &str| NAMES.contains(&word);
    let ends = [words.first(), words.last()];
    !text.trim_end().ends_with(':')
        && words.len() <= 4
        && (is_known(text.trim()) || ends.into_iter().flatten().any(|word| is_known(word)))
}

/// The first cells of rows with totals.
pub(crate) const TOTALS: [&str; 13] = [
    "total",
    "totals",
    "grand total",
    "subtotal",
    "sum",
    "summe",
    "gesamt",
    "insgesamt",
    "gesamtsumme",
    "somme",
    "suma",
    "totale",
    "totaal",
];

/// How other notes after a table begin.
const FOOTERS: &[&str] = &[
    "exported",
    "exported on",
    "exported at",
    "exported by",
    "exported from",
    "generated",
    "generated on",
    "generated by",
    "generated at",
    "created on",
    "created by",
    "downloaded",
    "downloaded on",
    "downloaded from",
    "report generated",
    "printed on",
    "data exported",
    "end of report",
    "end of file",
    "end of export",
    "end of data",
    "copyright",
    "confidential",
    "exportiert",
    "exportiert am",
    "erstellt am",
    "stand",
    "quelle",
    "exporté le",
    "généré le",
    "exportado el",
    "exportado em",
    "generado el",
    "generado por",
    "esportato il",
    "total rows",
    "total records",
    "total results",
    "number of rows",
    "number of records",
    "row count",
    "record count",
    "rows",
    "records",
    "source",
    "note",
    "notes",
    "page",
    "as of",
];

/// Whether a line with one cell after the rows is certainly a note: it begins as notes do, and contains a
/// date, a number or something after a colon.
pub(crate) fn is_certain_note(text: &str) -> bool {
    let has_details = text.contains(':') || text.chars().any(|c| c.is_ascii_digit());
    begins_as_mark(text) || (begins_as_footer(text) && has_details)
}

/// Whether a line with one cell, set apart from the rows, is a note.
pub(crate) fn is_note_apart(text: &str) -> bool {
    /// Company names have fewer words.
    const SENTENCE: usize = 7;
    let words = text.split_whitespace().count();
    let lower = text.trim().trim_end_matches(':').to_lowercase();
    is_certain_note(text)
        || TOTALS.contains(&lower.as_str())
        || words >= SENTENCE
        || lower.starts_with("exported ")
        || lower.starts_with("generated ")
        || lower.starts_with("end of ")
}

/// Whether the text begins as notes after a table do.
pub(crate) fn begins_as_footer(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    TOTALS.iter().chain(FOOTERS).any(|start| {
        let rest = lower.strip_prefix(start);
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

fn begins_as_mark(text: &str) -> bool {
    let text = text.trim_start();
    ["# ", "## ", "// ", "* ", "--", "==", "©"].iter().any(|mark| text.starts_with(mark)) || text == "#"
}

/// Whether a line before the header is a note by itself: a comment, or a few words.
pub(crate) fn is_note_before(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('#')
        || text.starts_with("//")
        || text.ends_with(':')
        || text.split_whitespace().count() >= 2
}
