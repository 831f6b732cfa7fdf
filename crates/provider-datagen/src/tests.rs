//! The provider over tiny servers that misbehave on the wire.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use marl_core::{
    Call, Connection, ErrorKind, Provider, Reply, Secret,
    provider::{Attempt, AttemptEnd, Bought, Failure, Reach},
};
use serde_json::json;

use crate::DataGen;

const KEY: &str = "test-key-1234/567890";
const FOUND: &str = r#"{"success":true,"data":{"success":true,"result":{"answer":"x"}}}"#;

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
    DataGen::new(Connection { base_url, key: Some(Secret::new(key)) })
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
async fn a_request_id_that_echoes_the_key_is_redacted_before_it_is_cut() {
    for (before, expect) in [("", "[key]".to_owned()), (&"x".repeat(95), "x".repeat(95) + "[key]")] {
        let before = before.to_owned();
        let base = serve(move |mut stream| {
            take_request(&stream);
            let length = FOUND.len();
            let id = format!("X-Request-Id: {before}{KEY}");
            let head = format!("HTTP/1.1 200 OK\r\n{id}\r\nContent-Length: {length}\r\n\r\n");
            let _ = stream.write_all((head + FOUND).as_bytes());
        });
        assert_eq!(provider(base, KEY).send(&call()).await.request_id, Some(expect));
    }
}

#[tokio::test]
async fn an_answer_with_hundreds_of_headers_is_kept() {
    let base = serve(|mut stream| {
        take_request(&stream);
        let more: String = (0..500).map(|at| format!("X-Edge-{at}: v\r\n")).collect();
        let head = format!("HTTP/1.1 200 OK\r\n{more}Content-Length: {}\r\n\r\n", FOUND.len());
        let _ = stream.write_all((head + FOUND).as_bytes());
    });
    assert_eq!(answered(provider(base, KEY).send(&call()).await), FOUND);
}

#[tokio::test]
async fn a_refusal_is_known_by_its_status_though_its_body_hangs_drips_or_floods() {
    let hangs = |mut stream: TcpStream| {
        take_request(&stream);
        let _ = stream.write_all((head(401, 1000) + "Unauth").as_bytes());
        thread::sleep(Duration::from_secs(30));
    };
    let drips = |mut stream: TcpStream| {
        take_request(&stream);
        let _ = stream.write_all(head(401, 100_000).as_bytes());
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(10));
        }
    };
    let floods = |mut stream: TcpStream| {
        take_request(&stream);
        let _ = stream.write_all(head(401, usize::MAX / 2).as_bytes());
        while stream.write_all(&[b'x'; 10_000]).is_ok() {}
    };
    for base in [serve(hangs), serve(drips), serve(floods)] {
        let begun = Instant::now();
        let failure = failed(provider(base, KEY).send(&call()).await);
        assert_eq!(failure.error.kind(), ErrorKind::Auth);
        assert_eq!((failure.bought, failure.reach), (Bought::No, Reach::Provider));
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_cut_body_of_a_success_is_a_doubt() {
    let base = serve(|mut stream| {
        take_request(&stream);
        let _ = stream.write_all((head(200, 1000) + FOUND).as_bytes());
    });
    assert_eq!(failed(provider(base, KEY).send(&call()).await).bought, Bought::Maybe);
}

/// The server closes after each answer and does not say so beforehand. A request that was
/// just written to such a connection may have been taken, so it is a doubt; the first one
/// ends the reuse, so no more calls than were in flight at that moment can meet this.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_close_unannounced_are_no_longer_reused() {
    const IN_FLIGHT: usize = 5;
    let base = serve(|mut stream| {
        if take_request(&stream) {
            let _ = stream.write_all((head(200, FOUND.len()) + FOUND).as_bytes());
        }
    });
    let provider = Arc::new(provider(base, KEY));
    let workers: Vec<_> = (0..IN_FLIGHT)
        .map(|_| {
            let provider = Arc::clone(&provider);
            tokio::spawn(async move {
                let mut doubts = 0;
                for _ in 0..200 {
                    let attempt = provider.send(&call()).await;
                    doubts += usize::from(matches!(&attempt.end, AttemptEnd::Failed(_)));
                }
                doubts
            })
        })
        .collect();
    let mut doubts = 0;
    for worker in workers {
        doubts += worker.await.unwrap();
    }
    assert!(doubts <= IN_FLIGHT, "{doubts} doubts in {} calls", IN_FLIGHT * 200);
}

#[tokio::test]
async fn a_key_that_cannot_be_a_header_is_refused_before_anything_is_sent() {
    for key in ["test-key\n1234567890", "test-key\u{1}1234567890", "test\tkey", "test-\u{200b}key"] {
        let provider = provider("http://127.0.0.1:1".to_owned(), key);
        let error = provider.ready().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth, "{key:?}");
        assert!(!error.to_string().contains("1234567890") && error.to_string().contains("DATAGEN_API_KEY"));
        assert!(!failed(provider.send(&call()).await).sent, "{key:?}");
    }
    assert!(provider(String::new(), KEY).ready().is_ok());
}
