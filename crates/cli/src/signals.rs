//! Handles signals: the first ends the run early and in order, the second at once. This module knows no run.

use std::{fs, process};

use futures::future::select_all;
use tokio::signal::unix::{Signal, SignalKind, signal};

use runner::failure::exit::Exit;

/// SIGXFSZ, which tokio has no constant for.
const FILE_TOO_LARGE: std::ffi::c_int = 25;

/// Turns a file that must not grow into an error like a full disk, instead of the end of the process. If the
/// signal cannot be handled, it ends the process as by default.
pub(crate) fn survive_full_files() {
    let _heard_by_the_writers = signal(SignalKind::from_raw(FILE_TOO_LARGE));
}

/// Watches for Ctrl-C, SIGTERM and SIGHUP; the first calls `stop`. A signal that the parent ignored stays
/// ignored, which `nohup` relies on, and so does a run in the background.
pub(crate) fn watch(in_background: bool, stop: impl Fn() + Send + 'static) -> std::io::Result<()> {
    let ignored = ignored_signals();
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let heeded = kinds.into_iter().filter(|kind| ignored >> (kind.as_raw_value() - 1) & 1 == 0);
    let mut signals: Vec<Signal> = heeded
        .filter(|kind| !(in_background && *kind == SignalKind::hangup()))
        .map(signal)
        .collect::<Result<_, _>>()?;
    // The signal is received and ignored, because a hangup ends the process by default.
    let hangup = if in_background { Some(signal(SignalKind::hangup())?) } else { None };
    if signals.is_empty() {
        return Ok(());
    }
    tokio::spawn(async move {
        let _hangup = hangup;
        any(&mut signals).await;
        stop();
        any(&mut signals).await;
        process::exit(i32::from(Exit::Interrupted.code()));
    });
    Ok(())
}

async fn any(signals: &mut [Signal]) {
    select_all(signals.iter_mut().map(|signal| Box::pin(signal.recv()))).await;
}

/// The mask of signals that were ignored when the program started; 0 if the system does not report it.
fn ignored_signals() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}
