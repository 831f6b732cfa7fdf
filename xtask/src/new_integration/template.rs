//! The texts of a new integration's files. This module is pure except that it runs `rustfmt`.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use super::{
    Spec,
    columns::{Column, Kind},
};

const SOURCE: &str = include_str!("lib.rs.txt");
const QUOTED: &str = include_str!("quoted.rs.txt");
const MANIFEST: &str = include_str!("manifest.toml.txt");

/// The description when the author gives none.
pub(super) fn description(outputs: &[Column]) -> String {
    let words = listed(outputs.iter().map(|column| column.name.replace('_', " ")));
    words[..1].to_uppercase() + &words[1..] + ", from the web"
}

/// The manifest of the crate.
pub(super) fn manifest(spec: &Spec) -> String {
    let json = "serde_json.workspace = true\n";
    let (normal, dev) = if quotes(spec) { (json, "") } else { ("", json) };
    let description = format!("{}: {}", spec.name.as_str(), spec.description);
    let description = description.replace('\\', "\\\\").replace('"', "\\\"");
    fill(
        MANIFEST,
        &[
            ("package", &spec.name.package()),
            ("description", &description),
            ("json", normal),
            ("dev_json", dev),
        ],
    )
}

/// The only source file of the crate.
pub(super) fn source(spec: &Spec) -> String {
    let backticked = |columns: &[Column]| listed(columns.iter().map(|column| format!("`{}`", column.name)));
    fill(
        SOURCE,
        &[
            ("name", spec.name.as_str()),
            ("type", &spec.name.type_name()),
            ("description", &literal(&spec.description)),
            ("outputs_in_words", &backticked(&spec.outputs)),
            ("inputs_in_words", &backticked(&spec.inputs)),
            (
                "aliases",
                if spec.inputs.iter().any(|input| aliases(input).is_some()) { "aliases, " } else { "" },
            ),
            ("inputs", &columns("required", &spec.inputs)),
            ("outputs", &columns("optional", &spec.outputs)),
            ("subject", &subject(&spec.inputs)),
            ("quoted", if quotes(spec) { QUOTED } else { "" }),
            ("row", &pairs(&spec.inputs, Kind::asked)),
            ("cells", &pairs(&spec.outputs, Kind::sample)),
            ("answer", &object(&spec.outputs, answer)),
            ("nulls", &object(&spec.outputs, |_| "null".to_owned())),
        ],
    )
}

/// The source, formatted by `rustfmt` with the checkout's rules; `None` when `rustfmt` is not installed.
pub(super) fn format(root: &Path, source: &str) -> Option<String> {
    let mut command = Command::new("rustfmt");
    command.args(["--edition", "2024", "--emit", "stdout"]);
    if root.join("rustfmt.toml").is_file() {
        command.arg("--config-path").arg(root);
    }
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let mut stdin = child.stdin.take()?;
    // Without the component the process ends before it reads everything. Its status shows that.
    let _ = stdin.write_all(source.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// Whether an input is quoted in the question, for which the source needs `serde_json`.
fn quotes(spec: &Spec) -> bool {
    spec.inputs.iter().any(|column| !column.kind.is_plain())
}

fn columns(how: &str, columns: &[Column]) -> String {
    let column = |column: &Column| {
        let about = format!("the {}", column.name.replace('_', " "));
        let kind = column.kind.variant();
        let column_names = aliases(column).filter(|_| how == "required");
        let names = column_names.map(|list| format!(".aliases(aliases::{list})")).unwrap_or_default();
        format!("Column::{how}({}, SemanticType::{kind}, {}){names}", literal(&column.name), literal(&about))
    };
    columns.iter().map(column).collect::<Vec<_>>().join(", ")
}

/// The name of the shared alias list for an input, in `marl_core::aliases`.
fn aliases(input: &Column) -> Option<&'static str> {
    match (input.name.as_str(), input.kind) {
        ("company_domain", Kind::Domain) => Some("COMPANY_DOMAIN"),
        ("linkedin_url", Kind::LinkedinUrl) => Some("LINKEDIN_URL"),
        ("company_linkedin_url", Kind::CompanyLinkedinUrl) => Some("COMPANY_LINKEDIN_URL"),
        ("phone", Kind::Phone) => Some("PHONE"),
        ("country", Kind::Country) => Some("COUNTRY"),
        _ => None,
    }
}

/// The subject of the question, as the arguments of `format!`.
fn subject(inputs: &[Column]) -> String {
    let words = inputs.iter().map(|column| format!("{} {{}}", column.name.replace('_', " ")));
    let sentence = format!("Research what belongs to the {}.", words.collect::<Vec<_>>().join(" and the "));
    let mut arguments = vec![literal(&sentence)];
    for column in inputs {
        let name = literal(&column.name);
        let cell =
            if column.kind.is_plain() { format!("row.text({name})") } else { format!("quoted(row, {name})") };
        arguments.push(cell);
    }
    arguments.join(", ")
}

/// Pairs of column name and cell.
fn pairs(columns: &[Column], cell: fn(Kind) -> &'static str) -> String {
    let pair = |column: &Column| format!("({}, {})", literal(&column.name), literal(cell(column.kind)));
    columns.iter().map(pair).collect::<Vec<_>>().join(", ")
}

/// A JSON object with a value for each column.
fn object(columns: &[Column], value: fn(Kind) -> String) -> String {
    let member = |column: &Column| format!("{}: {}", literal(&column.name), value(column.kind));
    columns.iter().map(member).collect::<Vec<_>>().join(", ")
}

/// A possible answer for a column of this type.
fn answer(kind: Kind) -> String {
    match kind {
        Kind::Integer | Kind::Number | Kind::Boolean | Kind::Json => kind.sample().to_owned(),
        Kind::List => r#"["Rust", "Go"]"#.to_owned(),
        _ => literal(kind.sample()),
    }
}

fn listed(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    match items.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

/// The text as a Rust string literal.
fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// Replaces each `{{key}}` by its value. Inserted values are not searched again.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut parts = template.split("{{");
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (key, rest) = part.split_once("}}").expect("every key of a template is closed");
        let (_, value) =
            values.iter().find(|(known, _)| *known == key).expect("every key of a template is known");
        text.push_str(value);
        text.push_str(rest);
    }
    text
}
