//! The lines that the client and the server exchange. This module answers a line that is not JSON with the
//! protocol's parse error: the protocol's library ignores such a line, and the client would wait for an
//! answer. The library handles all other errors in a message. This module also reports when each answer was
//! written.

use rmcp::model::{ErrorCode, RequestId};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::json;
use tokio::{
    io::{
        AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader,
        DuplexStream, duplex,
    },
    sync::mpsc,
    task::JoinHandle,
};

/// The longest accepted message, as in the protocol's library.
const LONGEST: usize = 16 * 1024 * 1024;

/// The size of the buffer between two tasks, in bytes.
const BUFFER: usize = 64 * 1024;

/// How many lines may wait to be written.
const WAITING: usize = 16;

/// The tasks between the client and the library.
pub(super) struct Lines {
    reader: JoinHandle<()>,
    writer: JoinHandle<()>,
}

/// The streams that the library reads and writes instead of the client's own.
pub(super) type Ends = (DuplexStream, DuplexStream);

impl Lines {
    /// Connects a client with the library. The ids of requests whose answers were written are sent to
    /// `answered`.
    pub(super) fn between(
        input: impl AsyncRead + Send + Unpin + 'static,
        output: impl AsyncWrite + Send + Unpin + 'static,
        answered: mpsc::UnboundedSender<RequestId>,
    ) -> (Self, Ends) {
        let (to_library, library_reads) = duplex(BUFFER);
        let (library_writes, from_library) = duplex(BUFFER);
        let (lines, written) = mpsc::channel(WAITING);
        let reader = tokio::spawn(check(BufReader::new(input), to_library, lines.clone()));
        tokio::spawn(pass_on(BufReader::new(from_library), lines));
        let writer = tokio::spawn(write(output, written, answered));
        (Self { reader, writer }, (library_reads, library_writes))
    }

    /// Writes everything that remains. The library must have dropped its streams before.
    pub(super) async fn finish(self) {
        self.reader.abort();
        // A client that has disconnected reads nothing more.
        let _ = self.writer.await;
    }
}

