//! Makes attempts of answers. This module sends nothing.

use std::time::{Duration, SystemTime};

use marl_core::{
    ErrorKind,
    provider::{Attempt, AttemptEnd, Failure, Outgoing},
};
use wire::Answer;

use super::{DeclaredProvider, requests::id};
use crate::{
    form::{BulkForm, Exchange, PollRoute, WaitForm, Word},
    reply::{self, Document, Reader, Stage, Verdict},
};

impl DeclaredProvider {
    pub(super) fn reader<'a>(&'a self, exchange: &'a Exchange, stage: Stage) -> Reader<'a> {
        Reader { vendor: &self.vendor, exchange, stage }
    }

    /// The attempt of a call that has an answer of its own. `handle` is what a pending call is polled with,
    /// unless the answer states it.
    pub(super) fn single(
        &self,
        exchange: &Exchange,
        answer: &Answer<'_>,
        stage: Stage,
        handle: &str,
    ) -> Attempt {
        let reader = self.reader(exchange, stage);
        let document = Document::new(answer.status, &answer.body);
        let verdict = reader.verdict(&document);
        let end = self.end(reader, &verdict, &document, handle, answer);
        let is_pending = matches!(end, AttemptEnd::Pending { .. });
        let cost = reply::stated(exchange, &document, |name| answer.header(name)).filter(|_| !is_pending);
        Attempt { cost, ..answer.attempt(end) }
    }

    fn end(
        &self,
        reader: Reader<'_>,
        verdict: &Verdict,
        document: &Document<'_>,
        handle: &str,
        answer: &Answer<'_>,
    ) -> AttemptEnd {
        match verdict.word {
            Word::Found | Word::NoData => {
                AttemptEnd::Answered(reply::to_stored(reader, document, verdict.word))
            }
            Word::Pending => match self.handle(reader, document, handle) {
                Some(handle) => AttemptEnd::Pending { handle },
                None => self.unusable(reader, verdict, document),
            },
            Word::Unusable => self.unusable(reader, verdict, document),
            _ => AttemptEnd::Failed(reader.failure(verdict, document, self.wait(answer))),
        }
    }

    fn unusable(&self, reader: Reader<'_>, verdict: &Verdict, document: &Document<'_>) -> AttemptEnd {
        let failure = reader.failure(&Verdict { word: Word::Unusable, ..verdict.clone() }, document, None);
        // What a poll answers is not the reply yet, unless the file says so: the vendor can be asked again.
        if reader.stage == Stage::Poll && !verdict.is_ruled {
            let error = failure.error.with_kind(ErrorKind::Upstream).billed(false);
            return AttemptEnd::Failed(Failure::transient(error));
        }
        AttemptEnd::Failed(failure.with_body(reply::to_stored(reader, document, Word::Unusable)))
    }

    fn handle(&self, reader: Reader<'_>, document: &Document<'_>, known: &str) -> Option<String> {
        match (&reader.exchange.poll.as_ref()?.route, reader.stage) {
            (PollRoute::Handle { .. }, Stage::First) => reader.handle(document),
            _ => Some(known.to_owned()),
        }
    }

    /// How long the vendor asks to wait, where the file says so.
    fn wait(&self, answer: &Answer<'_>) -> Option<Duration> {
        const LONGEST: f64 = 24.0 * 60.0 * 60.0;
        let wait = &self.vendor.wait;
        let stated = wait.header.as_ref().and_then(|(name, form)| {
            let number: f64 = answer.header(name)?.trim().parse().ok()?;
            let seconds = match form {
                WaitForm::Seconds => number,
                WaitForm::Milliseconds => number / 1_000.0,
                WaitForm::UnixSeconds => {
                    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
                    (number - now.as_secs_f64()).max(0.0)
                }
            };
            (seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(LONGEST)))
        });
        stated.or(wait.otherwise)
    }

    /// The attempts of calls that share an answer.
    pub(super) fn several(
        &self,
        exchange: &Exchange,
        bulk: &BulkForm,
        answer: &Answer<'_>,
        (stage, handle): (Stage, &str),
        outgoing: &[Outgoing<'_>],
    ) -> Vec<Attempt> {
        let whole = self.reader(exchange, stage);
        let document = Document::new(answer.status, &answer.body);
        let verdict = whole.verdict(&document);
        let all = |end: AttemptEnd| vec![answer.attempt(end); outgoing.len()];
        // A rule that finds an answer or nothing is about a part.
        let is_about_all = !document.is_success() || !verdict.word.is_answer();
        if is_about_all {
            return all(self.end(whole, &verdict, &document, handle, answer));
        }
        let ids: Vec<String> = outgoing.iter().map(id).collect();
        let parts = match reply::matched(bulk, &answer.body, &ids, stage == Stage::Poll) {
            Ok(parts) => parts,
            Err(why) => {
                let said = Some(why.to_owned());
                let verdict = Verdict { word: Word::Unusable, said, is_ruled: true };
                return all(self.unusable(whole, &verdict, &document));
            }
        };
        let part = self.reader(exchange, Stage::Part);
        let mut ends = Vec::new();
        let mut words = Vec::new();
        for text in parts.own {
            let (document, verdict) = match text {
                Some(text) => {
                    let document = reply::part(exchange, text);
                    let verdict = part.verdict(&document);
                    (document, verdict)
                }
                None => {
                    let said = Some("the answer has no item for the call".to_owned());
                    (Document::new(200, "null"), Verdict { word: bulk.missing, said, is_ruled: true })
                }
            };
            words.push(verdict.word);
            ends.push(match verdict.word {
                // The text of a part says its status itself.
                Word::Found | Word::NoData => AttemptEnd::Answered(document.text.to_owned()),
                _ => self.end(part, &verdict, &document, handle, answer),
            });
        }
        let cost = reply::stated(exchange, &document, |name| answer.header(name));
        let other = |text: &&str| part.verdict(&reply::part(exchange, text)).word;
        let others: Vec<Word> = parts.others.iter().map(other).collect();
        let costs = reply::shared(exchange, cost, &words, &others);
        ends.into_iter().zip(costs).map(|(end, cost)| Attempt { cost, ..answer.attempt(end) }).collect()
    }
}
