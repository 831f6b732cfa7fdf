//! The columns of a new contract: their names, and types guessed from the names. This module writes nothing.

use crate::failure::Failure;

use super::name::is_snake_case;

const LONGEST: usize = 60;

/// The key that every research question contains beside the outputs.
const SOURCE: &str = "source_url";

/// A column of the new contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// The semantic types of `marl-core`, repeated here because xtask does not compile that crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Domain,
    LinkedinUrl,
    CompanyLinkedinUrl,
    Url,
    Email,
    Phone,
    Country,
    Date,
    Boolean,
    Integer,
    Number,
    Text,
    List,
    Json,
}

impl Kind {
    const ALL: [Self; 14] = [
        Self::Domain,
        Self::LinkedinUrl,
        Self::CompanyLinkedinUrl,
        Self::Url,
        Self::Email,
        Self::Phone,
        Self::Country,
        Self::Date,
        Self::Boolean,
        Self::Integer,
        Self::Number,
        Self::Text,
        Self::List,
        Self::Json,
    ];

    /// The word for the type after a column's name.
    fn word(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::LinkedinUrl => "linkedin_url",
            Self::CompanyLinkedinUrl => "company_linkedin_url",
            Self::Url => "url",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Country => "country",
            Self::Date => "date",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Text => "text",
            Self::List => "list",
            Self::Json => "json",
        }
    }

    /// The name of the variant of `SemanticType`.
    pub(super) fn variant(self) -> &'static str {
        match self {
            Self::Domain => "Domain",
            Self::LinkedinUrl => "LinkedinUrl",
            Self::CompanyLinkedinUrl => "CompanyLinkedinUrl",
            Self::Url => "Url",
            Self::Email => "Email",
            Self::Phone => "Phone",
            Self::Country => "Country",
            Self::Date => "Date",
            Self::Boolean => "Boolean",
            Self::Integer => "Integer",
            Self::Number => "Number",
            Self::Text => "Text",
            Self::List => "List",
            Self::Json => "Json",
        }
    }

    /// Whether a normalised cell of this type can only be a name on the internet, without free text.
    pub(super) fn is_plain(self) -> bool {
        matches!(self, Self::Domain | Self::LinkedinUrl | Self::CompanyLinkedinUrl)
    }

    /// A cell in normal form, for tests.
    pub(super) fn sample(self) -> &'static str {
        match self {
            Self::Domain => "acme.com",
            Self::LinkedinUrl => "https://www.linkedin.com/in/jane-doe",
            Self::CompanyLinkedinUrl => "https://www.linkedin.com/company/acme",
            Self::Url => "https://acme.com/about",
            Self::Email => "jane@acme.com",
            Self::Phone => "+14155550100",
            Self::Country => "DE",
            Self::Date => "2021-05-03",
            Self::Boolean => "true",
            Self::Integer => "1999",
            Self::Number => "12.5",
            Self::Text => "Anvils and ropes",
            Self::List => "Rust; Go",
            Self::Json => "{\"plan\":\"free\"}",
        }
    }

    /// A cell for an input in tests. It differs from the sample, because an answer that repeats the question
    /// counts as no answer.
    pub(super) fn asked(self) -> &'static str {
        if self == Self::Text { "Acme Works" } else { self.sample() }
    }

    fn guess(name: &str) -> Self {
        if name.ends_with("linkedin_url") {
            return if name.contains("company") { Self::CompanyLinkedinUrl } else { Self::LinkedinUrl };
        }
        let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word));
        let last = name.rsplit('_').next().unwrap_or_default();
        match () {
            () if ends(&["domain"]) => Self::Domain,
            () if ends(&["url", "website"]) => Self::Url,
            () if ends(&["email"]) => Self::Email,
            () if ends(&["phone"]) => Self::Phone,
            () if last == "country" => Self::Country,
            () if ends(&["_date"]) || last == "date" => Self::Date,
            () if name.starts_with("is_") || name.starts_with("has_") => Self::Boolean,
            () if ends(&["_count", "employees", "founded", "year"]) => Self::Integer,
            () if ends(&["_stack", "_list"]) || LISTS.contains(&last) => Self::List,
            () => Self::Text,
        }
    }
}

