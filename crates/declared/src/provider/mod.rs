//! The provider that a file declares. It sends one attempt and classifies its end; it must not retry or wait.

mod ends;
mod requests;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use marl_core::{
    Call, Connection, Error, ErrorKind, Provider, Reply,
    provider::{Attempt, AttemptEnd, Bought, Failure, Outgoing, ProviderInfo},
};
use wire::{Client, Method, Request};

use self::requests::id;
use crate::{
    form::{BulkForm, Exchange, PollRoute, Vendor, Word},
    reply::{self, Document, Stage},
    request,
};

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

    /// Sends calls of one operation in one request.
    async fn ask_together(
        &self,
        exchange: &Exchange,
        bulk: &BulkForm,
        outgoing: &[Outgoing<'_>],
    ) -> Vec<Attempt> {
        let request = match self.bulk_request(exchange, bulk, outgoing) {
            Ok(request) => request,
            Err(error) => return vec![not_sent(error); outgoing.len()],
        };
        match self.client.answer(request).await {
            Ok(answer) => self.several(exchange, bulk, &answer, (Stage::First, ""), outgoing),
            Err(attempt) => vec![*attempt; outgoing.len()],
        }
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
            (Ok(answer), Some(bulk)) => {
                self.several(exchange, bulk, &answer, (Stage::Poll, handle), outgoing)
            }
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
        if let Some((exchange, bulk)) =
            exchange.and_then(|exchange| Some((exchange, exchange.bulk.as_ref()?)))
        {
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
            Word::Found => {
                document.into_json().map(Reply::found).ok_or_else(|| Error::bad_reply("it is not JSON"))
            }
            _ => {
                let message = format!("the stored answer of {} cannot be used", self.vendor.info.name);
                Err(Error::bad_reply(message).with_detail(document.text))
            }
        }
    }
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
