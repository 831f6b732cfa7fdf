//! Removes the thoughts that a model writes before its answer, because drafts in them are not the answer.
//!
//! Only tags and channels are considered here. `choice` weighs words that announce a draft.

use std::{borrow::Cow, sync::LazyLock};

use regex::Regex;

use super::cues::Cues;

/// Tags around thoughts in the forms of known models: `<think>`, `[THINK]`, `◁think▷`,
/// `<|begin_of_thought|>`, `<thinking>`, each with optional attributes and blanks.
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    let names = "think|thinking|thought|thoughts|thinking_process|thought_process|reason|reasoning|reasoning_content|\
                 reflection|reflect|scratchpad|scratch_pad|analysis|(?:inner|internal)_(?:monologue|thoughts?|reasoning)|monologue|draft|\
                 planning|deliberation|rationale|cot|chain_of_thought";
    Regex::new(&format!(
        r"(?xi)
        (?: < | &lt; | ◁ )\s*(?P<close>/)?\s*(?:[a-z]+:)?(?:{names})\b[^<>◁▷&\n]{{0,80}}(?: > | &gt; | ▷ )
        | \[\s*(?P<close2>/)?\s*(?:think|thinking|reasoning)\s*\]
        | <\|\s*(?P<bound>begin|end|start)_of_(?:thought|thinking|reasoning|think)s?\s*\|>
        | <\|\s*(?P<close3>/)?\s*(?:{names})\s*\|>
        | (?P<close4>(?m:^)\s*\.{{3}}\s*done\ thinking\.?)"
    ))
    .expect("the pattern is valid")
});

/// The header of a channel in a conversation: `<|channel|>analysis<|message|>...<|end|>`.
static CHANNEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)<\|channel\|>\s*(\w*)[^<]{0,80}<\|message\|>").expect("the pattern is valid")
});

/// Tags around the answer itself, after the thoughts.
static ANSWER: LazyLock<Regex> = LazyLock::new(|| {
    let names = "answer|final_answer|final|response|output|result|json|solution";
    Regex::new(&format!(r"(?is)<({names})>(.*?)(?:</(?:{names})>|$)")).expect("the pattern is valid")
});

/// A code block whose language names a thought.
static FENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?is)```\s*(?:think|thinking|thoughts?|reasoning|scratchpad)\b.*?(?:```|$)")
        .expect("the pattern is valid")
});

/// Text that a model folded away, struck out or commented out before its answer.
static SET_ASIDE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?is)<!--.*?-->|<details\b.*?</details>|~~[^~]*~~|<(?:del|s|strike)>.*?</(?:del|s|strike)>")
        .expect("the pattern is valid")
});

/// Words and signs of which every pattern needs one.
const CUES: &[&str] = &[
    "think",
    "thought",
    "reason",
    "reflect",
    "scratch",
    "analysis",
    "monologue",
    "draft",
    "planning",
    "deliberation",
    "rationale",
    "cot",
    "commentary",
    "~~",
    "...",
    "<",
    "&lt;",
    "\n>",
];

/// The text without thoughts.
pub(super) fn without(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '◁', '[', '`', '&', '~', '>', '.'])
        || serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
    {
        return Cow::Borrowed(text);
    }
    static ANY: Cues = Cues::new(&[CUES]);
    // The patterns are slow, and nearly every answer contains none of their words.
    let lower = text.to_ascii_lowercase();
    if !ANY.occur_in(&lower) && !lower.starts_with('>') {
        return Cow::Borrowed(text);
    }
    let text = last_channel(text);
    let text = if lower.contains("```") { FENCE.replace_all(text, "\n") } else { Cow::Borrowed(text) };
    let text = without_tagged(&text);
    // When no object is left, the answer itself was set aside, so nothing is removed.
    let kept = SET_ASIDE.replace_all(&text, "\n");
    let text = if kept.contains('{') { without_quoted_lines(&kept) } else { text };
    match ANSWER.captures_iter(&text).filter(|found| found[2].contains(['{', '['])).last() {
        Some(found) => Cow::Owned(found[2].to_owned()),
        None => Cow::Owned(text),
    }
}

/// The text without quoted lines, provided that an object remains.
fn without_quoted_lines(text: &str) -> String {
    let is_quoted = |line: &&str| line.trim_start().starts_with('>');
    let others: Vec<&str> = text.split('\n').filter(|line| !is_quoted(line)).collect();
    let others = others.join("\n");
    if others.contains('{') { others } else { text.to_owned() }
}

