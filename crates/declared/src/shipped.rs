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
    use super::*;

    #[test]
    fn the_shipped_files_have_no_mistakes_and_their_examples_hold() {
        let files = shipped().unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let wrong: Vec<String> = files.iter().flat_map(File::check_examples).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        for file in &files {
            assert!(file.examples() >= 3 * file.contracts().count(), "{}", file.provider().name);
        }
    }
}
