//! Reads the present company from a headline, when the headline names it with certainty. This module must
//! not look at the positions of a profile.

/// The present company in a headline. "CEO at Acme | Speaker" names Acme; "Former CEO at Acme" and "Student
/// at Acme" name none.
pub(crate) fn company(headline: &str) -> Option<String> {
    let statements = headline.split(['|', '•', '·', ';']);
    statements.filter_map(company_in).next()
}

fn company_in(statement: &str) -> Option<String> {
    let (role, after) = [" at ", " @ ", " @"]
        .iter()
        .filter_map(|sign| statement.split_once(sign))
        .min_by_key(|(role, _)| role.len())?;
    if !is_present_role(role) {
        return None;
    }
    let (name, remark) = after.split_at(name_end(after));
    let name = without_full_stop(name.trim().trim_end_matches('!'));
    (is_company(name) && !words(bracket(remark)).any(|word| is_past(&word))).then(|| name.to_owned())
}

/// A name without the full stop of its sentence. The stop of "S.A." belongs to the name.
fn without_full_stop(name: &str) -> &str {
    match name.strip_suffix('.') {
        Some(rest) if !rest.rsplit(' ').next().is_some_and(|word| word.contains('.')) => rest,
        _ => name,
    }
}

/// The end of the company's name: a sign that no name contains, or a second role.
fn name_end(after: &str) -> usize {
    let signs = after.find([',', '(', '[', '"']);
    let breaks = [" - ", " – ", " — ", " / ", ": "].into_iter().filter_map(|sign| after.find(sign));
    let roles = [" and ", " & ", " + "].into_iter().filter_map(|sign| {
        let at = after.find(sign)?;
        words(&after[at + sign.len()..]).next().is_some_and(|word| is_role(&word)).then_some(at)
    });
    signs.into_iter().chain(breaks).chain(roles).min().unwrap_or(after.len())
}

/// The text in the bracket at the start of `remark`: "(acquired by Initech)".
fn bracket(remark: &str) -> &str {
    let inside = remark.strip_prefix(['(', '[']).unwrap_or_default();
    &inside[..inside.find([')', ']']).unwrap_or(inside.len())]
}

/// Whether the words before "at" are a post that is held today. A denying word counts anywhere: "Former VP,
/// Sales".
fn is_present_role(role: &str) -> bool {
    let words: Vec<String> = words(role).collect();
    let is_field = || {
        let learns = |word: &String| LEARNING.contains(&word.as_str());
        words.last().is_some_and(|word| FIELDS.contains(&word.as_str())) && !words.iter().any(learns)
    };
    !words.iter().any(|word| is_past(word)) && (words.iter().any(|word| is_role(word)) || is_field())
}

/// Whether a text is a company's name. Names begin in upper case, with a digit ("3M", "1&1") or in another
/// script, and so do all their words except small ones. "Acme helping founders grow" is not a name.
fn is_company(name: &str) -> bool {
    let mut words = name.split(' ');
    let idiom = ["Large", "Scale", "Heart", "Home"].contains(&name);
    let first = words.next().unwrap_or_default();
    let numeric = |c: char| c.is_ascii_digit() || ".,+%-".contains(c);
    is_name_word(first)
        && !first.chars().all(numeric)
        && words.clone().count() < 8
        && words.all(|word| is_name_word(word) || SMALL.contains(&word))
        && !idiom
}

