//! The sandbox as a separate process, so that its work is not counted as marl's. This module measures nothing.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::{cargo, failure::Failure};

use super::Bench;

/// A running sandbox. Dropping the value ends the process.
pub(super) struct Server {
    child: Child,
    url: String,
    /// Kept open, so that the sandbox can continue to write.
    stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts a sandbox whose answers take `latency` each, such as `50ms`.
    pub(super) fn start(bench: &Bench, latency: &str) -> Result<Self, Failure> {
        let mut command = Command::new(&bench.marl);
        command.args(["sandbox", "--port", "0", "--latency", latency]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| cargo::not_started(&command, &error))?;
        let stdout = child.stdout.take().ok_or_else(|| Failure::new("the sandbox has no stdout"))?;
        let mut server = Self { child, url: String::new(), stdout: BufReader::new(stdout) };
        let mut line = String::new();
        let read = server.stdout.read_line(&mut line);
        line.trim().clone_into(&mut server.url);
        if read.is_err() || !server.url.starts_with("http://") {
            return Err(Failure::new("the sandbox did not print its address")
                .caused_by(format!("it printed `{}`", server.url)));
        }
        Ok(server)
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The sandbox has no state to lose, and an error means that it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
