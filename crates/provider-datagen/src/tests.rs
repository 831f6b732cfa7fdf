//! The provider over tiny servers that misbehave on the wire.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use marl_core::{
    Call, Connection, ErrorKind, Provider, Reply, Secret,
    provider::{Attempt, AttemptEnd, Failure},
};
use serde_json::json;

use crate::DataGen;

const KEY: &str = "test-key-1234/567890";

/// A server that does `work` with each connection, in a thread of its own.
fn serve(work: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let work = Arc::new(work);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let work = Arc::clone(&work);
            thread::spawn(move || work(stream.unwrap()));
        }
    });
    base
}

/// Reads one whole request; `false` when the client has closed.
fn take_request(stream: &TcpStream) -> bool {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return false;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            return reader.read_exact(&mut vec![0; length]).is_ok();
        }
    }
}

fn head(status: u16, length: usize) -> String {
    format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n")
}

/// A server that answers every request of a connection with `status` and `body`.
fn answering(status: u16, body: String) -> String {
    serve(move |mut stream| {
        while take_request(&stream) {
            let _ = stream.write_all((head(status, body.len()) + &body).as_bytes());
        }
    })
}

fn provider(base_url: String, key: &str) -> DataGen {
    DataGen::new(Connection { base_url, key: Some(Secret::new(key)), contact: None })
}

fn call() -> Call {
    Call {
        provider: "datagen",
        operation: "chatgpt_webresearch".to_owned(),
        parameters: json!({"query": "q"}),
    }
}

fn failed(attempt: Attempt) -> Failure {
    match attempt.end {
        AttemptEnd::Failed(failure) => failure,
        AttemptEnd::Answered(body) => panic!("answered: {body}"),
    }
}

fn answered(attempt: Attempt) -> String {
    match attempt.end {
        AttemptEnd::Answered(body) => body,
        AttemptEnd::Failed(failure) => panic!("failed: {}", failure.error),
    }
}

/// The ways in which JSON can write the key, at the depth of the document and of a text in it.
const HIDDEN: [&str; 6] = [
    r"test-key-1234/567890",
    r"test\u002dkey-1234\u002F567890",
    r"test-key-1234\/567890",
    r"\u0074\u0065\u0073\u0074-key-1234/567890",
    r"test\\u002dkey-1234\\/567890",
    r"\\u0074est-key-1234\\\/567890",
];

#[tokio::test]
async fn an_echoed_key_is_neither_stored_nor_read_however_it_is_escaped() {
    for hidden in HIDDEN {
        let body = format!(
            r#"{{"success":true,"data":{{"success":true,"result":{{"content":[{{"type":"text","text":"{{\"said\":\"é\\n{hidden}.\"}}"}}]}}}}}}"#
        );
        let provider = provider(answering(200, body.clone()), KEY);
        let stored = answered(provider.send(&call()).await);
        assert!(stored.contains("[key]") && !stored.contains("567890"), "{hidden}: {stored}");
        let reply = Reply::found(json!({"said": "é\n[key]."}));
        assert_eq!(provider.read(&call(), &stored).unwrap(), reply, "{hidden}");
        // What an earlier version stored is read with the same care.
        assert_eq!(provider.read(&call(), &body).unwrap(), reply, "{hidden}");
    }
}

#[tokio::test]
async fn an_echoed_key_is_in_no_error() {
    for hidden in HIDDEN {
        let inner = format!(r#"{{"success":true,"data":{{"success":false,"error":"bad {hidden}"}}}}"#);
        let outer = format!(r#"{{"success":false,"error":{{"key":"{hidden}"}}}}"#);
        for (status, body) in
            [(200, inner), (200, outer), (401, format!("bad {hidden}")), (200, hidden.to_owned())]
        {
            let failure = failed(provider(answering(status, body), KEY).send(&call()).await);
            let told = format!("{} {:?}", failure.error, failure.error);
            assert!(told.contains("[key]") && !told.contains("567890"), "{hidden}: {told}");
        }
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_sent() {
    for key in ["", "test-key\n1234567890"] {
        let provider = provider("http://127.0.0.1:1".to_owned(), key);
        assert_eq!(provider.ready().unwrap_err().kind(), ErrorKind::Auth, "{key:?}");
        let failure = failed(provider.send(&call()).await);
        assert!(!failure.sent && !failure.retryable, "{key:?}");
    }
}
