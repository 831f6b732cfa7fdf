//! Checks answers against the schemas that `marl schema` prints; every answer in every test passes through
//! here.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::Validator;
use serde_json::Value as Json;

/// The names of all schemas.
pub(crate) static NAMES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let list: Json = serde_json::from_str(&marl(&["schema", "--json"])).unwrap();
    let names = list["schemas"].as_array().unwrap().iter();
    names.map(|known| known["of"].as_str().unwrap().to_owned()).collect()
});

fn marl(words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_marl")).args(words).output().unwrap();
    assert!(output.status.success(), "{words:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The schema of a command's answer, as marl prints it.
pub(crate) fn schema(of: &str) -> Json {
    serde_json::from_str(&marl(&[&["schema"], &of.split(' ').collect::<Vec<_>>()[..]].concat())).unwrap()
}

fn validator(of: &str) -> Arc<Validator> {
    static KNOWN: Mutex<BTreeMap<String, Arc<Validator>>> = Mutex::new(BTreeMap::new());
    let known = KNOWN.lock().unwrap().get(of).cloned();
    known.unwrap_or_else(|| {
        let mut schema = schema(of);
        close(&mut schema);
        let made = Arc::new(jsonschema::validator_for(&schema).unwrap());
        KNOWN.lock().unwrap().insert(of.to_owned(), Arc::clone(&made));
        made
    })
}

/// Forbids fields that a schema does not describe. The printed schemas allow them, since programs must accept
/// what a later version adds.
fn close(schema: &mut Json) {
    match schema {
        Json::Object(parts) => {
            parts.values_mut().for_each(close);
            if parts.contains_key("properties") {
                parts.entry("additionalProperties").or_insert(false.into());
            }
        }
        Json::Array(parts) => parts.iter_mut().for_each(close),
        _ => {}
    }
}

/// The command for these words, as the schemas are named.
pub(crate) fn command(words: &[&str]) -> Option<String> {
    let mut plain = words.iter().filter(|word| !word.starts_with('-'));
    let first = *plain.next()?;
    let two = plain.next().map(|second| format!("{first} {second}"));
    two.into_iter().chain([first.to_owned()]).find(|name| NAMES.contains(name))
}

#[track_caller]
pub(crate) fn check(of: &str, document: &Json) {
    let errors: Vec<String> = validator(of)
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "not in the form of `{of}`: {errors:#?}\n{document:#}");
}

/// Checks everything that a command with `--json` wrote.
#[track_caller]
pub(crate) fn check_all(words: &[&str], stdout: &str, stderr: &str) {
    if !words.contains(&"--json") || words.contains(&"--help") {
        return;
    }
    if let Some(of) = command(words) {
        let documents = serde_json::Deserializer::from_str(stdout).into_iter::<Json>();
        for document in documents {
            check(&of, &document.unwrap_or_else(|error| panic!("{error}: {stdout}")));
        }
    }
    for line in stderr.lines().filter(|line| line.starts_with('{')) {
        let line: Json = serde_json::from_str(line).unwrap();
        let of = ["error", "warning", "progress"].into_iter().find(|word| line.get(word).is_some());
        check(of.unwrap_or_else(|| panic!("what is this? {line}")), &line);
    }
}
