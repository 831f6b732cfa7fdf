//! What the tests of this crate share.

use crate::{
    File,
    form::{Exchange, Translation},
    read,
};

/// A vendor with one operation of each kind: alone, as a form, as a text, together with others, and later.
pub(crate) const KINDS: &str = r#"format = 1
[provider]
name = "acme"
description = "Acme: everything"
base = "https://api.acme.com/v1"
key = { header = "X-Api-Key", env = "ACME_API_KEY" }
headers = { accept = "application/json" }
retry_after = { header = "X-Reset-After", form = "milliseconds", otherwise = "20s" }
say = ["/errors/0/details", "/message"]
when = [{ status = 451, is = "blocked" }, { at = "/state", equals = "broke", is = "out_of_credit" }]
check = "ping"

[operation.ping]
method = "GET"
path = "/ping"
bills = "nothing"

[operation.alone]
method = "POST"
path = "/people/{id}.v2"
query = { tag = "{tags}", full = true, note = "about {note}", n = 2 }
headers = { x-note = "{note}" }
body = { id = "{id}", number = "{number}", wrapped = { tags = "{tags}", deep = ["{note}"] }, fixed = [1, true, 0.5] }
bills = "answered"
price = { list = 1, worst = 3 }
unit = "credit"
cost = "/cost"
idempotency = { header = "Idempotency-Key", for = "24h" }
no_data = [{ empty = "/person" }, { status = 404 }]
when = [{ status = "5xx", contains = "Quota", is = "out_of_credit" }]

[operation.form]
method = "POST"
path = "/form"
form = { q = "{id}", tag = "{tags}" }
bills = "nothing"

[operation.text]
method = "POST"
path = "/text"
text = "SELECT {id}"
bills = "nothing"

[operation.again]
method = "GET"
path = "/again"
query = { id = "{id}" }
bills = "found"
when = [{ status = 202, is = "pending" }]
poll = { same = true, every = "1s" }

[operation.together]
method = "POST"
path = "/together"
body = { data = "{items}" }
bills = "found"
price = 1
unit = "credit"
cost = { header = "X-Spent" }
no_data = [{ empty = "/name" }, { status = 404 }]
bulk = { most = 3, item = { id = "{id}", meta = { call = "{call}" } }, replies = "/out/list", id = "/meta/call", status = "/status" }

[operation.later]
method = "POST"
path = "/later"
body = { id = "{id}" }
bills = "found"
no_data = { empty = "/name" }
poll = { every = "1s", path = "/later/{handle}", handle = "/job", when = [{ status = 400, is = "pending" }, { at = "/state", equals = "gone", is = "refused" }] }

[operation.both]
method = "POST"
path = "/both"
body = { data = "{items}" }
bills = "found"
price = 1
unit = "credit"
cost = "/cost"
no_data = { empty = "/name" }
bulk = { most = 3, item = { id = "{id}", call = "{call}" }, replies = "/list", id = "/call", missing = "no_data" }
poll = { every = "1s", path = "/both/{handle}", handle = "/job", when = [{ at = "/state", equals = "running", is = "pending" }] }

[integration.acme_alone]
description = "A person"
operation = "alone"
inputs.id = { type = "text", about = "the number", matches = '^[^!]+$' }
inputs.number = { type = "integer", required = false, about = "a number" }
inputs.tags = { type = "list", required = false, about = "tags" }
inputs.note = { type = "text", required = false, about = "a note" }
needs = [["id", "number"], ["note"]]
outputs.person = { type = "text", at = ["/person/name", "/person/nick"], required = true, about = "the name", source = "/person/page" }
outputs.age = { type = "integer", at = "/person/age", about = "the age" }
source = "/page"
"#;

/// The file [`KINDS`].
pub(crate) fn kinds() -> File {
    read("acme.toml", KINDS).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

pub(crate) fn exchange<'f>(file: &'f File, operation: &str) -> &'f Exchange {
    &file.vendor.operations[operation]
}

pub(crate) fn translation(file: &File) -> &Translation {
    &file.translations[0]
}
