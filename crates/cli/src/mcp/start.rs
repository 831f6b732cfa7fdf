//! Starts a run, and stops it if the request that started it is cancelled.
//!
//! A run begins once the answer with its number was written to the client. A start that is cancelled before
//! that sends nothing: the client never gets the number, so nobody could stop the run. A cancellation that
//! crosses the answer stops the run.

use std::{
    collections::{HashMap, VecDeque},
    io,
    process::{Output, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rmcp::{
    RoleServer,
    model::{CallToolResult, JsonObject, RequestId},
    service::RequestContext,
};
use serde_json::Value as Json;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::ChildStdin,
    sync::{RwLock, watch},
};

use super::{Server, answer::refused, command::is_sandbox, tools::Entry};
use crate::handover;

/// How many starts are remembered, for cancellations that cross their answers.
const REMEMBERED: usize = 100;

/// The runs that this session has started.
#[derive(Default)]
pub(super) struct Starts {
    /// Held for reading by the starts that are under way.
    under_way: RwLock<()>,
    /// The runs that wait until the answer to their request is written. A run whose pipe is dropped ends
    /// without having begun.
    waiting: Mutex<HashMap<RequestId, ChildStdin>>,
    recent: Mutex<VecDeque<(RequestId, Started)>>,
}

/// A run and its ledger.
#[derive(Clone, Copy)]
struct Started {
    run: i64,
    sandbox: bool,
}

impl Starts {
    /// Waits until no start is under way.
    pub(super) async fn settled(&self) {
        drop(self.under_way.write().await);
    }

    /// Lets a run begin whose number is in an answer. Call this once the answer was written.
    pub(super) async fn answered(&self, request: &RequestId) {
        let pipe = self.waiting().remove(request);
        if let Some(mut pipe) = pipe {
            // A run that has ended meanwhile has recorded its end.
            let _ = pipe.write_all(handover::CONFIRMATION).await;
            let _ = pipe.flush().await;
        }
    }

    /// Ends a run whose number was not reported yet; returns `false` if there is none.
    fn withdraw(&self, request: &RequestId) -> bool {
        self.waiting().remove(request).is_some()
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<RequestId, ChildStdin>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, request: &RequestId, started: Started, pipe: Option<ChildStdin>) {
        self.waiting().extend(pipe.map(|pipe| (request.clone(), pipe)));
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_back((request.clone(), started));
        if recent.len() > REMEMBERED {
            recent.pop_front();
        }
    }

    fn of(&self, request: &RequestId) -> Option<Started> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.iter().rev().find(|(known, _)| known == request).map(|(_, started)| *started)
    }
}

impl Server {
    /// Starts a run. A start that is cancelled ends before it buys anything, or its run is asked to stop.
    pub(super) async fn start(
        &self,
        entry: &Entry,
        arguments: &JsonObject,
        context: &RequestContext<RoleServer>,
    ) -> CallToolResult {
        let _under_way = self.starts.under_way.read().await;
        if let Some(why) = self.refusal(entry, arguments) {
            return refused(&why);
        }
        let (output, pipe) = match self.launched(&entry.words(arguments), context).await {
            Ok(launched) => launched,
            Err(error) => return refused(&format!("the command cannot be run: {error}")),
        };
        let number =
            serde_json::from_slice::<Json>(&output.stdout).ok().and_then(|document| document["run"].as_i64());
        let started = number.map(|run| Started { run, sandbox: is_sandbox(arguments) });
        let Some(started) = started else { return self.answer_of(&output) };
        // The run must be remembered first, so that a later cancellation finds it.
        self.starts.remember(&context.id, started, pipe);
        if context.ct.is_cancelled() {
            self.starts.withdraw(&context.id);
            return refused("cancelled; nothing was sent");
        }
        self.answer_of(&output)
    }

    /// Handles a client's cancellation of a request.
    pub(super) async fn cancelled(&self, request: &RequestId) {
        if self.starts.withdraw(request) {
            return;
        }
        if let Some(started) = self.starts.of(request) {
            let _under_way = self.starts.under_way.read().await;
            self.stop(started).await;
        }
    }

    /// Runs the command that starts a run until it ends or is cancelled. Returns its complete output, and the
    /// pipe that lets the run begin.
    async fn launched(
        &self,
        words: &[String],
        context: &RequestContext<RoleServer>,
    ) -> io::Result<(Output, Option<ChildStdin>)> {
        let _permit = self.commands.acquire().await;
        let mut child = self.program(words)?.stdin(Stdio::piped()).spawn()?;
        // Waiting for the command would close the pipe.
        let pipe = child.stdin.take();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (stdout, stderr) = (tokio::spawn(all(stdout)), tokio::spawn(all(stderr)));
        tokio::select! {
            _ = child.wait() => {}
            () = context.ct.cancelled() => child.start_kill()?,
        }
        let status = child.wait().await?;
        let (stdout, stderr) = (stdout.await.unwrap_or_default(), stderr.await.unwrap_or_default());
        Ok((Output { status, stdout, stderr }, pipe))
    }

    /// Asks a run to stop. This waits for no permit: a run that is not wanted must not go on because other
    /// commands are running.
    async fn stop(&self, started: Started) {
        let mut words = ["runs", "stop", &started.run.to_string()].map(str::to_owned).to_vec();
        words.extend(started.sandbox.then(|| "--sandbox".to_owned()));
        let stopped = tokio::task::spawn_blocking(move || crate::captured(&words, watch::channel(false).1));
        // A run that cannot be asked, because its ledger is gone, ends by itself.
        let _ = stopped.await;
    }
}

async fn all(pipe: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut text = Vec::new();
    if let Some(mut pipe) = pipe {
        // If reading fails, the text read so far is used.
        let _ = pipe.read_to_end(&mut text).await;
    }
    text
}
