//! Reads the address in the link formula of a spreadsheet, which exports contain instead of the link. This
//! module must not evaluate a formula.

/// The names of the function in several languages of spreadsheets.
const NAMES: &[&str] = &[
    "hyperlink",
    "lien_hypertexte",
    "hipervinculo",
    "hipervínculo",
    "hiperligação",
    "hiperlink",
    "collegamento.ipertestuale",
    "colleg.ipertestuale",
    "hyperlänk",
    "hyperkobling",
    "hyperlinkki",
    "hiperłącze",
    "hiperhivatkozás",
    "hypertextový.odkaz",
    "köprü",
    "гиперссылка",
];

/// The address in `=HYPERLINK("https://acme.com"; "Acme")` or in `="https://acme.com"`.
pub(super) fn address(text: &str) -> Option<String> {
    let formula = text.trim().trim_start_matches('\'').strip_prefix(['=', '+', '@'])?.trim_start_matches('=');
    let formula = formula.trim_start();
    if formula.starts_with(is_quote) {
        let (literal, rest) = literal(formula)?;
        return rest.trim().is_empty().then_some(literal);
    }
    let lower = formula.to_lowercase();
    // Lower case may change the length of a character, but only in text without such a function.
    let (at, name) = NAMES.iter().filter_map(|name| Some((lower.find(&format!("{name}("))?, name))).min()?;
    let argument = formula.get(at + name.len() + 1..)?.trim_start();
    let doubled = argument.starts_with("\"\"") && !argument[2..].trim_start().starts_with([',', ';', ')']);
    let argument = if doubled { argument.replace("\"\"", "\"") } else { argument.to_owned() };
    let (literal, rest) = literal(&argument)?;
    // An expression such as `"https://acme.com/"&A2` names another page than its first literal.
    let rest = rest.trim_start();
    (rest.is_empty() || rest.starts_with([',', ';', ')'])).then_some(literal)
}

fn is_quote(character: char) -> bool {
    ['"', '“', '”', '„'].contains(&character)
}

/// A quoted text and the text after it. A doubled quote stands for a quote.
fn literal(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix(is_quote)?;
    let mut literal = String::new();
    loop {
        let end = rest.find(is_quote)?;
        literal.push_str(&rest[..end]);
        rest = rest[end..].strip_prefix(is_quote)?;
        match rest.strip_prefix('"') {
            Some(more) => {
                literal.push('"');
                rest = more;
            }
            None => return Some((literal, rest)),
        }
    }
}
