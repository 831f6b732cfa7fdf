//! Tests of the reader: broken files and exactly what is said about them.

use proptest::prelude::*;

use super::*;

/// A small file without mistakes.
const WHOLE: &str = r#"format = 1
[provider]
name = "acme"
description = "Acme: everything"
base = "https://api.acme.com/v1/"
key = { header = "X-Api-Key", env = "ACME_API_KEY" }
[operation.find]
method = "GET"
path = "/people/{id}"
query = { full = true, email = "{email}" }
bills = "found"
price = 1
unit = "credit"
no_data = { empty = "/person" }
[integration.acme_person]
description = "A person, from Acme"
operation = "find"
inputs.id = { type = "text", about = "the person's number" }
inputs.email = { type = "email", required = false, about = "the address" }
outputs.person = { type = "text", at = "/person/name", about = "the name" }
"#;

fn mistakes(text: &str) -> String {
    match read("acme.toml", text) {
        Ok(_) => "no mistakes".to_owned(),
        Err(mistakes) => {
            assert!(!mistakes.all.is_empty());
            mistakes.to_string()
        }
    }
}

/// What is said about the whole file with one text exchanged, for each pair.
fn exchanged(pairs: &[(&str, &str)]) -> String {
    let tell = |(old, new): &(&str, &str)| {
        assert!(WHOLE.contains(old), "{old}");
        format!("{}\n{}\n", new.trim(), mistakes(&WHOLE.replacen(old, new, 1)))
    };
    pairs.iter().map(tell).collect::<Vec<_>>().join("\n---\n")
}

#[test]
fn a_whole_file_is_read() {
    let file = read("acme.toml", WHOLE).unwrap();
    let info = file.provider();
    assert_eq!((info.key_variable.as_deref(), &*info.base_variable), (Some("ACME_API_KEY"), "ACME_BASE_URL"));
    assert_eq!(info.default_base, "https://api.acme.com/v1");
    let contract = file.contracts().next().unwrap();
    assert_eq!((&*contract.calls[0].provider, &*contract.calls[0].operation), ("acme", "find"));
    assert!(contract.inputs.iter().any(|input| input.name == "email" && !input.required));
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let text = WHOLE
        .replace("base = ", "bse = ")
        .replace("bills = \"found\"", "bills = \"fond\"")
        .replace("\"/person/name\"", "\"person.name\"")
        .replace("type = \"email\"", "type = \"mail\"");
    insta::assert_snapshot!(mistakes(&text));
}

