//! Reads the bodies of answers. They are bounded in size while they are inflated; the bodies of refusals are
//! also bounded in time. This module must not judge an answer.

use std::time::Duration;

use marl_core::{Error, provider::Failure};
use reqwest::Response;

use crate::transport;

/// The size limit of an answer in bytes. Research answers have a few kilobytes.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// The limits for reading the body of a refusal, in bytes and in time. The status already shows that the
/// request was refused; the body only explains why.
const MAX_REFUSAL: usize = 64 * 1024;
const REFUSAL_TIME: Duration = if cfg!(test) { Duration::from_millis(300) } else { Duration::from_secs(5) };

/// The complete body of an answer, or a failure when the body is cut off or too large.
pub(crate) async fn whole(vendor: &str, mut response: Response) -> Result<Vec<u8>, Box<Failure>> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > MAX_ANSWER => {
                let message = format!("the answer is larger than {} MiB", MAX_ANSWER / (1024 * 1024));
                return Err(Box::new(Failure::unusable(Error::bad_reply(message))));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(Box::new(transport::failure(vendor, error))),
        }
    }
}

/// The body of a refusal as far as it arrives in time. A refusal remains a refusal whatever its body is.
pub(crate) async fn of_refusal(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    let reading = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() >= MAX_REFUSAL {
                break;
            }
        }
    };
    // When the time is up, the part that was read is used.
    let _ = tokio::time::timeout(REFUSAL_TIME, reading).await;
    body.truncate(MAX_REFUSAL);
    body
}

/// A body as text. Bytes that are not UTF-8 are replaced.
pub(crate) fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned())
}
