//! Responses on the wire, both complete and broken. This module must not decide which response is given.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::{error, fmt};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_TYPE, HeaderValue, SERVER};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

/// The result of a request. `Err` closes the connection without a response.
pub(crate) type Reply = Result<Response<Payload>, Cut>;

/// The connection is cut here on purpose.
#[derive(Debug)]
pub(crate) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the sandbox cut the connection on purpose")
    }
}

impl error::Error for Cut {}

/// A JSON response.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response<Payload> {
    build(status, "application/json", body.to_string().into())
}

/// A plain-text response, such as DataGen's refusal of a key.
pub(crate) fn text(status: StatusCode, body: &'static str) -> Response<Payload> {
    build(status, "text/plain; charset=utf-8", Bytes::from_static(body.as_bytes()))
}

/// An HTML page where JSON was expected.
pub(crate) fn html() -> Response<Payload> {
    let page = "<!DOCTYPE html><html><head><title>One moment</title></head>\
                <body><h1>Checking your browser</h1></body></html>\n";
    build(StatusCode::OK, "text/html; charset=utf-8", Bytes::from_static(page.as_bytes()))
}

/// The first half of `whole`, followed by the end of the connection. The headers promise all of it.
pub(crate) fn truncated(status: StatusCode, whole: &Value) -> Response<Payload> {
    let whole = whole.to_string();
    let rest = Rest::Half { start: Bytes::copy_from_slice(&whole.as_bytes()[..whole.len() / 2]) };
    respond(status, "application/json", Payload { length: Some(whole.len() as u64), rest })
}

/// 32 MiB of valid JSON without a content length. `around` is the text before and after a long string.
pub(crate) fn huge(around: [&'static [u8]; 2]) -> Response<Payload> {
    respond(
        StatusCode::OK,
        "application/json",
        Payload { length: None, rest: Rest::Huge { around, sent: 0 } },
    )
}

/// An error in DataGen's notation, which the sandbox also uses for its own errors.
pub(crate) fn error(status: StatusCode, message: &str) -> Response<Payload> {
    json(status, &json!({ "error": message }))
}

/// The body of a response.
pub(crate) struct Payload {
    length: Option<u64>,
    rest: Rest,
}

/// The part of a body that still has to be sent.
enum Rest {
    Whole(Bytes),
    Half {
        start: Bytes,
    },
    /// The first half was handed over. One more poll lets it be sent before the connection ends.
    Flush,
    Broken,
    Huge {
        around: [&'static [u8]; 2],
        sent: usize,
    },
    Nothing,
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let (frame, next) = match std::mem::replace(&mut self.rest, Rest::Nothing) {
            Rest::Whole(bytes) => (Poll::Ready(Some(Ok(Frame::data(bytes)))), Rest::Nothing),
            Rest::Half { start } => (Poll::Ready(Some(Ok(Frame::data(start)))), Rest::Flush),
            Rest::Flush => {
                cx.waker().wake_by_ref();
                (Poll::Pending, Rest::Broken)
            }
            Rest::Broken => (Poll::Ready(Some(Err(Cut))), Rest::Nothing),
            Rest::Huge { around, sent } => match huge_chunk(around, sent) {
                Some(chunk) => {
                    let sent = sent + chunk.len();
                    (Poll::Ready(Some(Ok(Frame::data(chunk)))), Rest::Huge { around, sent })
                }
                None => (Poll::Ready(None), Rest::Nothing),
            },
            Rest::Nothing => (Poll::Ready(None), Rest::Nothing),
        };
        self.rest = next;
        frame
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.rest, Rest::Nothing)
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

fn build(status: StatusCode, kind: &'static str, body: Bytes) -> Response<Payload> {
    respond(status, kind, Payload { length: Some(body.len() as u64), rest: Rest::Whole(body) })
}

fn respond(status: StatusCode, kind: &'static str, body: Payload) -> Response<Payload> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(SERVER, HeaderValue::from_static("marl-sandbox"));
    response
}

const HUGE: usize = 32 * 1024 * 1024;

/// The next part of the huge body after `sent` bytes.
fn huge_chunk([start, end]: [&'static [u8]; 2], sent: usize) -> Option<Bytes> {
    const FILL: &[u8] = &[b'x'; 64 * 1024];
    match sent {
        0 => Some(Bytes::from_static(start)),
        HUGE.. => None,
        _ if sent + end.len() == HUGE => Some(Bytes::from_static(end)),
        _ => Some(Bytes::from_static(&FILL[..FILL.len().min(HUGE - end.len() - sent)])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_huge_answer_is_valid_json() {
        let mut whole = Vec::new();
        while let Some(chunk) = huge_chunk([br#"{"answer":""#, br#""}"#], whole.len()) {
            whole.extend_from_slice(&chunk);
        }
        assert_eq!(whole.len(), HUGE);
        assert!(serde_json::from_slice::<Value>(&whole).is_ok());
    }
}