/// Last words of names that stand for several things.
const LISTS: [&str; 24] = [
    "tags",
    "categories",
    "certifications",
    "cities",
    "competitors",
    "countries",
    "customers",
    "founders",
    "industries",
    "integrations",
    "investors",
    "keywords",
    "languages",
    "locations",
    "markets",
    "names",
    "offices",
    "partners",
    "products",
    "services",
    "skills",
    "technologies",
    "tools",
    "topics",
];

/// Reads the inputs and the outputs, or describes the first mistake.
pub(super) fn check(inputs: &[String], outputs: &[String]) -> Result<(Vec<Column>, Vec<Column>), Failure> {
    let inputs = read("input", inputs)?;
    let outputs = read("output", outputs)?;
    if let Some(both) = outputs.iter().find(|output| inputs.iter().any(|input| input.name == output.name)) {
        return Err(Failure::new(format!("`{}` is an input and an output", both.name))
            .hint("an integration adds columns: give the output a name of its own"));
    }
    if outputs.iter().any(|output| output.name == SOURCE) {
        return Err(Failure::new(format!("`{SOURCE}` cannot be an output")).hint(
            "every research question asks for the source, which is kept with each cell: leave it out",
        ));
    }
    Ok((inputs, outputs))
}

fn read(what: &str, texts: &[String]) -> Result<Vec<Column>, Failure> {
    let mut columns: Vec<Column> = Vec::new();
    for text in texts {
        let column = column(what, text)?;
        if columns.iter().any(|known| known.name == column.name) {
            return Err(Failure::new(format!("the {what} `{}` is named twice", column.name))
                .hint("name every column once"));
        }
        columns.push(column);
    }
    if columns.is_empty() {
        return Err(Failure::new(format!("no {what} is named")).hint(format!("name one with `--{what}s`")));
    }
    Ok(columns)
}

fn column(what: &str, text: &str) -> Result<Column, Failure> {
    let text = text.trim();
    let (name, word) = text.split_once(':').map_or((text, None), |(name, word)| (name, Some(word)));
    if !is_snake_case(name) || name.len() > LONGEST {
        let name = name.escape_debug();
        return Err(Failure::new(format!("the {what} `{name}` is not a column's name"))
            .hint(format!("columns are snake_case, at most {LONGEST} characters, like `company_domain`")));
    }
    let kind = match word {
        None => Kind::guess(name),
        Some(word) => Kind::ALL.into_iter().find(|kind| kind.word() == word).ok_or_else(|| {
            let words = Kind::ALL.map(|kind| format!("`{}`", kind.word())).join(", ");
            Failure::new(format!("`{}` is not a type of column", word.escape_debug()))
                .hint(format!("the types are {words}"))
        })?,
    };
    Ok(Column { name: name.to_owned(), kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_guessed_from_names() {
        for (name, expect) in [
            ("company_domain", Kind::Domain),
            ("linkedin_url", Kind::LinkedinUrl),
            ("ceo_linkedin_url", Kind::LinkedinUrl),
            ("company_linkedin_url", Kind::CompanyLinkedinUrl),
            ("work_phone", Kind::Phone),
            ("hq_country", Kind::Country),
            ("countries", Kind::List),
            ("funding_date", Kind::Date),
            ("is_hiring", Kind::Boolean),
            ("has_blog", Kind::Boolean),
            ("careers_url", Kind::Url),
            ("website", Kind::Url),
            ("work_email", Kind::Email),
            ("employee_count", Kind::Integer),
            ("employees", Kind::Integer),
            ("founded", Kind::Integer),
            ("founding_year", Kind::Integer),
            ("tech_stack", Kind::List),
            ("competitors", Kind::List),
            ("status", Kind::Text),
            ("company_news", Kind::Text),
        ] {
            assert_eq!(Kind::guess(name), expect, "{name}");
        }
    }

    #[test]
    fn a_type_can_be_given() {
        assert_eq!(column("output", "funding:integer").unwrap().kind, Kind::Integer);
        assert!(column("output", "funding:money").unwrap_err().hints[0].contains("`integer`"));
    }
}
