//! Whether the words around an object call it an invented sample.

use super::{is_conditional, sentences, speaks_of};
use crate::{
    Column,
    answer::{announced, cues::Cues, unknowing},
    is_placeholder,
};

/// Whether an object is a sample: the words say so, or call it one and find nothing.
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
    let says = |text: &str| CUES.stand_in(text);
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
    let finds_nothing = |sentence: &str| is_placeholder(sentence) || unknowing::denies_throughout(sentence);
    sentences(after).take(3).any(is_behind)
        || is_sample && !is_denied(&label) && sentences(before).chain(sentences(after)).any(finds_nothing)
}

/// Words that say that values are invented.
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

/// Words by which a sentence behind an object speaks of it, or of the one who wrote it.
#[rustfmt::skip]
const OF_ALL: &[&str] = &[
    "i", "i've", "above", "this", "that", "these", "those", "it", "values", "answer", "data", "fields", "entry", "name", "dies", "diese",
    "das", "angaben", "daten", "ces", "cette", "ceci", "données", "estos", "esto", "datos", "questi", "questo", "dati", "dit", "deze", "gegevens", "estes", "isto",
    "dados", "te", "dane", "to", "это", "данные", "эти", "bu", "bilgiler",
];

/// The same in scripts that set no spaces.
const OF_ALL_WITHIN: &[&str] = &["以上", "这", "這", "これ", "信息", "数据", "データ", "情報", "위", "정보"];

/// "It invented the robot", "This process was invented by Acme": a company's own invention.
fn is_of_inventor(lower: &str) -> bool {
    let invents =
        ["is invented", "are invented", "were invented", "was invented", "i invented", "have invented"];
    lower.contains("invented by")
        || lower.contains("invented") && !invents.iter().any(|words| lower.contains(words))
}

/// Words that call an object a sample, and may be said of a real answer too.
#[rustfmt::skip]
const SAMPLES: &[&str] = &[
    "example", "sample", "format", "template", "would look like", "would be", "schema", "beispiel", "exemple", "ejemplo", "exemplo",
    "esempio", "voorbeeld", "przykład", "пример",
];
