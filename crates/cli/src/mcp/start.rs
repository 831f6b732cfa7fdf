//! Starting a run, and stopping it when the request that started it is cancelled: a client that
//! has cancelled never gets the run's number, so that nobody else could stop it.

use std::{
    collections::VecDeque,
    io,
    process::Output,
    sync::{Mutex, PoisonError},
};

use rmcp::{
    RoleServer,
    model::{CallToolResult, JsonObject, RequestId},
    service::RequestContext,
};
use serde_json::Value as Json;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    sync::RwLock,
};

use super::{Server, answer::refused, command::is_sandbox, tools::Entry};

/// How many starts are remembered, for cancellations that cross their answer on the way.
const REMEMBERED: usize = 100;

/// The runs that this session has started.
#[derive(Default)]
pub(super) struct Starts {
    /// Shared by the starts that are under way.
    under_way: RwLock<()>,
    recent: Mutex<VecDeque<(RequestId, Started)>>,
}

/// A run, and whose.
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

    fn remember(&self, request: &RequestId, started: Started) {
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
    /// Starts a run. A cancelled start ends before it buys anything, or the run is asked to stop.
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
        let output = match self.launched(&entry.words(arguments), context).await {
            Ok(output) => output,
            Err(error) => return refused(&format!("the command cannot be run: {error}")),
        };
        let number =
            serde_json::from_slice::<Json>(&output.stdout).ok().and_then(|told| told["run"].as_i64());
        let started = number.map(|run| Started { run, sandbox: is_sandbox(arguments) });
        // Remembered first: a cancellation that comes from here on finds the run by it.
        started.iter().for_each(|started| self.starts.remember(&context.id, *started));
        match (context.ct.is_cancelled(), started) {
            (false, _) => self.answer(&output),
            // The run had not told its number, and sends nothing without that.
            (true, None) => refused("cancelled; nothing was sent"),
            (true, Some(started)) => self.stop(started).await,
        }
    }

    /// A client does not want the answer to a request any more.
    pub(super) async fn cancelled(&self, request: &RequestId) {
        if let Some(started) = self.starts.of(request) {
            let _under_way = self.starts.under_way.read().await;
            self.stop(started).await;
        }
    }

    /// Runs a command to its end, or to its cancellation; either way everything that it told is there.
    async fn launched(&self, words: &[String], context: &RequestContext<RoleServer>) -> io::Result<Output> {
        let _permit = self.processes.acquire().await;
        let mut child = self.program(words)?.spawn()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (stdout, stderr) = (tokio::spawn(all(stdout)), tokio::spawn(all(stderr)));
        tokio::select! {
            _ = child.wait() => {}
            () = context.ct.cancelled() => child.start_kill()?,
        }
        let status = child.wait().await?;
        Ok(Output {
            status,
            stdout: stdout.await.unwrap_or_default(),
            stderr: stderr.await.unwrap_or_default(),
        })
    }

    /// Waits for no permit: a run that nobody wants must not go on behind others.
    async fn stop(&self, started: Started) -> CallToolResult {
        let mut words = ["runs", "stop", &started.run.to_string()].map(str::to_owned).to_vec();
        words.extend(started.sandbox.then(|| "--sandbox".to_owned()));
        let stopped = async { self.program(&words)?.output().await };
        match stopped.await {
            Ok(output) => self.answer(&output),
            Err(error) => refused(&format!("run {} goes on: it cannot be stopped: {error}", started.run)),
        }
    }
}

async fn all(pipe: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut text = Vec::new();
    if let Some(mut pipe) = pipe {
        // What was read until then is what there is.
        let _ = pipe.read_to_end(&mut text).await;
    }
    text
}
