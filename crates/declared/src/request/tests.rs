//! Tests of requests: values stay in their places.

use marl_core::{ErrorKind, Row, Value};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::{
    integration,
    testing::{exchange, kinds, translation},
};

fn asked(inputs: &[(&str, Value)]) -> Result<Json, marl_core::Error> {
    let file = kinds();
    integration::parameters(&file.vendor, translation(&file), &Row::new(inputs.iter().cloned()))
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn filled(operation: &str, id: &str) -> Json {
    let file = kinds();
    parameters(exchange(&file, operation), &|name| match name {
        "id" => Some(id.into()),
        "tags" => Some(json!(["a b", "c"])),
        _ => None,
    })
    .unwrap()
}

#[test]
fn a_call_is_its_request_and_values_keep_their_types() {
    let tags = Value::List(vec!["a".into(), "b&c".into()]);
    let call =
        asked(&[("id", text("a/b")), ("number", Value::Integer(7)), ("tags", tags), ("note", text("n"))]);
    assert_eq!(
        call.unwrap(),
        json!({
            "method": "POST",
            "path": "/people/a%2Fb.v2",
            "query": {"tag": ["a", "b&c"], "full": "true", "note": "about n", "n": "2"},
            "headers": {"x-note": "n"},
            "body": {
                "id": "a/b", "number": 7, "wrapped": {"tags": ["a", "b&c"], "deep": ["n"]}, "fixed": [1, true, 0.5],
            },
        })
    );
}

#[test]
fn empty_inputs_leave_no_trace() {
    let call = asked(&[("id", text("x")), ("number", Value::Integer(7))]).unwrap();
    assert_eq!(call["query"], json!({"full": "true", "n": "2"}));
    assert_eq!(call["body"], json!({"id": "x", "number": 7, "fixed": [1, true, 0.5]}));
    assert_eq!(call.get("headers"), None);
}

#[test]
fn a_row_that_lacks_what_is_needed_or_has_another_form_makes_no_call() {
    for (inputs, expect) in [
        (vec![("id", text("x"))], "needs id and number, or note"),
        (vec![("id", text("x!")), ("note", text("n"))], "does not have the form"),
        (vec![("id", text(".")), ("note", text("n"))], "no error"),
        (vec![("id", text("x")), ("note", text("n\u{e9}"))], "cannot be in a header"),
        (vec![("id", text("x")), ("note", text("a\r\nX-Evil: 1"))], "cannot be in a header"),
        (vec![("id", text("x")), ("note", text(&"n".repeat(2_000)))], "cannot be in a header"),
    ] {
        let error = asked(&inputs).err();
        let message = error.as_ref().map_or("no error".to_owned(), ToString::to_string);
        assert!(message.contains(expect), "{inputs:?}: {message}");
        assert!(error.is_none_or(|error| error.kind() == ErrorKind::InvalidInput));
    }
}

#[test]
fn forms_and_texts_are_sent_as_such() {
    assert_eq!(filled("form", "a&b=c")["form"], json!({"q": "a&b=c", "tag": ["a b", "c"]}));
    assert_eq!(filled("text", "a")["text"], "SELECT a");
    let request = format!("{:?}", Parts::from_json(&filled("form", "a&b=c")).unwrap().request().unwrap());
    assert!(request.contains("q=a%26b%3Dc&tag=a+b&tag=c"), "{request}");
}

#[test]
fn the_parameters_of_a_shared_request_are_the_item_alone() {
    let item = filled("together", "x");
    assert_eq!(item, json!({"id": "x"}));
    let file = kinds();
    let together = exchange(&file, "together");
    let bulk = together.bulk.as_ref().unwrap();
    let with_id = item_with_id(bulk, &item, "c1").unwrap();
    assert_eq!(with_id, json!({"id": "x", "meta": {"call": "c1"}}));
    let parts = bulk_body(&together.request, vec![with_id.clone(), json!({"id": "{items}"})]).unwrap();
    assert_eq!(parts.into_json()["body"], json!({"data": [with_id, {"id": "{items}"}]}));
    // An item of another caller may have anything at the place.
    assert_eq!(item_with_id(bulk, &json!({"meta": 1}), "c").unwrap(), json!({"meta": {"call": "c"}}));
    assert!(item_with_id(bulk, &json!([1]), "c").is_err());
}

#[test]
fn parameters_of_another_caller_stay_below_the_base() {
    for path in [
        "@evil.example/",
        "//x/../y",
        "/..",
        "/%2e%2E/x",
        "/.%2e",
        "/a b",
        "/a\r\nb",
        "/a?b",
        "/a#b",
        "/\\evil",
        "",
    ] {
        assert!(Parts::from_json(&json!({"method": "GET", "path": path})).is_err(), "{path}");
    }
    for parameters in [
        json!(null),
        json!({}),
        json!({"method": "DELETE", "path": "/a"}),
        json!({"method": "GET", "path": "/a", "query": [1]}),
        json!({"method": "GET", "path": "/a", "query": {"a": 1}}),
        json!({"method": "GET", "path": "/a", "headers": {"a b": "c"}}),
        json!({"method": "POST", "path": "/a", "body": 1, "text": "x"}),
    ] {
        assert!(Parts::from_json(&parameters).is_err(), "{parameters}");
    }
    let smuggled = json!({"method": "GET", "path": "/a", "headers": {"a": "b\r\nc: d"}});
    assert!(Parts::from_json(&smuggled).unwrap().request().is_err());
    let long = json!({"method": "GET", "path": "/a", "query": {"a": "x".repeat(9_000)}});
    assert!(Parts::from_json(&long).unwrap().request().is_err());
}

#[test]
fn a_handle_is_one_segment_of_a_path() {
    let file = kinds();
    let poll = exchange(&file, "later").poll.as_ref().unwrap();
    let crate::form::PollRoute::Handle { path, .. } = &poll.route else { panic!() };
    assert_eq!(poll_path(path, "a/../b?c").unwrap(), "/later/a%2F..%2Fb%3Fc");
    assert!(poll_path(path, "..").is_err());
}

proptest! {
    #[test]
    fn no_value_leaves_its_place(
        id in prop_oneof!["\\PC{1,40}", "[./\\\\%@?#{}\"'\\r\\n:]{1,12}", Just("..".to_owned()), Just("@evil.host".to_owned())],
        note in "[ -~]{1,40}",
    ) {
        let inputs = [("id", text(&id)), ("note", text(&note))];
        if let Ok(call) = asked(&inputs) {
            let path = call["path"].as_str().unwrap();
            prop_assert_eq!(path.matches('/').count(), 2);
            prop_assert!(path.starts_with("/people/") && path.ends_with(".v2"));
            let address = format!("https://api.acme.com/v1{path}");
            let url = url::Url::parse(&address).unwrap();
            prop_assert_eq!((url.host_str(), url.query(), url.fragment()), (Some("api.acme.com"), None, None));
            prop_assert_eq!(url.as_str(), &address);
            prop_assert_eq!(call["body"]["id"].as_str(), Some(&*id));
            let parts = Parts::from_json(&call).unwrap();
            prop_assert_eq!(parts.clone().into_json(), call);
            prop_assert!(parts.request().is_ok());
        }
    }
}
