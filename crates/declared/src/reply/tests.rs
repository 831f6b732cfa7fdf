//! Tests of rules, parts and costs.

use marl_core::provider::{Bought, Reach};
use proptest::prelude::*;

use super::*;
use crate::{
    File, Word,
    testing::{exchange, kinds},
};

fn reader<'f>(file: &'f File, operation: &str, stage: Stage) -> Reader<'f> {
    Reader { vendor: &file.vendor, exchange: exchange(file, operation), stage }
}

fn word(operation: &str, stage: Stage, status: u16, text: &str) -> Word {
    reader(&kinds(), operation, stage).verdict(&Document::new(status, text)).word
}

#[test]
fn the_rules_of_the_operation_come_before_those_of_the_provider_and_the_defaults() {
    use Word::*;
    for (status, text, expect) in [
        (200, r#"{"person": {"name": "x"}}"#, Found),
        (200, r#"{"person": {}}"#, NoData),
        (200, r#"{"other": 1}"#, NoData),
        (200, "null", NoData),
        (200, "<html>", Unusable),
        (204, "", Unusable),
        (200, r#"{"person": 1, "state": "broke"}"#, OutOfCredit),
        (404, "whatever", NoData),
        (451, "", Blocked),
        (500, "your quota is over", OutOfCredit),
        (500, "", TryAgain),
        (301, "", Refused),
        (400, r#"{"errors": []}"#, InvalidInput),
        (401, "{}", Auth),
        (402, "{}", OutOfCredit),
        (403, "{}", Forbidden),
        (403, " <!doctype html>", TryAgain),
        (405, "", Refused),
        (408, "", TryAgain),
        (410, "", Refused),
        (422, "", InvalidInput),
        (429, "", SlowDown),
        (504, "", InDoubt),
        (522, "", Undelivered),
        (503, "", TryAgain),
    ] {
        assert_eq!(word("alone", Stage::First, status, text), expect, "{status} {text}");
    }
}

#[test]
fn an_answer_that_announces_another_one_finds_nothing_yet() {
    use Word::*;
    for (operation, stage, status, text, expect) in [
        ("later", Stage::First, 200, r#"{"job": "7"}"#, Pending),
        ("later", Stage::First, 202, "", Pending),
        ("later", Stage::Poll, 400, "", Pending),
        ("later", Stage::First, 400, "", InvalidInput),
        ("later", Stage::Poll, 200, r#"{"name": "x"}"#, Found),
        ("later", Stage::Poll, 200, r#"{"name": ""}"#, NoData),
        ("later", Stage::Poll, 200, r#"{"state": "gone"}"#, Refused),
        ("again", Stage::First, 202, "{}", Pending),
        ("again", Stage::Poll, 202, "{}", Pending),
        ("again", Stage::Poll, 200, "{}", Found),
        // A whole answer to several calls finds nothing for one of them.
        ("together", Stage::First, 200, "[]", Found),
        ("together", Stage::First, 404, "", Refused),
        ("together", Stage::Part, 404, "{}", NoData),
    ] {
        assert_eq!(word(operation, stage, status, text), expect, "{operation} {stage:?} {status} {text}");
    }
}

#[test]
fn each_word_has_the_meaning_of_the_house() {
    let file = kinds();
    let reader = reader(&file, "alone", Stage::First);
    let document = Document::new(200, r#"{"message": "it says so"}"#);
    let wait = Some(std::time::Duration::from_secs(20));
    let told: Vec<String> = Word::ALL
        .iter()
        .filter(|word| !word.is_answer() && **word != Word::Pending)
        .map(|word| {
            let said = Some("it says so".to_owned());
            let verdict = Verdict { word: *word, said, is_ruled: true };
            let failure = reader.failure(&verdict, &document, wait);
            assert!(failure.sent, "{word:?}");
            assert_eq!(failure.error.may_be_billed(), failure.bought != Bought::No, "{word:?}");
            let retry = if failure.retryable { "retried" } else { "final" };
            let wait = failure.retry_after.map(|wait| format!(", after {wait:?}")).unwrap_or_default();
            let reach =
                if failure.reach == Reach::Call { String::new() } else { format!(", {:?}", failure.reach) };
            format!(
                "{:13} {:5} {retry}{wait}{reach}: {}",
                word.name(),
                format!("{:?}", failure.bought),
                failure.error
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_stored_text_is_the_vendors_own_unless_the_status_matters() {
    let file = kinds();
    let reader = reader(&file, "alone", Stage::Part);
    for (status, text, expect) in [
        (200, r#"{"person": 1}"#, r#"{"person": 1}"#),
        (201, r#"{"person": 1}"#, r#"{"person": 1}"#),
        (200, r#"{"person": null}"#, r#"{"person": null}"#),
        (404, r#"{"person": null}"#, r#"{"person": null}"#),
        (404, "no", "HTTP 404\nno"),
        (200, "HTTP 404\nx", "HTTP 200\nHTTP 404\nx"),
    ] {
        let document = Document::new(status, text);
        let word = reader.verdict(&document).word;
        let stored = to_stored(reader, &document, word);
        assert_eq!(stored, expect, "{status} {text}");
        let (status, text) = from_stored(&stored);
        assert_eq!(reader.verdict(&Document::new(status, text)).word, word, "{stored}");
    }
}

fn matched_of(text: &str) -> Result<Vec<Option<String>>, &'static str> {
    let file = kinds();
    let bulk = exchange(&file, "together").bulk.as_ref().unwrap();
    let ids = ["a", "b", "a"].map(str::to_owned);
    let parts = matched(bulk, text, &ids, false)?;
    assert_eq!(parts.others, [""; 0]);
    Ok(parts.own.into_iter().map(|part| part.map(str::to_owned)).collect())
}

#[test]
fn a_job_answers_other_calls_too() {
    let file = kinds();
    let bulk = exchange(&file, "together").bulk.as_ref().unwrap();
    let (a, b) = (r#"{"meta":{"call":"a"}}"#, r#"{"meta":{"call":"b"}}"#);
    let text = format!(r#"{{"out": {{"x": 1, "list": [{a}, {b}]}}}}"#);
    let ids = ["b".to_owned()];
    let parts = matched(bulk, &text, &ids, true).unwrap();
    assert_eq!((parts.own, parts.others), (vec![Some(b)], vec![a]));
    assert!(matched(bulk, &text, &ids, false).is_err());
}

#[test]
fn parts_are_matched_by_what_they_repeat_and_never_by_place() {
    let list = |items: &[&str]| format!(r#"{{"out": {{"x": 1, "list": [{}]}}}}"#, items.join(", "));
    let (a, b) = (r#"{"z":1.50, "meta":{"call":"a"}}"#, r#"{"meta":{"call":"b"}}"#);
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(matched_of(&list(&[b, a])), Ok(vec![some(a), some(b), some(a)]));
    assert_eq!(matched_of(&list(&[b])), Ok(vec![None, some(b), None]));
    assert_eq!(matched_of(&list(&[])), Ok(vec![None, None, None]));
    for (text, expect) in [
        (list(&[a, b, a]), "two items answer one call"),
        (list(&[a, r#"{"meta":{"call":"c"}}"#]), "an item answers a call that was not made"),
        (list(&[a, r#"{"meta":{}}"#]), "an item does not say which call it answers"),
        (list(&[a, "7"]), "an item does not say which call it answers"),
        (r#"{"out": {"list": {}}}"#.to_owned(), "it does not list the items where the file says"),
        ("[]".to_owned(), "it does not list the items where the file says"),
        ("<html>".to_owned(), "it does not list the items where the file says"),
    ] {
        assert_eq!(matched_of(&text), Err(expect), "{text}");
    }
}

#[test]
fn a_cost_is_shared_among_the_calls_that_are_billed() {
    let file = kinds();
    let (found, all) = (exchange(&file, "together"), exchange(&file, "alone"));
    use Word::*;
    assert_eq!(shared(found, Some(3.0), &[Found, NoData, Found], &[]), [Some(1.5), Some(0.0), Some(1.5)]);
    assert_eq!(
        shared(all, Some(3.0), &[Found, NoData, InvalidInput], &[]),
        [Some(1.5), Some(1.5), Some(0.0)]
    );
    assert_eq!(shared(found, Some(2.0), &[NoData, NoData], &[]), [Some(1.0), Some(1.0)]);
    assert_eq!(shared(found, None, &[Found], &[]), [None]);
    assert_eq!(shared(found, Some(3.0), &[Found], &[NoData, Found, Found]), [Some(1.0)]);
    let cost = |text: &str| stated(all, &Document::new(200, text), |_| None);
    assert_eq!(cost(r#"{"cost": 2.5}"#), Some(2.5));
    assert_eq!(cost(r#"{"cost": "2.5"}"#), Some(2.5));
    for text in [r#"{"cost": -1}"#, r#"{"cost": "NaN"}"#, r#"{"cost": null}"#, "{}", "no"] {
        assert_eq!(cost(text), None, "{text}");
    }
    let header =
        |value: &'static str| stated(found, &Document::new(200, ""), move |_| Some(value.to_owned()));
    assert_eq!((header(" 4 "), header("four")), (Some(4.0), None));
}

/// Texts that are nearly what the rules look at.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,60}",
        "[{}\\[\\]\":,a-z0-9 \\\\]{0,60}",
        r#"\{"(person|state|name|status|job|cost|message)": (null|1e999|"x"|\[\[\]\]|\{\}|-7)\}"#,
        r#"HTTP [0-9]{0,5}\n?.{0,20}"#,
    ]
}

proptest! {
    #[test]
    fn any_answer_has_a_meaning_and_is_stored_with_it(text in any_text(), status in 0_u16..1000) {
        let file = kinds();
        for operation in ["alone", "again", "together", "later", "both"] {
            for stage in [Stage::First, Stage::Poll, Stage::Part] {
                let reader = reader(&file, operation, stage);
                let document = Document::new(status, &text);
                let verdict = reader.verdict(&document);
                let _ = reader.handle(&document);
                let failure = reader.failure(&verdict, &document, None);
                prop_assert!(failure.error.to_string().len() < 4_000);
                if stage == Stage::Part && verdict.word.is_answer() && (100..600).contains(&status) {
                    let stored = to_stored(reader, &document, verdict.word);
                    let (status, text) = from_stored(&stored);
                    prop_assert_eq!(reader.verdict(&Document::new(status, text)).word, verdict.word);
                }
            }
        }
        let _ = matched_of(&text);
    }
}
