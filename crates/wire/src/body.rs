//! Answers' bodies, bounded in size as they are inflated, and refusals' also in time.

use std::time::Duration;

use marl_core::{Error, provider::Failure};
use reqwest::Response;

use crate::transport;

/// The largest answer kept. Research answers have a few kilobytes.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// How much of a refusal's body is read, and for how long: its status says what it is, and
/// the body only why.
const MAX_REFUSAL: usize = 64 * 1024;
const REFUSAL_TIME: Duration = if cfg!(test) { Duration::from_millis(300) } else { Duration::from_secs(5) };

/// The whole body of an answer; a failure where it is cut or too large.
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

/// What comes of a refusal's body soon: a refusal is one, whatever becomes of its body.
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
    // The time being up is as good an end as any.
    let _ = tokio::time::timeout(REFUSAL_TIME, reading).await;
    body.truncate(MAX_REFUSAL);
    body
}

/// A body as text; bytes that are not UTF-8 are replaced.
pub(crate) fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned())
}
