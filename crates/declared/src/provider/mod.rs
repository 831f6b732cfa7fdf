//! The provider that a file declares. It sends one attempt and classifies its end; it must not retry or wait.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use marl_core::{
    Call, Connection, Error, ErrorKind, Provider, Reply,
    provider::{Attempt, AttemptEnd, Bought, Failure, Outgoing, ProviderInfo},
};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use wire::{Answer, Client, HeaderValue, Method, Request};

use crate::{
    form::{BulkForm, Exchange, PollRoute, Vendor, WaitForm, Word},
    read::hex,
    reply::{self, Document, Reader, Stage, Verdict},
    request::{self, Parts},
};

#[cfg(test)]
mod tests;

/// The length of the text that identifies a call in a request, in hexadecimal digits.
const ID: usize = 32;

/// A provider that a file declares.
pub(crate) struct DeclaredProvider {
    vendor: Arc<Vendor>,
    client: Client,
}

impl DeclaredProvider {
    /// A provider with this key and base address. Sends nothing.
    pub(crate) fn new(vendor: Arc<Vendor>, connection: Connection) -> Self {
        let client = Client::new(vendor.info.name.clone(), &vendor.info, connection);
        Self { vendor, client }
    }

    fn exchange(&self, operation: &str) -> Result<&Exchange, Error> {
        self.vendor.operations.get(operation).ok_or_else(|| {
            let message = format!("{} has no operation `{operation}`", self.vendor.info.name);
            Error::new(ErrorKind::ToolNotFound, message)
        })
    }

    fn reader<'a>(&'a self, exchange: &'a Exchange, stage: Stage) -> Reader<'a> {
        Reader { vendor: &self.vendor, exchange, stage }
    }

    /// The request with the key and the headers of every request.
    fn dressed(&self, mut request: Request) -> Request {
        for (name, value) in &self.vendor.headers {
            request = request.with_header(name.clone(), value.clone());
        }
        match &self.vendor.key {
            Some(place) => request.key_at(place.clone()),
            None => request,
        }
    }

    /// The request of a call that does not share its request.
    fn request(&self, exchange: &Exchange, outgoing: &Outgoing<'_>) -> Result<Request, Error> {
        let parameters = &outgoing.call.parameters;
        // A test of the connection has no parameters: the request is the operation's own.
        let is_bare = parameters.as_object().is_some_and(serde_json::Map::is_empty);
        let own = (is_bare && exchange.inputs().is_empty()).then(|| request::parameters(exchange, &|_| None));
        let parts = Parts::from_json(own.transpose()?.as_ref().unwrap_or(parameters))?;
        let request = self.dressed(parts.request()?);
        match (&exchange.idempotency, outgoing.idempotency_key) {
            (Some(name), Some(key)) => {
                let value = HeaderValue::from_str(key);
                let value = value.map_err(|_| Error::internal("an idempotency key is not a header"))?;
                Ok(request.with_header(name.clone(), value))
            }
            _ => Ok(request),
        }
    }

    /// Sends the request of one call, as the first attempt or as a poll of the same address.
    async fn ask(&self, exchange: &Exchange, outgoing: &Outgoing<'_>, stage: Stage) -> Attempt {
        let request = match self.request(exchange, outgoing) {
            Ok(request) => request,
            Err(error) => return not_sent(error),
        };
        match self.client.answer(request).await {
            Ok(answer) => self.single(exchange, &answer, stage, &id(outgoing)),
            Err(attempt) => *attempt,
        }
    }