/// The text of the final channel; empty when the answer has only other channels.
fn last_channel(text: &str) -> &str {
    let mut last = None;
    for found in CHANNEL.captures_iter(text) {
        let after = &text[found.get(0).map_or(0, |whole| whole.end())..];
        let name = found[1].to_lowercase();
        last = Some(if ["analysis", "commentary", "thought", "thinking"].contains(&&*name) {
            ""
        } else {
            after
        });
    }
    let Some(channel) = last else {
        // Sometimes the channel signs are lost and only the channel names remain.
        return text.rsplit_once("assistantfinal").map_or(text, |(_, answer)| answer);
    };
    let end = ["<|end|>", "<|return|>", "<|start|>"].iter().filter_map(|end| channel.find(end)).min();
    &channel[..end.unwrap_or(channel.len())]
}

/// The text outside thought tags. A closing tag without an opening one ends a thought that began with the
/// text. A thought without a closing tag extends to the end, except for an answer set apart in it.
fn without_tagged(text: &str) -> String {
    let (mut kept, mut depth, mut from) = (String::with_capacity(text.len()), 0_usize, 0);
    for found in TAG.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        let is_end = ["close", "close2", "close3", "close4"].iter().any(|name| found.name(name).is_some())
            || found.name("bound").is_some_and(|bound| bound.as_str().eq_ignore_ascii_case("end"));
        match (is_end, depth) {
            (true, 0) => kept.clear(),
            (true, _) => depth -= 1,
            (false, _) => {
                if depth == 0 {
                    kept.push_str(&text[from..whole.start()]);
                }
                depth += 1;
            }
        }
        from = whole.end();
    }
    let rest = &text[from..];
    kept.push('\n');
    kept.push_str(if depth == 0 { rest } else { set_apart(rest) });
    kept
}

/// The answer at the end of an unclosed thought: the last code block, or the text after a line that
/// announces the answer.
fn set_apart(thought: &str) -> &str {
    static ANNOUNCED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?im)^[\s*#>]*(?:the\s+)?(?:final\s+(?:answer|output|result|json)|answer|output)\s*(?:is)?\s*\**\s*:|^[^{}\n]{0,60}\b(?:answer|output|json)\b[^{}\n]{0,20}:\s*$")
            .expect("the pattern is valid")
    });
    let announced = ANNOUNCED.find_iter(thought).last().map(|found| found.end());
    let fenced = thought.trim_end().strip_suffix("```").and_then(|body| body.rfind("```"));
    announced.or(fenced).map_or("", |at| &thought[at..])
}

#[cfg(test)]
mod tests {
    use super::without;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(without(text).trim(), expect, "{text}");
    }

    #[test]
    fn thoughts_of_all_forms_are_dropped() {
        for text in [
            "<think>Maybe {1}?</think>{2}",
            "<THINK>\nMaybe {1}?\n</THINK>\n{2}",
            "<thinking>Maybe {1}?</thinking>{2}",
            "<think time=\"3s\">Maybe {1}?</think >{2}",
            "< reasoning >Maybe {1}?</ reasoning>{2}",
            "<thinking>{1}</thinking>{2}",
            "<scratchpad>{1}</scratchpad>{2}",
            "<internal_thoughts>{1}</internal_thoughts>{2}",
            "&lt;think&gt;{1}&lt;/think&gt;{2}",
            "[THINK]{1}[/THINK]{2}",
            "◁think▷{1}◁/think▷{2}",
            "<|begin_of_thought|>{1}<|end_of_thought|>{2}",
            "I recall {1}.</think>{2}",
            "I recall {1}.</think> no {1} </think>{2}",
            "<think>a<think>{1}</think>{1}</think>{2}",
            "<think>{1}</think><think>{1}</think>{2}",
            "```thinking\n{1}\n```\n{2}",
            "<|channel|>analysis<|message|>{1}<|end|><|start|>assistant<|channel|>final<|message|>{2}<|return|>",
            "<think>{1}</think><answer>{2}</answer>",
            "<reflection>{1}</reflection>\n<output>\n{2}\n</output>",
            "<think>{1} hmm\n\nFinal answer: {2}",
            "<think>{1} hmm\n```\n{2}\n",
        ] {
            let expect = if text.ends_with("```\n{2}\n") { "" } else { "{2}" };
            check(text, expect);
        }
        check("<think>Maybe {1}", "");
        check("<think>Maybe {1}\n\n```json\n{2}\n```", "```json\n{2}\n```");
        check("<|channel|>analysis<|message|>{1}", "");
        check("{1}</think>", "");
    }

    #[test]
    fn an_answer_without_thoughts_is_kept() {
        for text in [
            "{2}",
            "{\"a\": \"sells <think> tags\"}",
            "Their slogan is [think big]. {2}",
            "<analyst> {2}",
            "a < b {2}",
        ] {
            check(text, text);
        }
    }
}
