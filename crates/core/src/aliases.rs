//! Column names that are usual in real tables: CRM exports, lead lists, spreadsheets.
//!
//! A column of a contract lists its own aliases with [`Column::aliases`](crate::Column::aliases).
//! The lists here are shared, so that integrations that ask for the same input recognise the same
//! columns. Case, blanks and punctuation are ignored: `E-mail` and `email` are the same name. A list
//! holds only names that are unambiguous in nearly every table, because a wrong column costs money.
//! This module does no matching.

/// A company's web domain. The values of the column must be domains as well.
pub const COMPANY_DOMAIN: &[&str] = &[
    "domain",
    "website",
    "url",
    "company website",
    "company url",
    "company web",
    "company homepage",
    "company domain name",
    "company website url",
    "corporate website",
    "account website",
    "account domain",
    "organization website",
    "organization domain",
    "organisation website",
    "website url",
    "website domain",
    "web address",
    "web",
    "www",
    "site",
    "homepage",
    "homepage url",
    "root domain",
    "primary domain",
    "domain name",
    "webseite",
    "website adresse",
    "internetseite",
    "firmenwebseite",
    "site web",
    "site internet",
    "sitio web",
    "pagina web",
    "página web",
    "sito web",
];

/// A person's LinkedIn profile. The values of the column must be profiles as well.
pub const LINKEDIN_URL: &[&str] = &[
    "linkedin",
    "linkedin profile",
    "linkedin profile url",
    "linkedin link",
    "linkedin page",
    "linkedin address",
    "linkedin member url",
    "li url",
    "li profile",
    "profile url",
    "profile link",
    "profile",
    "public profile url",
    "public profile",
    "person linkedin",
    "contact linkedin",
    "url",
];

/// A company's LinkedIn page. The values of the column must be such pages as well.
pub const COMPANY_LINKEDIN_URL: &[&str] = &[
    "company linkedin",
    "company linkedin page",
    "company linkedin profile",
    "company linkedin link",
    "linkedin company url",
    "linkedin company page",
    "linkedin company profile",
    "organization linkedin url",
    "organisation linkedin url",
    "account linkedin url",
    "linkedin",
    "linkedin url",
    "linkedin page",
];

/// A telephone number.
pub const PHONE: &[&str] = &[
    "phone number",
    "telephone",
    "telephone number",
    "tel",
    "phone no",
    "work phone",
    "business phone",
    "office phone",
    "direct phone",
    "mobile phone",
    "company phone",
    "corporate phone",
    "telefon",
    "telefonnummer",
    "téléphone",
    "teléfono",
    "telefono",
];

/// The country of a company or a person.
pub const COUNTRY: &[&str] = &[
    "country code",
    "country name",
    "company country",
    "hq country",
    "headquarters country",
    "country region",
    "land",
    "pays",
    "país",
    "paese",
];

/// When a company was founded, as a date or a year.
pub const FOUNDED_DATE: &[&str] = &[
    "founded",
    "founded on",
    "founding date",
    "foundation date",
    "date founded",
    "founded year",
    "year founded",
];

/// The name of a company's chief executive.
pub const CEO_NAME: &[&str] =
    &["ceo", "chief executive", "chief executive officer", "name of ceo", "name of the ceo"];

/// The LinkedIn profile of a company's chief executive.
pub const CEO_LINKEDIN_URL: &[&str] =
    &["ceo linkedin", "ceo linkedin profile", "linkedin of ceo", "ceo profile"];

/// What a company does.
pub const COMPANY_DESCRIPTION: &[&str] =
    &["description", "company summary", "about the company", "short description", "what they do"];

/// The technologies that a company uses.
pub const TECH_STACK: &[&str] = &["technologies", "technology", "tech", "stack", "tools used"];

/// How many people a company employs.
pub const EMPLOYEE_COUNT: &[&str] = &[
    "employees",
    "# employees",
    "no of employees",
    "number of employees",
    "num employees",
    "employees count",
    "headcount",
    "head count",
    "company headcount",
    "company size",
];

/// The headline under a person's name on LinkedIn.
pub const HEADLINE: &[&str] = &["linkedin headline", "profile headline"];

/// How many people follow a person on LinkedIn.
pub const FOLLOWER_COUNT: &[&str] = &["followers", "linkedin followers", "number of followers"];