    /// The attempt of a call that has an answer of its own. `handle` is what a pending call is polled with,
    /// unless the answer states it.
    fn single(&self, exchange: &Exchange, answer: &Answer<'_>, stage: Stage, handle: &str) -> Attempt {
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
            Word::Found | Word::NoData => AttemptEnd::Answered(reply::to_stored(reader, document, verdict.word)),
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

    /// Sends calls of one operation in one request.
    async fn ask_together(&self, exchange: &Exchange, bulk: &BulkForm, outgoing: &[Outgoing<'_>]) -> Vec<Attempt> {
        let request = match self.bulk_request(exchange, bulk, outgoing) {
            Ok(request) => request,
            Err(error) => return vec![not_sent(error); outgoing.len()],
        };
        match self.client.answer(request).await {
            Ok(answer) => self.several(exchange, bulk, &answer, (Stage::First, ""), outgoing),
            Err(attempt) => vec![*attempt; outgoing.len()],
        }
    }

    fn bulk_request(&self, exchange: &Exchange, bulk: &BulkForm, outgoing: &[Outgoing<'_>]) -> Result<Request, Error> {
        let (mut items, mut known) = (Vec::new(), HashSet::new());
        for outgoing in outgoing {
            let id = id(outgoing);
            let item = request::item_with_id(bulk, &outgoing.call.parameters, &id)?;
            // Equal calls are one item, and both have its answer.
            if known.insert(id) {
                items.push(item);
            }
        }
        Ok(self.dressed(request::bulk_body(&exchange.request, items)?.request()?))
    }

    /// The attempts of calls that share an answer.
    fn several(
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
        let parts = match reply::matched(bulk, &answer.body, &ids) {
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
        for text in parts {
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
        let costs = reply::shared(exchange, cost, &words);
        ends.into_iter().zip(costs).map(|(end, cost)| Attempt { cost, ..answer.attempt(end) }).collect()
    }

    async fn poll_handle(
        &self,
        exchange: &Exchange,
        path: Result<String, Error>,
        outgoing: &[Outgoing<'_>],
        handle: &str,
    ) -> Vec<Attempt> {
        let request = match path {
            Ok(path) => self.dressed(Request::new(Method::GET, path)),
            Err(error) => return vec![not_sent(error); outgoing.len()],
        };
        match (self.client.answer(request).await, &exchange.bulk) {
            (Ok(answer), Some(bulk)) => self.several(exchange, bulk, &answer, (Stage::Poll, handle), outgoing),
            (Ok(answer), None) => {
                vec![self.single(exchange, &answer, Stage::Poll, handle); outgoing.len()]
            }
            (Err(attempt), _) => vec![*attempt; outgoing.len()],
        }
    }
}

#[async_trait]
impl Provider for DeclaredProvider {
    fn info(&self) -> &ProviderInfo {
        &self.vendor.info
    }

    fn ready(&self) -> Result<(), Error> {
        match self.vendor.key {
            Some(_) => self.client.key_header("").map(drop),
            None => Ok(()),
        }
    }

    async fn send(&self, outgoing: &Outgoing<'_>) -> Attempt {
        let exchange = match self.exchange(&outgoing.call.operation) {
            Ok(exchange) => exchange,
            Err(error) => return not_sent(error),
        };
        match &exchange.bulk {
            None => self.ask(exchange, outgoing, Stage::First).await,
            Some(bulk) => {
                let attempts = self.ask_together(exchange, bulk, std::slice::from_ref(outgoing)).await;
                let none = || not_sent(Error::internal("a call has no attempt"));
                attempts.into_iter().next().unwrap_or_else(none)
            }
        }
    }

    async fn send_many(&self, outgoing: &[Outgoing<'_>]) -> Vec<Attempt> {
        let exchange = outgoing.first().and_then(|first| self.exchange(&first.call.operation).ok());
        if let Some((exchange, bulk)) = exchange.and_then(|exchange| Some((exchange, exchange.bulk.as_ref()?))) {
            return self.ask_together(exchange, bulk, outgoing).await;
        }
        let mut attempts = Vec::new();
        for outgoing in outgoing {
            attempts.push(self.send(outgoing).await);
        }
        attempts
    }

    async fn poll(&self, outgoing: &[Outgoing<'_>], handle: &str) -> Vec<Attempt> {
        let exchange = outgoing.first().map(|first| self.exchange(&first.call.operation));
        let exchange = match exchange {
            None => return Vec::new(),
            Some(Err(error)) => return vec![not_sent(error); outgoing.len()],
            Some(Ok(exchange)) => exchange,
        };
        let attempts = match exchange.poll.as_ref().map(|poll| &poll.route) {
            Some(PollRoute::Handle { path, .. }) => {
                let path = request::poll_path(path, handle);
                self.poll_handle(exchange, path, outgoing, handle).await
            }
            Some(PollRoute::Same) => {
                let mut attempts = Vec::new();
                for outgoing in outgoing {
                    attempts.push(self.ask(exchange, outgoing, Stage::Poll).await);
                }
                attempts
            }
            None => {
                let error = Error::internal(format!("{} cannot be asked for answers", self.vendor.info.name));
                vec![Failure::transient(error).into(); outgoing.len()]
            }
        };
        attempts.into_iter().map(without_doubt).collect()
    }

    fn read(&self, call: &Call, body: &str) -> Result<Reply, Error> {
        let exchange = self.exchange(&call.operation)?;
        let body = self.client.redacted(body);
        let reader = self.reader(exchange, Stage::Part);
        let document = match reply::from_stored(&body) {
            (200, text) => reply::part(exchange, text),
            (status, text) => Document::new(status, text),
        };
        let verdict = reader.verdict(&document);
        match verdict.word {
            Word::NoData => Ok(Reply::NoData),
            Word::Found => document.into_json().map(Reply::found).ok_or_else(|| Error::bad_reply("it is not JSON")),
            _ => {
                let message = format!("the stored answer of {} cannot be used", self.vendor.info.name);
                Err(Error::bad_reply(message).with_detail(document.text))
            }
        }
    }
}

/// The text that identifies a call in a request and in its answer: a part of the call's key, so that a later
/// run finds the same call.
fn id(outgoing: &Outgoing<'_>) -> String {
    match outgoing.key.get(..ID) {
        Some(id) => id.to_owned(),
        None => hex(&Sha256::digest(canonical(&outgoing.call.parameters)), ID),
    }
}

/// JSON with sorted keys.
fn canonical(json: &Json) -> String {
    let mut json = json.clone();
    json.sort_all_objects();
    json.to_string()
}

/// An attempt that could not be made.
fn not_sent(error: Error) -> Attempt {
    Failure { retryable: false, ..Failure::not_sent(error) }.into()
}

/// A poll is free, so a lost answer to a poll leaves no doubt: the call is still pending.
fn without_doubt(mut attempt: Attempt) -> Attempt {
    if let AttemptEnd::Failed(failure) = &mut attempt.end
        && failure.bought == Bought::Maybe
    {
        let error = failure.error.clone().billed(false);
        *failure = Failure { retry_after: failure.retry_after, ..Failure::transient(error) };
    }
    attempt
}