/// Passes each line of JSON to the library, and answers the other lines.
async fn check(
    mut input: impl AsyncBufRead + Unpin,
    mut library: DuplexStream,
    answers: mpsc::Sender<Vec<u8>>,
) {
    let mut line = Vec::new();
    while next(&mut input, &mut line).await {
        if line.len() > LONGEST {
            skip(&mut input, &mut line).await;
            if answers.send(parse_error(&format!("the message has more than {LONGEST} bytes"))).await.is_err()
            {
                return;
            }
            continue;
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
        let passed_on = match serde_json::from_slice::<IgnoredAny>(text) {
            Ok(_) => library.write_all(&line).await.is_ok(),
            Err(error) => {
                let answer = parse_error(&format!("the line is not a JSON document: {error}"));
                answers.send(answer).await.is_ok()
            }
        };
        if !passed_on {
            return;
        }
    }
}

/// Reads one line, including its end; returns `false` at the end of the input. A line that is too long is
/// cut.
async fn next(input: &mut (impl AsyncBufRead + Unpin), line: &mut Vec<u8>) -> bool {
    line.clear();
    let read = input.take(LONGEST as u64 + 1).read_until(b'\n', line).await;
    if read.is_err() || line.is_empty() {
        return false;
    }
    if line.len() <= LONGEST && !line.ends_with(b"\n") {
        // The last line is a message too.
        line.push(b'\n');
    }
    true
}

/// Skips the rest of a line that is too long.
async fn skip(input: &mut (impl AsyncBufRead + Unpin), line: &mut Vec<u8>) {
    while !line.ends_with(b"\n") {
        line.clear();
        let read = (&mut *input).take(BUFFER as u64).read_until(b'\n', line).await;
        if read.is_err() || line.is_empty() {
            return;
        }
    }
}

/// Passes on what the library writes, line by line.
async fn pass_on(mut library: impl AsyncBufRead + Unpin, lines: mpsc::Sender<Vec<u8>>) {
    loop {
        let mut line = Vec::new();
        let read = library.read_until(b'\n', &mut line).await;
        if read.is_err() || line.is_empty() || lines.send(line).await.is_err() {
            return;
        }
    }
}

/// The relevant part of an answer. A request of the server's own has no result.
#[derive(Deserialize)]
struct Answer {
    id: RequestId,
    #[serde(rename = "result")]
    _result: IgnoredAny,
}

async fn write(
    mut output: impl AsyncWrite + Unpin,
    mut lines: mpsc::Receiver<Vec<u8>>,
    answered: mpsc::UnboundedSender<RequestId>,
) {
    while let Some(line) = lines.recv().await {
        let written = output.write_all(&line).await;
        if written.is_err() || output.flush().await.is_err() {
            return;
        }
        if let Ok(answer) = serde_json::from_slice::<Answer>(&line) {
            // Nothing receives this any more once the server is ending.
            let _ = answered.send(answer.id);
        }
    }
}

fn parse_error(why: &str) -> Vec<u8> {
    let error = json!({ "code": ErrorCode::PARSE_ERROR.0, "message": format!("parse error: {why}") });
    let mut line = json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string().into_bytes();
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    /// What reaches the library, and what the client gets, if the library echoes each line.
    async fn exchanged(input: &[u8]) -> (Vec<String>, Vec<Json>) {
        let (output, mut seen) = duplex(BUFFER);
        let (lines, (library_reads, mut library_writes)) =
            Lines::between(std::io::Cursor::new(input.to_vec()), output, mpsc::unbounded_channel().0);
        let mut received = BufReader::new(library_reads).lines();
        let mut reached = Vec::new();
        while let Some(line) = received.next_line().await.unwrap() {
            library_writes.write_all(format!("{line}\n").as_bytes()).await.unwrap();
            reached.push(line);
        }
        drop(library_writes);
        let finish = tokio::spawn(lines.finish());
        let mut text = String::new();
        seen.read_to_string(&mut text).await.unwrap();
        finish.await.unwrap();
        let got = text.lines().map(|line| serde_json::from_str(line.trim_start_matches('\u{feff}')).unwrap());
        (reached, got.collect())
    }

    #[tokio::test]
    async fn each_line_reaches_the_library_or_is_answered() {
        let input = b"{\"id\":1}\nnonsense\n\n  \r\n{\"id\":\n{} {}\n\xff\xfe\n[1]\r\n\xef\xbb\xbf{\"id\":2}\n{\"id\":3}";
        let (reached, got) = exchanged(input).await;
        assert_eq!(reached.len(), 4, "{reached:?}");
        let errors: Vec<&Json> = got.iter().filter(|answer| answer["error"]["code"] == -32_700).collect();
        assert_eq!(errors.len(), 4, "{got:?}");
        assert!(errors.iter().all(|error| error["id"].is_null() && error["jsonrpc"] == "2.0"));
        assert_eq!(got.len(), 8);
    }

    #[tokio::test]
    async fn only_written_answers_are_reported_as_written() {
        let (output, mut seen) = duplex(BUFFER);
        let (answered, mut requests) = mpsc::unbounded_channel();
        let (lines, ends) = Lines::between(tokio::io::empty(), output, answered);
        let (library_reads, mut library_writes) = ends;
        let library_lines = [
            r#"{"id":1,"result":{}}"#,
            r#"{"id":"a","result":null}"#,
            r#"{"id":2,"error":{"code":1}}"#,
            r#"{"id":3,"method":"ping"}"#,
        ];
        library_writes.write_all(library_lines.join("\n").as_bytes()).await.unwrap();
        drop((library_reads, library_writes));
        let finish = tokio::spawn(lines.finish());
        seen.read_to_string(&mut String::new()).await.unwrap();
        finish.await.unwrap();
        assert_eq!(requests.recv().await, Some(RequestId::Number(1)));
        assert_eq!(requests.recv().await, Some(RequestId::String("a".into())));
        assert_eq!(requests.recv().await, None);
        // An answer that the client did not read must not be reported.
        let (output, reader) = duplex(1);
        drop(reader);
        let (answered, mut requests) = mpsc::unbounded_channel();
        let (lines, (_, mut library_writes)) = Lines::between(tokio::io::empty(), output, answered);
        library_writes.write_all(b"{\"id\":1,\"result\":{}}\n").await.unwrap();
        drop(library_writes);
        lines.finish().await;
        assert_eq!(requests.recv().await, None);
    }

    #[tokio::test]
    async fn lines_that_are_too_long_or_too_deep_are_answered_and_the_next_line_is_read() {
        let long = [b"\"".as_slice(), &vec![b'a'; LONGEST + 9], b"\"\n7\n"].concat();
        let (reached, got) = exchanged(&long).await;
        assert_eq!(reached, ["7"]);
        assert_eq!(got[0]["error"]["code"], -32_700);
        let deep = ["[".repeat(100_000), "\n7".to_owned()].concat();
        assert_eq!(exchanged(deep.as_bytes()).await.0, ["7"]);
    }
}
