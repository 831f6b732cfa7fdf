//! Answers that retract something, and answers that only add remarks.

use super::*;
use crate::{SemanticType, answer::read};

const SUBJECT: &str = "Find the present CEO of the company with the web domain acme.com.";

const OUTPUTS: &[Column] = &[
    Column::optional("ceo_name", SemanticType::Text, "full name of the chief executive"),
    Column::optional("ceo_linkedin_url", SemanticType::LinkedinUrl, "their profile"),
    Column::optional("employee_count", SemanticType::Integer, "people employed"),
];

const JOHN: &str =
    r#"{"ceo_name": "John Roe", "ceo_linkedin_url": "linkedin.com/in/john-roe", "employee_count": 120}"#;

/// The cells that are read: name, profile, count. `Err` when the reply cannot be trusted.
fn cells(answer: &str) -> Result<[String; 3], String> {
    let fields = read(answer, SUBJECT, OUTPUTS).map_err(|error| error.message().to_owned())?;
    let cell = |at: usize| fields.cell(&OUTPUTS[at].name).unwrap_or_default();
    Ok([cell(0), cell(1).replace("https://www.linkedin.com/in/", ""), cell(2)])
}

#[track_caller]
fn check(answer: &str, expect: [&str; 3]) {
    assert_eq!(cells(answer), Ok(expect.map(str::to_owned)), "{answer}");
}

#[test]
fn a_plain_correction_replaces_the_value() {
    for words in [
        "Correction: the CEO is Jane Doe, not John Roe.",
        "Actually, the current CEO is Jane Doe.",
        "Wait, Jane Doe is the new CEO.",
        "This answer is wrong. The CEO is Jane Doe.",
        "John Roe stepped down in May. Jane Doe is now the CEO.",
        "Korrektur: CEO ist jetzt Jane Doe.",
        "**Correction:** it is Jane Doe, not John Roe.",
    ] {
        // The profile belongs to the old person; the count does not.
        check(&format!("{JOHN}\n\n{words}"), ["Jane Doe", "", "120"]);
    }
    check(&format!("{JOHN}\nCorrection: the employee count is 450."), ["John Roe", "john-roe", "450"]);
}

#[test]
fn a_retracted_field_is_dropped() {
    for words in
        ["The LinkedIn link above is wrong.", "Correction: the LinkedIn profile belongs to a namesake."]
    {
        check(&format!("{JOHN}\n\n{words}"), ["John Roe", "", "120"]);
    }
}

#[test]
fn a_retraction_without_a_better_value_is_a_bad_reply() {
    for words in [
        "Correction: he is the chairman; nobody leads it at present.",
        "IMPORTANT: this person is NOT the CEO of acme.com.",
        "This answer is wrong.",
        "Please disregard the above.",
        "Update: Roe has since left the company.",
        "He passed away in 2021.",
        "John Roe is no longer the CEO.",
        "Note that this is a different company.",
        "Correction: the CEO is Jane Doe. The CEO is Mary Major.",
        "訂正：社長は交代しました。",
        "Achtung: Roe ist nicht mehr Geschäftsführer.",
        "Nota: ya no es el CEO.",
        "Remarque : il n'est plus le PDG.",
        "Edit: Jane Doe took over in 2024.",
    ] {
        let result = cells(&format!("{JOHN}\n\n{words}"));
        assert!(result.as_ref().is_err_and(|error| error.contains("takes back")), "{words}: {result:?}");
    }
}

#[test]
fn a_correction_of_the_count_keeps_the_person() {
    for words in [
        "Correction: they employ 430 people, not 120.",
        "Rettifica: 430 dipendenti.",
        "The headcount was made up.",
        "Please disregard the employee count.",
        "Die Mitarbeiterzahl ist falsch.",
        "Le nombre d'employés est faux.",
    ] {
        check(&format!("{JOHN}\n\n{words}"), ["John Roe", "john-roe", ""]);
    }
    check(&format!("{JOHN}\n\nTell me if the headcount is wrong."), ["John Roe", "john-roe", "120"]);
}

#[test]
fn a_person_who_left_or_was_replaced_is_not_read() {
    for words in [
        "But the registry lists Jane Doe as CEO.",
        "Jane Doe has been CEO since 2024.",
        "Jane Doe has replaced him as chief executive.",
        "The new CEO, Jane Doe, took office in May.",
        "Jane Doe succeeded John Roe as CEO of Acme.",
        "LinkedIn names Jane Doe as CEO.",
        "Seit Mai ist Jane Doe Geschäftsführerin.",
        "Depuis mai, Jane Doe dirige la société comme PDG.",
        "His successor is Jane Doe.",
        "Sorry, Jane Doe.",
        "Correct person: Jane Doe.",
        "Roe stepped aside last year.",
        "He has since been dismissed.",
        "The owners sacked John Roe in May.",
        "He served as CEO until 2020.",
        "John Roe was chief executive from 2011 to 2019.",
        "Roe's tenure ended in 2020.",
        "John Roe is the CFO.",
        "John Roe wurde abberufen.",
        "John Roe a quitté la société en 2022.",
        "John Roe dejó la compañía.",
        "John Roe ha lasciato la società.",
        "John Roe stapte op.",
        "John Roe已离职。",
        "He works for Beta, not acme.com.",
        "Oops, wrong person.",
        "That is the wrong Acme.",
        "I only guessed.",
        "Das ist falsch.",
        "C'est une erreur.",
    ] {
        let result = cells(&format!("{JOHN}\n\n{words}"));
        let is_jane = result.as_ref().is_ok_and(|cells| cells[0] == "Jane Doe" && cells[1].is_empty());
        let is_bad = result.as_ref().is_err_and(|error| error.contains("takes back"));
        assert!(is_bad || is_jane, "{words}: {result:?}");
    }
}

