//! Signals: the first ends the run early and in order, the second at once.

use std::{process, sync::Arc};

use engine::gateway::Gateway;
use marl_core::SkipReason;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit;

/// Watches for Ctrl-C, SIGTERM and SIGHUP; `told` is called at the first.
pub(crate) fn watch(gateway: Gateway, told: Arc<dyn Fn() + Send + Sync>) -> std::io::Result<()> {
    let mut signals = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
    if let Some(Err(error)) = signals.iter_mut().find(|signal| signal.is_err()) {
        return Err(std::io::Error::new(error.kind(), "signals cannot be watched"));
    }
    let [Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)] = signals else { return Ok(()) };
    tokio::spawn(async move {
        any(&mut interrupt, &mut terminate, &mut hangup).await;
        gateway.close(SkipReason::Interrupted);
        told();
        any(&mut interrupt, &mut terminate, &mut hangup).await;
        process::exit(i32::from(exit::INTERRUPTED));
    });
    Ok(())
}

async fn any(interrupt: &mut Signal, terminate: &mut Signal, hangup: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}
