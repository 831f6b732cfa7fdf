//! Classifies failures below HTTP: which of them leave a call in doubt. This module must not retry.

use std::error;

use marl_core::{Error, ErrorKind, provider::Failure};

/// Classifies a failed request. Nothing was sent when no connection was made or when no byte of the request
/// was written. Any later failure leaves the call in doubt.
pub(crate) fn failure(vendor: &str, error: reqwest::Error) -> Failure {
    let error = error.without_url();
    if error.is_builder() {
        let failure = Failure::not_sent(Error::internal("the request cannot be built").caused_by(error));
        return Failure { retryable: false, ..failure };
    }
    let detail = deepest(&error);
    if error.is_connect() || never_written(&error) {
        let message = format!("{vendor} cannot be reached");
        return Failure::not_sent(
            Error::new(ErrorKind::Network, message).with_detail(detail).caused_by(error),
        );
    }
    let message = format!("the connection to {vendor} broke before a complete answer came");
    Failure::in_doubt(Error::new(ErrorKind::Network, message).with_detail(detail).caused_by(error))
}

fn chain<'a>(
    error: &'a (dyn error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

/// Whether hyper cancelled the request before it wrote any of it. On a reused connection hyper repeats such a
/// request on its own.
fn never_written(error: &(dyn error::Error + 'static)) -> bool {
    chain(error).filter_map(|error| error.downcast_ref::<hyper::Error>()).any(hyper::Error::is_canceled)
}

fn deepest(error: &(dyn error::Error + 'static)) -> String {
    chain(error).last().unwrap_or(error).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_that_was_never_written_was_not_sent() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let handshake = hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(near));
        let (mut sender, connection) = handshake.await.unwrap();
        drop(connection);
        let request = hyper::Request::new(http_body_util::Empty::<&[u8]>::new());
        let canceled = sender.send_request(request).await.unwrap_err();
        assert!(never_written(&Error::internal("send").caused_by(canceled)));
        assert!(!never_written(&std::io::Error::other("connection closed before message completed")));
    }
}