#[test]
fn a_label_of_another_person_is_a_bad_reply() {
    for label in [
        "Their previous CEO was:",
        "The previous CEO:",
        "Ehemaliger Geschäftsführer:",
        "Ancien PDG :",
        "I found no CEO; the COO is:",
        "For acme-group.com (not acme.com):",
        "The head of the unrelated Acme Bakery is:",
    ] {
        let result = cells(&format!("{label}\n{JOHN}"));
        let is_bad = result.as_ref().is_err_and(|error| error.contains("takes back"));
        assert!(is_bad, "{label}: {result:?}");
    }
}

#[test]
fn an_invented_sample_is_no_data() {
    for (before, after) in [
        ("I cannot browse, so here is a made-up answer:", ""),
        ("The following values are illustrative:", ""),
        ("", "Note: these are placeholder values."),
        ("", "All values above are fictional."),
        ("I could not find the CEO. Sample output:", ""),
        ("Expected format:", "I was unable to find any information."),
        ("Es folgen Beispielwerte:", ""),
        ("Fake output:", ""),
        ("Simulated answer:", ""),
        ("", "I made this up."),
        ("", "These fields are a hallucination."),
        ("", "Diese Daten sind erfunden."),
        ("", "Ces valeurs sont fictives : ces données n'existent pas."),
        ("", "Questi valori sono inventati."),
        ("", "这些数据是虚构的。"),
    ] {
        check(&format!("{before}\n{JOHN}\n{after}"), ["", "", ""]);
    }
}

#[test]
fn remarks_that_retract_nothing_keep_the_answer() {
    let john = ["John Roe", "john-roe", "120"];
    for (before, after) in [
        ("An example of the format you asked for:", ""),
        ("", "I hope this helps!"),
        ("", "Note: the figure is from LinkedIn."),
        ("", "Actually, the company was founded in 2010."),
        ("", "His predecessor Mary Major stepped down in 2019."),
        ("", "Mary Major left the company in 2019."),
        ("", "John Roe succeeded Mary Major, who resigned."),
        ("", "Update: John Roe is still the CEO."),
        ("", "Correction of a common mistake: the CEO is John Roe."),
        ("", "If this is wrong, tell me."),
        ("", "Tell me if this is wrong."),
        ("", "There is no sign that he has left."),
        ("", "He left Beta Corp to join Acme."),
        ("", "He was CEO of Beta until 2015."),
        ("", "John Roe succeeded Mary Major as CEO in 2019."),
        ("", "The CFO is Mary Major."),
        ("", "Mary Major is the CEO of Beta."),
        ("", "Mary Major is CEO of the parent company."),
        ("", "The former CEO was Mary Major."),
        ("", "John Roe is the founder and CEO of Acme Robotics."),
        ("", "He succeeded Mary Major as CEO."),
        ("", "John Roe, CEO, spoke at the Berlin Robot Fair."),
        ("", "Roe is chairman and CEO."),
        ("", "The CEO is supported by the COO Mary Major."),
        ("", "The CEO lives in San Antonio."),
        ("", "It is listed on the Vienna Stock Exchange, said the CEO."),
        ("", "According to Robot Weekly, the CEO took the post in 2020."),
        ("", "Mary Major, who chairs the board, announced him as CEO."),
        ("", "He left in 2018 and came back in 2020."),
        ("", "This data is not fabricated."),
        ("", "It invented the warehouse robot."),
        ("", "That process was invented by Acme."),
        ("This is not an example:", ""),
        ("After a look at the former CEOs, the answer is:", ""),
        ("", "The chief executive is not on LinkedIn often."),
        ("", "It is not the company that makes anvils in Texas."),
        ("Acme sells dummy targets.", ""),
        ("", "Acme's products include placeholder art."),
    ] {
        check(&format!("{before}\n{JOHN}\n{after}"), john);
    }
}

#[test]
fn a_later_object_replaces_a_retracted_one() {
    let jane = r#"{"ceo_name": "Jane Doe"}"#;
    check(&format!("{JOHN}\nHe has since left.\n\nSo: {jane}"), ["Jane Doe", "", ""]);
    check(&format!("{JOHN} is outdated. {jane} is right."), ["Jane Doe", "", ""]);
    check(
        &format!("{JOHN}\n\nThe registry, which is out of date, says:\n{jane}"),
        ["John Roe", "john-roe", "120"],
    );
}

proptest::proptest! {
    #[test]
    fn no_words_cause_a_panic(words in "(Correction: |the CEO |is |John |Roe|left|[.:,\n]|wrong |above |\\PC){0,30}") {
        let _ = cells(&format!("{words}{JOHN}{words}"));
    }
}
