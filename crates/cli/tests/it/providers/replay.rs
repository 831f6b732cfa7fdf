//! Servers that record what a vendor answers, and repeat it.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use wire::testing::{answer, serve, take_request};

/// A server that gives these answers in turn, and the last one again and again.
pub(super) fn replaying(answers: Vec<String>) -> String {
    let at = AtomicUsize::new(0);
    serve(move |mut stream| {
        while take_request(&stream).is_some() {
            let at = at.fetch_add(1, SeqCst).min(answers.len() - 1);
            let _ = stream.write_all(answer(200, &answers[at]).as_bytes());
        }
    })
}

/// A server that passes each request on and records the answers. Returns its base address.
pub(super) fn recording(base: &str) -> (String, Arc<Mutex<Vec<String>>>) {
    let answers = Arc::new(Mutex::new(Vec::new()));
    let recorded = Arc::clone(&answers);
    let (host, path) = base.trim_start_matches("http://").split_once('/').unwrap();
    let (host, below) = (host.to_owned(), path.to_owned());
    let own = serve(move |mut stream| {
        while let Some(request) = take_request_whole(&stream) {
            let mut vendor = TcpStream::connect(&host).unwrap();
            let request = request.replacen(" /", &format!(" /{below}/"), 1);
            vendor.write_all(request.replacen("\r\n", "\r\nconnection: close\r\n", 1).as_bytes()).unwrap();
            let mut answer = Vec::new();
            vendor.read_to_end(&mut answer).unwrap();
            recorded.lock().unwrap().push(String::from_utf8_lossy(&answer).into_owned());
            let _ = stream.write_all(&answer);
        }
    });
    (own, answers)
}

/// [`take_request`] leaves the empty line between head and body out.
fn take_request_whole(stream: &TcpStream) -> Option<String> {
    let request = take_request(stream)?;
    let at = request.rfind("\r\n")? + 2;
    let (head, body) = request.split_at(at);
    Some(format!("{head}\r\n{body}"))
}
