//! The files that are part of the program.

use crate::{File, Mistakes, read};

/// The name and the text of each file.
const FILES: [(&str, &str); 4] = [
    ("fullenrich.toml", include_str!("../../../integrations/fullenrich.toml")),
    ("gleif.toml", include_str!("../../../integrations/gleif.toml")),
    ("hunter.toml", include_str!("../../../integrations/hunter.toml")),
    ("pdl.toml", include_str!("../../../integrations/pdl.toml")),
];

/// The files that are part of the program, read.
///
/// # Errors
/// The mistakes of the first file that has some; the tests hold that there are none.
pub fn shipped() -> Result<Vec<File>, Mistakes> {
    FILES.into_iter().map(|(name, text)| read(name, text)).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use marl_core::{Row, Value};
    use serde_json::to_string_pretty;

    use super::*;
    use crate::integration;

    #[test]
    fn the_shipped_files_have_no_mistakes_and_their_examples_hold() {
        let files = shipped().unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let wrong: Vec<String> = files.iter().flat_map(File::check_examples).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        for file in &files {
            assert!(file.examples() >= 3 * file.contracts().count(), "{}", file.provider().name);
        }
    }

    #[test]
    fn the_file_in_the_documentation_has_no_mistakes_and_its_example_holds() {
        let page = include_str!("../../../docs/declared.md");
        let text = page.split("```").nth(1).and_then(|block| block.strip_prefix("toml")).unwrap();
        let file = read("declared.md", text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        assert_eq!((file.examples(), file.check_examples()), (1, Vec::new()));
        for word in crate::Word::ALL {
            assert!(page.contains(&format!("`{}`", word.name())), "{}", word.name());
        }
    }

    /// The ledgers of users store paid answers under exactly these parameters.
    #[test]
    fn the_questions_never_change() {
        let mut asked = String::new();
        for file in shipped().unwrap() {
            for translation in &file.translations {
                let value = |name: &str| match name {
                    "company_domain" => "acme.com".to_owned(),
                    "email" => "jane@acme.com".to_owned(),
                    "linkedin_url" => "https://www.linkedin.com/in/jane-roe".to_owned(),
                    "lei" => "5493001KJTIIGC8Y1R12".to_owned(),
                    other => format!("<{other}>"),
                };
                let inputs = translation.contract.inputs.iter();
                let row = Row::new(inputs.map(|input| (input.name.clone(), Value::text(value(&input.name)))));
                let call = integration::parameters(&file.vendor, translation, &row).unwrap();
                let (name, operation) = (&translation.contract.name, &translation.call.operation);
                writeln!(asked, "{name}: {operation} {}", to_string_pretty(&call).unwrap()).unwrap();
            }
        }
        insta::assert_snapshot!(asked);
    }
}
