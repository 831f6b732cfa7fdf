//! JSON pointers (RFC 6901), which say where a value is in a reply. This module reads no types.

use std::borrow::Cow;

use serde_json::Value as Json;

/// The most values that `*` collects.
const MOST_COLLECTED: usize = 1_000;

/// The length limit of a pointer, in bytes.
const LONGEST: usize = 200;

/// Where a value is in a JSON document: `/data/email`. The empty pointer means the whole document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pointer(String);

impl Pointer {
    /// The pointer with this text.
    ///
    /// # Errors
    /// What is wrong with the text, and what to write.
    pub(crate) fn new(text: &str) -> Result<Self, (String, String)> {
        if text.len() > LONGEST {
            return Err((format!("a pointer is longer than {LONGEST} bytes"), "shorten it".to_owned()));
        }
        if !text.is_empty() && !text.starts_with('/') {
            let path = text.trim_start_matches('$').trim_start_matches('.').replace(['.', '['], "/");
            let path = path.replace(['\'', '"', ']'], "");
            let hint = format!("write `/{}`: a pointer names each key after a slash", path.trim_matches('/'));
            return Err((format!("`{text}` is not a JSON pointer"), hint));
        }
        let mut escapes = text.split('~').skip(1);
        if escapes.any(|behind| !behind.starts_with(['0', '1'])) {
            let hint = "in a pointer, `~0` means a tilde and `~1` means a slash within a key".to_owned();
            return Err((format!("`{text}` is not a JSON pointer"), hint));
        }
        Ok(Self(text.to_owned()))
    }

    /// The value at this place.
    pub(crate) fn get<'j>(&self, json: &'j Json) -> Option<&'j Json> {
        json.pointer(&self.0)
    }

    /// The value for an output. The key `*` means every item of a list or every value of a table, and the
    /// values that are found then form a list.
    pub(crate) fn collected<'j>(&self, json: &'j Json) -> Option<Cow<'j, Json>> {
        if !self.0.split('/').any(|key| key == "*") {
            return self.get(json).map(Cow::Borrowed);
        }
        let mut found = vec![json];
        for key in self.keys() {
            found = found.into_iter().flat_map(|json| step(json, &key)).take(MOST_COLLECTED).collect();
        }
        (!found.is_empty()).then(|| Cow::Owned(found.into_iter().cloned().collect()))
    }

    /// The keys of the pointer, without escapes.
    pub(crate) fn keys(&self) -> impl Iterator<Item = String> {
        self.0.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~"))
    }

    /// The text or number at this place, as text.
    pub(crate) fn text(&self, json: &Json) -> Option<String> {
        match self.get(json)? {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// The values under a key, or all values for `*`.
fn step<'j>(json: &'j Json, key: &str) -> Vec<&'j Json> {
    match (json, key) {
        (Json::Array(items), "*") => items.iter().collect(),
        (Json::Object(members), "*") => members.values().collect(),
        (Json::Object(members), key) => members.get(key).into_iter().collect(),
        (Json::Array(items), key) => {
            key.parse().ok().and_then(|at: usize| items.get(at)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pointer_names_each_key_after_a_slash() {
        let json = json!({"a": {"b/c": [1, "x"]}, "~": null});
        for (text, expect) in [
            ("", Some(json.clone())),
            ("/a/b~1c/1", Some(json!("x"))),
            ("/~0", Some(json!(null))),
            ("/a/z", None),
            ("/a/b~1c/01", None),
        ] {
            assert_eq!(Pointer::new(text).unwrap().get(&json).cloned(), expect, "{text}");
        }
    }

    #[test]
    fn a_star_collects_all_values() {
        let json = json!({"emails": [{"at": "a"}, {"x": 1}, {"at": "b"}], "by": {"k": [1], "l": [2, 3]}});
        for (text, expect) in [
            ("/emails/*/at", Some(json!(["a", "b"]))),
            ("/by/*/0", Some(json!([1, 2]))),
            ("/by/*/*", Some(json!([1, 2, 3]))),
            ("/emails/0/at", Some(json!("a"))),
            ("/emails/*/y", None),
            ("/emails/0/at/*", None),
        ] {
            assert_eq!(Pointer::new(text).unwrap().collected(&json).map(Cow::into_owned), expect, "{text}");
        }
        let many: Json = (0..100).map(|_| (0..100).collect::<Json>()).collect();
        let most = Pointer::new("/*/*").unwrap().collected(&many).unwrap().as_array().unwrap().len();
        assert_eq!(most, MOST_COLLECTED);
    }

    #[test]
    fn other_notations_are_refused_with_the_right_one() {
        for (text, expect) in
            [("data.email", "`/data/email`"), ("$.data[0].uri", "`/data/0/uri`"), ("$['a']['b']", "`/a/b`")]
        {
            let (_, hint) = Pointer::new(text).unwrap_err();
            assert!(hint.contains(expect), "{text}: {hint}");
        }
        for text in ["/a~", "/a~2", &"/".repeat(201)] {
            assert!(Pointer::new(text).is_err(), "{text}");
        }
    }
}