fn is_name_word(word: &str) -> bool {
    let is_first = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || !c.is_ascii();
    // Some names have an upper-case letter later ("eBay", "iRobot"), and "&" joins names.
    word.starts_with(is_first)
        || word.contains(|c: char| c.is_ascii_uppercase())
        || ["&", "+"].contains(&word)
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn is_role(word: &str) -> bool {
    ROLES.contains(&word)
}

fn is_past(word: &str) -> bool {
    PAST.contains(&word)
}

/// Words of posts in a company. The words of speakers, mentors, investors and board members are missing.
const ROLES: &[&str] = &[
    "ceo",
    "cto",
    "cfo",
    "coo",
    "cmo",
    "cio",
    "cpo",
    "cro",
    "ciso",
    "chro",
    "founder",
    "cofounder",
    "owner",
    "president",
    "partner",
    "principal",
    "chief",
    "officer",
    "director",
    "manager",
    "head",
    "lead",
    "leader",
    "vp",
    "svp",
    "evp",
    "avp",
    "chair",
    "chairman",
    "chairwoman",
    "chairperson",
    "executive",
    "engineer",
    "developer",
    "programmer",
    "architect",
    "designer",
    "scientist",
    "researcher",
    "analyst",
    "consultant",
    "strategist",
    "specialist",
    "coordinator",
    "administrator",
    "accountant",
    "auditor",
    "attorney",
    "lawyer",
    "counsel",
    "recruiter",
    "marketer",
    "editor",
    "writer",
    "journalist",
    "producer",
    "professor",
    "lecturer",
    "teacher",
    "physician",
    "nurse",
    "technician",
    "supervisor",
    "assistant",
    "associate",
    "representative",
    "sde",
    "swe",
    "intern",
    "secretary",
    "buyer",
    "planner",
    "banker",
    "trader",
    "controller",
    "treasurer",
    "dean",
    "geschäftsführer",
    "geschäftsführerin",
    "vorstand",
    "gérant",
    "directeur",
    "directrice",
    "gerente",
];

/// Fields that stand for a post at the end of a role: "Marketing at Acme".
const FIELDS: &[&str] = &["sales", "marketing", "product", "engineering", "operations", "partnerships"];

/// Words that make a field a field of study.
const LEARNING: &[&str] =
    &["in", "mba", "phd", "bsc", "msc", "ba", "ma", "degree", "bachelor", "master", "of"];

/// Words that say that a post is no longer, or not yet, held.
const PAST: &[&str] = &[
    "former",
    "formerly",
    "ex",
    "previous",
    "previously",
    "past",
    "retired",
    "was",
    "once",
    "until",
    "left",
    "acquired",
    "exited",
    "emeritus",
    "emerita",
    "looking",
    "seeking",
    "aspiring",
    "incoming",
    "future",
    "hopeful",
    "open",
    "student",
    "studying",
    "undergraduate",
    "graduate",
    "alumni",
    "alumnus",
    "alumna",
    "alum",
    "candidate",
];

/// Lower-case words that names of companies contain.
const SMALL: &[&str] = &[
    "of", "the", "for", "and", "de", "du", "des", "la", "le", "les", "et", "und", "y", "e", "van", "von",
    "der", "den", "di", "da", "do", "dos", "das", "del", "della", "plc", "gmbh", "inc", "ltd", "llc", "co",
];

#[cfg(test)]
mod tests {
    use super::company;

    #[test]
    fn a_present_role_names_its_company() {
        for (headline, expect) in [
            ("CEO at Acme", "Acme"),
            ("Co-Founder @ Acme Inc.", "Acme Inc"),
            ("Founder @Acme", "Acme"),
            ("CFO at Solvay S.A.", "Solvay S.A."),
            ("Chief Executive Officer at 1&1", "1&1"),
            ("Head of Growth at 3M", "3M"),
            ("Product Manager at 7-Eleven", "7-Eleven"),
            ("Sales at Acme", "Acme"),
            ("VP Marketing at Bank of the West", "Bank of the West"),
            ("CTO at eBay", "eBay"),
            ("Engineer at Örsted", "Örsted"),
            ("CEO at 腾讯", "腾讯"),
            ("Ex-Google | CEO at Acme", "Acme"),
            ("CEO at Acme | Former CEO at OldCo", "Acme"),
            ("Speaker at TED • Partner at Smith & Sons", "Smith & Sons"),
            ("Founder at Acme (YC W21)", "Acme"),
            ("CEO at Acme and Founder of Beta", "Acme"),
            ("CEO at Acme - we are hiring", "Acme"),
            ("Director at Vestas Wind Systems A/S", "Vestas Wind Systems A/S"),
            ("Manager at Johnson and Johnson", "Johnson and Johnson"),
        ] {
            assert_eq!(company(headline).as_deref(), Some(expect), "{headline}");
        }
    }

    #[test]
    fn a_role_that_is_not_held_today_names_no_company() {
        for headline in [
            "Former CEO at OldCo",
            "Ex-VP @ Google",
            "Ex CEO at Google",
            "Previously at Stripe, now consulting",
            "Former VP, Sales at OldCo",
            "Retired at 50",
            "Retired CEO at Acme",
            "Looking for opportunities at scale",
            "Looking for engineer roles at Acme",
            "Aspiring Data Scientist at Acme",
            "Incoming SWE at Google",
            "MBA at Harvard",
            "MBA in Marketing at Kellogg",
            "Student at MIT",
            "Engineering student at MIT",
            "Speaker at TED",
            "Investor",
            "CEO",
            "CEO at 50",
            "CEO at 30 and still learning",
            "Engineer at a startup",
            "Editor at Large",
            "CEO at Acme until 2023",
            "CEO at Acme helping founders grow",
            "Founder at Acme (acquired by Initech)",
            "CEO at Acme (former)",
            "Leads people at work",
            "at Acme",
            "",
        ] {
            assert_eq!(company(headline), None, "{headline}");
        }
    }
}
