//! Detects that the text around an object calls it an invented sample. This module must not decide what
//! follows from that.

use super::{is_conditional, sentences, speaks_of};
use crate::{
    Column,
    answer::{announced, cues::Cues, uninformative},
    is_placeholder,
};

/// Whether an object is a sample: the text says so, or presents it as one and finds nothing.
pub(super) fn is_made_up(before: &str, after: &str, outputs: &[Column]) -> bool {
    const ANSWERS: [&str; 8] =
        ["answer", "value", "format", "example", "json", "response", "output", "following"];
    const DENIED: [&str; 10] = [
        "not made",
        "not a ",
        "not an ",
        "not invented",
        "not fict",
        "no placeholder",
        "not fabricated",
        "not fake",
        "isn't a",
        "no example",
    ];
    let is_denied = |text: &str| DENIED.iter().any(|words| text.contains(words));
    static CUES: Cues = Cues::new(&[INVENTED]);
    let says = |text: &str| CUES.occur_in(text);
    let label = announced::last_sentence(before).to_lowercase();
    let announces = label.trim_end().ends_with(':') || ANSWERS.iter().any(|word| label.contains(word));
    if says(&label) && announces && !is_denied(&label) {
        return true;
    }
    let refers = |lower: &str| {
        let mut words = lower.split(|c: char| !c.is_alphanumeric());
        words.any(|word| OF_ALL.contains(&word)) || OF_ALL_WITHIN.iter().any(|word| lower.contains(word))
    };
    let is_behind = |sentence: &str| {
        let lower = sentence.to_lowercase();
        let speaks_of_one = outputs.iter().any(|column| speaks_of(sentence, column));
        says(&lower)
            && refers(&lower)
            && !speaks_of_one
            && !is_of_inventor(&lower)
            && !is_conditional(&lower)
            && !is_denied(&lower)
    };
    let is_sample = SAMPLES.iter().any(|words| label.contains(words));
    let finds_nothing =
        |sentence: &str| is_placeholder(sentence) || uninformative::denies_throughout(sentence);
    sentences(after).take(3).any(is_behind)
        || is_sample && !is_denied(&label) && sentences(before).chain(sentences(after)).any(finds_nothing)
}

/// Words that call values invented.
#[rustfmt::skip]
const INVENTED: &[&str] = &[
    "made-up", "made up", "illustrative", "fictitious", "fictional", "hypothetical", "dummy", "sample value", "sample data",
    "placeholder value", "placeholder data", "placeholder answer", "are placeholder", "is a placeholder", "mock data", "invented", "example value",
    "beispielwerte", "erfundene", "platzhalter", "valeurs fictives", "exemple fictif", "datos ficticios", "valores de ejemplo",
    "dados fictícios", "dati fittizi", "dati di esempio", "fictieve", "przykładowe dane", "вымышлен", "fake data", "fake output", "fake answer", "fake response", "fake value", "fake json",
    "fake record", "is fake", "are fake", "was fake", "fabricated", "hallucinat",
    "simulated", "for illustration", "made that up", "made it up", "made this up", "name up", "erfunden", "fiktiv", "fictives", "fictif", "inventad",
    "inventat", "verzonnen", "fictício", "zmyślon", "虚构", "虛構", "架空", "예시", "가상의", "örnektir", "uydurma", "示例",
];

/// Words with which a sentence after an object refers to the object or to the author of the answer.
#[rustfmt::skip]
const OF_ALL: &[&str] = &[
    "i", "i've", "above", "this", "that", "these", "those", "it", "values", "answer", "data", "fields", "entry", "name", "dies", "diese",
    "das", "angaben", "daten", "ces", "cette", "ceci", "données", "estos", "esto", "datos", "questi", "questo", "dati", "dit", "deze", "gegevens", "estes", "isto",
    "dados", "te", "dane", "to", "это", "данные", "эти", "bu", "bilgiler",
];

/// [`OF_ALL`] in scripts without spaces between words.
const OF_ALL_WITHIN: &[&str] = &["以上", "这", "這", "これ", "信息", "数据", "データ", "情報", "위", "정보"];

/// Whether a sentence is about a company's own invention: "It invented the robot", "This process was
/// invented by Acme".
fn is_of_inventor(lower: &str) -> bool {
    let invents =
        ["is invented", "are invented", "were invented", "was invented", "i invented", "have invented"];
    lower.contains("invented by")
        || lower.contains("invented") && !invents.iter().any(|words| lower.contains(words))
}

/// Words that present an object as a sample, but may also describe a real answer.
#[rustfmt::skip]
const SAMPLES: &[&str] = &[
    "example", "sample", "format", "template", "would look like", "would be", "schema", "beispiel", "exemple", "ejemplo", "exemplo",
    "esempio", "voorbeeld", "przykład", "пример",
];
