//! Tiny servers that misbehave on the wire, for the tests of providers. Only tests use this module. The servers
//! listen on 127.0.0.1 and end with the process.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use marl_core::provider::{Attempt, AttemptEnd, Failure};

/// Starts a server that runs `work` on each connection, in a thread of its own. Returns the base address of
/// the server.
///
/// # Panics
/// No port is free.
pub fn serve(work: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let base = format!("http://{}", listener.local_addr().expect("the listener has an address"));
    let work = Arc::new(work);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let work = Arc::clone(&work);
            thread::spawn(move || work(stream));
        }
    });
    base
}

/// Starts a server that answers each request with these bytes. Returns the base address of the server.
///
/// # Panics
/// No port is free.
pub fn answering(answer: impl Into<Vec<u8>>) -> String {
    let answer = answer.into();
    serve(move |mut stream| {
        while take_request(&stream).is_some() {
            // A client that disconnected does not read the answer.
            let _ = stream.write_all(&answer);
        }
    })
}

/// Reads one complete request, head and body; `None` when the client closed the connection.
pub fn take_request(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut head) = (0, String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return None;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            let mut body = vec![0; length];
            return reader.read_exact(&mut body).ok().map(|()| head + &String::from_utf8_lossy(&body));
        }
        head.push_str(&line);
    }
}

/// The first lines of an answer. Further headers may follow, then an empty line and the body.
pub fn head(status: u16, length: usize) -> String {
    format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n")
}

/// A complete answer.
pub fn answer(status: u16, body: &str) -> String {
    format!("{}\r\n{body}", head(status, body.len()))
}

/// The failure of an attempt.
///
/// # Panics
/// The attempt was answered.
#[track_caller]
pub fn failed(attempt: Attempt) -> Failure {
    match attempt.end {
        AttemptEnd::Failed(failure) => failure,
        AttemptEnd::Answered(body) => panic!("answered: {body}"),
        AttemptEnd::Pending { handle } => panic!("pending: {handle}"),
        AttemptEnd::GivenUp(error) => panic!("given up: {error}"),
    }
}

/// The text of an answered attempt.
///
/// # Panics
/// The attempt failed.
#[track_caller]
pub fn answered(attempt: Attempt) -> String {
    match attempt.end {
        AttemptEnd::Answered(body) => body,
        AttemptEnd::Failed(failure) => panic!("failed: {}", failure.error),
        AttemptEnd::Pending { handle } => panic!("pending: {handle}"),
        AttemptEnd::GivenUp(error) => panic!("given up: {error}"),
    }
}
