//! The form of each type in questions and answers. The texts are part of every question, so a change of one
//! letter buys the answers of that type again. This module must not read a value.

use crate::SemanticType;

/// How the question describes a value of this type.
pub(super) fn format_hint(kind: SemanticType) -> &'static str {
    match kind {
        SemanticType::Integer => "a whole number, no text",
        SemanticType::List => "an array of short strings",
        SemanticType::LinkedinUrl => "a string, https://www.linkedin.com/in/...",
        SemanticType::CompanyLinkedinUrl => "a string, https://www.linkedin.com/company/...",
        SemanticType::Url => "a string, an https address",
        SemanticType::Domain => "a string, a domain name",
        SemanticType::Email => "a string, an e-mail address",
        SemanticType::Phone => "a string, a phone number with + and the country code",
        SemanticType::Country => "a string, the ISO code of two letters",
        SemanticType::Date => "a string, YYYY-MM-DD, or YYYY-MM or YYYY when no more is known",
        SemanticType::Boolean => "true or false, no text",
        SemanticType::Number => "a number, no text",
        SemanticType::Json => "a JSON value",
        SemanticType::Text => "a string",
    }
}

/// Whether a value is an address, which the marks around a link may hold.
pub(super) fn is_address_type(kind: SemanticType) -> bool {
    use SemanticType::{CompanyLinkedinUrl, Domain, Email, LinkedinUrl, Url};
    matches!(kind, Domain | Email | LinkedinUrl | CompanyLinkedinUrl | Url)
}

/// Whether an array is read as a whole: it is the value, or its items must agree.
pub(super) fn takes_arrays(kind: SemanticType) -> bool {
    use SemanticType::{Boolean, Date, Json, List};
    matches!(kind, List | Json | Boolean | Date)
}
