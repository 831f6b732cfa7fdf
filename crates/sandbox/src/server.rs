//! The server: its lifecycle, its connections and its routes. This module must not know the vendors' formats.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::call::{self, State};
use crate::reply::{self, Cut, Reply};
use crate::work::Request;
use crate::{Options, Stats, fault, limit, vendor};

/// A running sandbox. Dropping the sandbox stops it and closes its connections.
pub struct Sandbox {
    address: SocketAddr,
    state: Arc<State>,
    /// Nothing is ever sent: closing the channel is the signal, also when the sandbox is dropped.
    stop: oneshot::Sender<()>,
    accepting: JoinHandle<()>,
}

impl Sandbox {
    /// Starts a server in tasks of the current tokio runtime.
    ///
    /// # Errors
    /// `AddrInUse` when the port is taken; `InvalidInput` when the rates of the faults or the limits are
    /// invalid.
    pub async fn start(options: Options) -> io::Result<Self> {
        let invalid = |error| io::Error::new(io::ErrorKind::InvalidInput, error);
        fault::check(&options.faults).map_err(|error| invalid(error.to_string()))?;
        limit::check(&options.limits, &vendor::names()).map_err(invalid)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::new(options));
        let (stop, stopped) = oneshot::channel();
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state), stopped));
        Ok(Self { address, state, stop, accepting })
    }

    /// The address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The root URL, such as `http://127.0.0.1:40123`. Each vendor is mounted below it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The base address for the provider called `name`, such as `http://127.0.0.1:40123/datagen`.
    pub fn base(&self, name: &str) -> String {
        format!("{}/{name}", self.url())
    }

    /// The statistics so far.
    pub fn stats(&self) -> Stats {
        self.state.stats()
    }

    /// Stops the server, and waits until its connections have ended and its port is free.
    pub async fn stop(self) {
        drop(self.stop);
        // An error would mean that the accepting task panicked, which stops it as well.
        let _ = self.accepting.await;
    }
}

/// Accepts connections until the sandbox is stopped, then closes the open ones.
async fn accept(listener: TcpListener, state: Arc<State>, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&state)));
                }
                // Most likely the process is out of file descriptors, and some will be freed.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    connections.shutdown().await;
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    // Small responses must not be delayed. Without this option they are only slower, so an error is ignored.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { route(request, &state).await }
    });
    // An error means that the client disconnected, or that the connection was cut on purpose.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn route(request: hyper::Request<Incoming>, state: &State) -> Reply {
    let (head, body) = request.into_parts();
    let (method, path) = (&head.method, head.uri.path());
    if method == Method::GET && path == "/stats" {
        return Ok(reply::json(StatusCode::OK, &json!(state.stats())));
    }
    let Some(found) = vendor::find(method, path) else {
        let routes = vendor::routes();
        let message = format!("no route {method} {path}: there are {routes} and GET /stats");
        return Ok(reply::error(StatusCode::NOT_FOUND, &message));
    };
    let account = &state.accounts[found.vendor];
    let in_flight = state.counters.enter(&account.tally);
    let query = head.uri.query().unwrap_or_default();
    let body = read(body).await?;
    let request = |body| Request { route: found.route, id: found.id, query, headers: &head.headers, body };
    let answer = match &body {
        Some(body) => call::execute(state, account, &request(body)).await,
        None => {
            account.turn_away(&request(&[]));
            Ok(reply::error(StatusCode::PAYLOAD_TOO_LARGE, "the request is larger than 1 MiB"))
        }
    };
    drop(in_flight);
    answer
}

/// Reads the whole body; `None` when the body is too large. A client that disconnected gets no response.
async fn read(mut body: Incoming) -> Result<Option<Bytes>, Cut> {
    const MOST: usize = 1024 * 1024;
    // Reading continues for a while beyond the limit, because a client that is still writing when the
    // connection ends never sees the response.
    const PATIENCE: usize = 16 * MOST;
    let mut kept = BytesMut::new();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Cut)?.into_data() else { continue };
        size += data.len();
        if size <= MOST {
            kept.extend_from_slice(&data);
        } else if size > PATIENCE {
            break;
        }
    }
    Ok((size <= MOST).then(|| kept.freeze()))
}
