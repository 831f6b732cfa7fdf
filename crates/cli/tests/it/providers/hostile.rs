//! Tests of malicious servers: echoed keys, redirects, texts that control a terminal, decompression bombs.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
};

use marl_core::{
    ErrorKind, Reply,
    provider::{AttemptEnd, Bought},
    terminal::is_unsafe,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use wire::testing::{answer, answered, answering, failed, head, serve, take_request};

use super::{KEY, all, error_text, replay::replaying, with_headers};

#[test]
fn the_key_is_in_one_header_and_nowhere_else() {
    for subject in all() {
        let (name, (heard, requests)) = (subject.info.name.as_str(), mpsc::channel());
        let base = serve(move |mut stream| {
            let _ = heard.send(take_request(&stream).unwrap_or_default());
            let _ = stream.write_all(answer(401, "no").as_bytes());
        });
        failed(subject.ask(base));
        let request = requests.recv().unwrap();
        let first_line = request.lines().next().unwrap_or_default();
        let headers: Vec<&str> = request.lines().skip(1).filter(|line| line.contains(KEY)).collect();
        assert!(!first_line.contains(KEY) && request.matches(KEY).count() == 1, "{name}: {request}");
        assert!(headers[0].split_once(':').is_some_and(|(header, _)| !header.contains(['{', ' '])), "{name}");
        assert!(request.to_lowercase().contains("user-agent: marl/"), "{name}: {request}");
    }
}

#[test]
fn a_redirect_to_another_host_is_not_followed() {
    for subject in all() {
        for status in [301, 302, 303, 307, 308] {
            let visits = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&visits);
            let other = serve(move |mut stream| {
                counted.fetch_add(1, SeqCst);
                let _ = stream.write_all(answer(200, "{}").as_bytes());
            });
            let base = answering(with_headers(status, &format!("Location: {other}/x\r\n"), ""));
            let failure = failed(subject.ask(base));
            let what = format!("{} meets HTTP {status}", subject.info.name);
            assert_eq!((failure.bought, failure.retryable), (Bought::No, false), "{what}");
            assert_eq!(visits.load(SeqCst), 0, "{what}");
        }
    }
}

#[test]
fn a_small_answer_that_inflates_to_a_huge_one_is_refused() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 100 << 20]).unwrap();
    let bomb = encoder.finish().unwrap();
    let whole = [(head(200, bomb.len()) + "Content-Encoding: gzip\r\n\r\n").into_bytes(), bomb].concat();
    for subject in all() {
        let failure = failed(subject.ask(answering(whole.clone())));
        let name = &subject.info.name;
        assert_eq!((failure.bought, failure.error.kind()), (Bought::Yes, ErrorKind::BadReply), "{name}");
    }
}

/// The key as a server may echo it: literally, and with JSON escapes.
const ECHOES: [&str; 4] =
    [KEY, r"test\u002dkey-1234\/567890", r"\u0074est-key-1234/567890", r"test\\u002dkey-1234\\/567890"];

/// Text that a terminal would interpret, or that would hide what follows.
const HOSTILE: &str =
    "\u{1b}[31mred\u{1b}]8;;http://evil.example\u{7}\u{9b}2J\r\n\tline\u{202e}\u{200b}\u{0}end";

#[test]
fn no_error_contains_the_key_or_controls_a_terminal() {
    for subject in all() {
        for status in [200, 302, 400, 401, 402, 403, 404, 409, 422, 429, 500, 503, 504, 525] {
            for echo in ECHOES {
                let bodies = [
                    format!("{HOSTILE} {echo} {HOSTILE}"),
                    format!("{{\"error\": \"bad {echo}\"}}"),
                    json!({ "success": true, "data": { "success": false, "error": HOSTILE }, "key": echo })
                        .to_string(),
                    format!("<html>{echo}{}</html>", "x".repeat(200_000)),
                ];
                for body in bodies {
                    let what = format!(
                        "{} meets HTTP {status} {:?}",
                        subject.info.name,
                        &body[..40.min(body.floor_char_boundary(40))]
                    );
                    let AttemptEnd::Failed(failure) = subject.ask(answering(answer(status, &body))).end
                    else {
                        continue;
                    };
                    let printed = error_text(&failure.error);
                    assert!(!printed.contains("567890"), "{what}: {printed}");
                    assert!(!failure.error.to_string().contains(is_unsafe), "{what}: {:?}", failure.error);
                    assert!(printed.len() < 10_000, "{what}: {}", printed.len());
                    assert!(!failure.body.unwrap_or_default().contains(KEY), "{what}: it would be stored");
                }
            }
        }
    }
}

/// Appends to the first text in a document.
fn append(json: &mut Json, more: &str) -> bool {
    match json {
        Json::String(text) => {
            text.push_str(more);
            true
        }
        Json::Array(items) => items.iter_mut().any(|item| append(item, more)),
        Json::Object(members) => members.values_mut().any(|member| append(member, more)),
        _ => false,
    }
}

#[test]
fn an_answer_that_echoes_the_key_is_stored_without_it() {
    for subject in all() {
        let name = &subject.info.name;
        let mut answers = subject.whole_answers();
        let mut document: Json = serde_json::from_str(&answers.pop().unwrap()).unwrap();
        assert!(append(&mut document, KEY), "{name}: {document}");
        answers.push(document.to_string());
        let stored = answered(subject.ask(replaying(answers)));
        assert!(stored.contains("[key]") && !stored.contains("567890"), "{name}: {stored}");
        let provider = subject.connected("http://127.0.0.1:1".to_owned(), Some(KEY));
        // An earlier version may have stored the answer with less care.
        for body in [stored.clone(), stored.replace("[key]", KEY)] {
            let Ok(Reply::Found(found)) = provider.read(&subject.found(), &body) else { panic!("{name}") };
            assert!(!format!("{found:?}").contains("567890"), "{name}");
        }
    }
}

/// Texts, including half of a complete answer and JSON of other shapes.
fn any_body() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,60}",
        "[{}\\[\\]\":,a-z0-9 \\\\]{0,60}",
        Just("{\"success\":true}".to_owned()),
        Just("{\"success\":true,\"data\":{\"success\":true}}".to_owned()),
        Just("[]".to_owned()),
        Just("null".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_stored_text_makes_a_provider_panic(body in any_body(), cut in 0..4_000_usize) {
        for subject in all() {
            let provider = subject.connected("http://127.0.0.1:1".to_owned(), Some(KEY));
            let call = subject.found();
            for body in [&*body, &body[..body.floor_char_boundary(cut)]] {
                for read in [provider.read(&call, body), provider.read_unusable(&call, body)] {
                    prop_assert!(!matches!(read, Err(error) if error.kind() == ErrorKind::Internal));
                }
            }
        }
    }
}