#[test]
fn mistakes_of_the_provider() {
    let told = exchanged(&[
        ("format = 1", ""),
        ("format = 1", "format = 2"),
        ("format = 1", "format = 1\n[provider"),
        ("format = 1", "format = 1\nformat = 1"),
        ("[provider]", "[vendor]"),
        ("name = \"acme\"", "name = \"Acme Inc\""),
        ("description = \"Acme: everything\"", "description = \" \""),
        ("\"https://api.acme.com/v1/\"", "\"http://api.acme.com\""),
        ("\"https://api.acme.com/v1/\"", "\"https://key@api.acme.com\""),
        ("\"https://api.acme.com/v1/\"", "\"https://{host}\""),
        ("\"https://api.acme.com/v1/\"", "\"api.acme.com\""),
        (
            "key = { header = \"X-Api-Key\", env = \"ACME_API_KEY\" }",
            "key = { bearer = true, query = \"key\", env = \"K\" }",
        ),
        (
            "key = { header = \"X-Api-Key\", env = \"ACME_API_KEY\" }",
            "key = { header = \"X Key\", env = \"sk-12345678\" }",
        ),
        (
            "key = { header = \"X-Api-Key\", env = \"ACME_API_KEY\" }",
            "key = { basic = \"user\", env = \"K\" }",
        ),
        ("[operation.find]", "check = \"fond\"\n[operation.find]"),
        ("[operation.find]", "check = \"find\"\n[operation.find]"),
        ("[operation.find]", "headers = { Host = \"evil.example\" }\n[operation.find]"),
        ("[operation.find]", "limit = { per_minut = 5, parallel = 0 }\n[operation.find]"),
        (
            "[operation.find]",
            "when = [{ status = 600, is = \"auth\" }, { is = \"auth\" }, { status = \"5x\", is = \"oops\" }]\n[operation.find]",
        ),
        (
            "[operation.find]",
            "when = [{ at = \"/a\", is = \"auth\" }, { equals = 1, is = \"auth\" }, { contains = \"x\" }]\n[operation.find]",
        ),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn mistakes_of_an_operation() {
    let told = exchanged(&[
        ("method = \"GET\"", "method = \"DELETE\""),
        ("method = \"GET\"", "method = \"GET\"\nbody = { a = 1 }"),
        ("path = \"/people/{id}\"", "path = \"people\""),
        ("path = \"/people/{id}\"", "path = \"/people/../{id}\""),
        ("path = \"/people/{id}\"", "path = \"/people?x={id}\""),
        ("path = \"/people/{id}\"", "path = \"/people/{id\""),
        ("path = \"/people/{id}\"", "path = \"/people/{email}/{id}\""),
        ("path = \"/people/{id}\"", "path = \"/people/{handle}/{id}\""),
        ("path = \"/people/{id}\"", "path = \"/people\""),
        ("email = \"{email}\"", "email = \"{mail}\""),
        ("bills = \"found\"", "bills = \"nothing\""),
        ("bills = \"found\"", ""),
        ("price = 1", "price = { list = 2, worst = 1 }"),
        ("price = 1", "price = { list = 2 }"),
        ("unit = \"credit\"", ""),
        ("price = 1\nunit = \"credit\"", "cost = \"/cost\""),
        ("price = 1", "price = -1"),
        ("bills = \"found\"", "bills = \"found\"\ntimeout = 60"),
        ("bills = \"found\"", "bills = \"found\"\ntimeout = \"2h\""),
        ("bills = \"found\"", "bills = \"found\"\nidempotency = { header = \"Idempotency-Key\" }"),
        ("no_data = { empty = \"/person\" }", "no_data = { empty = \"/person\", is = \"no_data\" }"),
        ("no_data = { empty = \"/person\" }", "poll = { every = \"5s\" }"),
        ("no_data = { empty = \"/person\" }", "poll = { every = \"5s\", path = \"/x\", handle = \"/id\" }"),
        (
            "no_data = { empty = \"/person\" }",
            "bulk = { most = 10, item = { a = \"{id}\" }, replies = \"/data\", id = \"/id\" }",
        ),
        (
            "no_data = { empty = \"/person\" }",
            "bulk = { most = 10, item = { a = \"{call}\" }, replies = \"/data\", id = \"/id\", missing = \"pending\" }",
        ),
        ("query = { full", "query = { when = 2026-01-01, full"),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn mistakes_of_an_integration() {
    let told = exchanged(&[
        ("operation = \"find\"", "operation = \"fnd\""),
        ("[integration.acme_person]", "[integration.AcmePerson]"),
        ("inputs.id = {", "inputs.items = {"),
        ("inputs.id = { type = \"text\",", "inputs.id = { type = \"text\", required = false,"),
        ("inputs.id = { type = \"text\",", "inputs.id = { type = \"text\", matches = \"(\","),
        ("inputs.id = { type = \"text\",", "inputs.id = { type = \"text\", matches = '(\\w{1000}){1000}',"),
        ("inputs.email", "inputs.more = { type = \"text\", about = \"more\" }\ninputs.email"),
        ("inputs.email", "needs = [\"id\"]\ninputs.email"),
        ("inputs.email", "needs = [[\"mail\"]]\ninputs.email"),
        ("at = \"/person/name\", ", ""),
        ("at = \"/person/name\"", "at = [\"/a\", \"$.b[0].c\"]"),
        ("outputs.person =", "output.person ="),
        ("outputs.person = {", "outputs.person = \"/name\"\noutputs.other = {"),
        (
            "outputs.person =",
            "example = { inputs = { idd = \"1\" }, reply = { status = 200 } }\noutputs.person =",
        ),
        (
            "outputs.person =",
            "example = [{ inputs = {}, outputs = { name = \"x\" }, reply = {}, item = \"{}\" }]\noutputs.person =",
        ),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn a_huge_file_is_refused_before_it_is_read() {
    let mistakes = read("acme.toml", &"#".repeat(LARGEST + 1)).unwrap_err();
    assert_eq!(mistakes.all.len(), 1);
    // Deep nesting is a mistake, and many mistakes are cut off.
    for text in ["a=[".repeat(10_000), "[a]\n".repeat(20_000), "{".repeat(50_000)] {
        let mistakes = read("acme.toml", &text).unwrap_err();
        assert!((1..=100).contains(&mistakes.all.len()));
    }
}

#[test]
fn the_version_changes_with_what_decides_the_fields() {
    let version = |text: &str| read("acme.toml", text).unwrap().contracts().next().unwrap().version.clone();
    let whole = version(WHOLE);
    let changed = |old: &str, new: &str| version(&WHOLE.replacen(old, new, 1)) != whole;
    assert!(changed("/person/name", "/person/title"));
    assert!(changed("empty = \"/person\"", "empty = \"/people\""));
    assert!(changed("[operation.find]", "when = [{ status = 404, is = \"no_data\" }]\n[operation.find]"));
    assert!(!changed("price = 1", "price = 2"));
    assert!(
        !changed("about = \"the name\"", "about = \"the person's name\""),
        "a text explains, and reads nothing"
    );
    assert!(changed("outputs.person = { type = \"text\"", "outputs.person = { type = \"domain\""));
    assert!(!changed("format = 1", "# A comment.\nformat = 1"));
    let example =
        "example = { reply = { body = '{\"person\": {\"name\": \"x\"}}' }, outputs = { person = \"x\" } }\n";
    assert!(!changed("outputs.person =", &format!("{example}outputs.person =")));
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in "\\PC{0,200}") {
        let _ = read("any.toml", &text);
    }

    #[test]
    fn any_damage_can_be_read(at in 0..WHOLE.len(), to in 0..WHOLE.len(), with in "[\\PC\\n]{0,12}") {
        let (at, to) = (at.min(to), at.max(to));
        let _ = read("any.toml", &format!("{}{with}{}", &WHOLE[..at], &WHOLE[to..]));
    }
}
