//! Reads a file. All mistakes are reported together, each with its place and what to write.
//!
//! This module checks what the text alone shows. It opens no file, reads no environment and sends nothing.

mod digest;
mod duration;
mod example;
mod integration;
mod later;
mod limits;
mod operation;
mod provider;
mod request;
mod rule;
mod section;
mod several;
mod source;
mod template;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use self::{section::Section, source::Source};
use crate::{Mistake, Mistakes, form::File};

pub(crate) use self::{digest::hex, template::is_plain};

/// The size limit of a file, in bytes.
const LARGEST: usize = 256 * 1024;

/// The version of the format.
const FORMAT: u32 = 1;

/// Reads the text of a file. `file` is its name in messages.
///
/// # Errors
/// All mistakes in the text.
pub fn read(file: &str, text: &str) -> Result<File, Mistakes> {
    if text.len() > LARGEST {
        let what = format!("the file has more than {} KiB", LARGEST / 1024);
        let mistake = Mistake { line: 1, column: 1, what, hint: "write a file for each vendor".to_owned() };
        return Err(Mistakes { file: file.to_owned(), all: vec![mistake] });
    }
    let source = Source::new(text);
    let table = source.root();
    let value = contents(&Section::new(&source, "", &table, 0..0), file);
    source.end(file, value)
}

fn contents(root: &Section<'_, '_>, file: &str) -> Option<File> {
    root.need("format", "1");
    if root.has("format") && root.count("format", u32::MAX).is_some_and(|format| format != FORMAT) {
        root.wrong_here("this format is unknown", format!("write `format = {FORMAT}`"));
    }
    let operations = operation::operations(root);
    let name = root.section("provider").and_then(|provider| provider.text("name")).unwrap_or_default();
    let mut translations = Vec::new();
    for (integration, section) in root.named("integration", 50) {
        let of = integration::translation(root, integration, &section, (name, &operations));
        translations.extend(of.map(Arc::new));
    }
    let vendor = provider::vendor(root, operations);
    root.finish();
    Some(File { name: file.to_owned(), vendor: Arc::new(vendor?), translations })
}
