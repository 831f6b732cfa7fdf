//! The pipeline: reads rows, drives them through the engine in parallel, writes in order.
//!
//! At most a window of rows is between reader and writer, those that wait for their turn
//! included, so memory does not grow with the table. Each row runs in a task of its own: a
//! future in `buffer_unordered` goes on only while that is polled, and the one who polls
//! awaits nothing else.

use std::{collections::BTreeMap, sync::Arc};

use engine::{Engine, Event, Listener, RowEnd};
use futures::{StreamExt, stream};
use marl_core::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::table::{InputRow, Reader, TableError};

/// How many rows may be between reader and writer.
pub(crate) fn window(parallel: usize) -> usize {
    (64 * parallel).max(1024)
}

/// A row that has been through, and its place in the window.
struct Done {
    row: InputRow,
    end: Option<RowEnd>,
    _place: OwnedSemaphorePermit,
}

/// Takes every row of `reader` through `engine`, those that `picks` picks with its steps, and
/// hands each to `write` in the table's order; `None` is a row that only passes through.
///
/// # Errors
/// The reader's or the writer's, after `stop` was called and everything in flight has ended:
/// what it brings may have been paid for. Rows read before a reader's error are still written.
pub(crate) async fn run(
    reader: Reader,
    engine: Arc<Engine>,
    listener: Arc<dyn Listener>,
    picks: impl Fn(u64) -> bool,
    window: usize,
    stop: impl Fn(),
    mut write: impl FnMut(&InputRow, Option<&RowEnd>) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let places = Arc::new(Semaphore::new(window));
    let rows = stream::unfold(reader, |mut reader| async {
        let place = Arc::clone(&places).acquire_owned().await.expect("the window is never closed");
        reader.next().map(|row| (row.map(|row| (row, place)), reader))
    });
    let taken = rows.map(|row| async {
        let (row, place) = row?;
        let end = if picks(row.number()) { Some(enrich(&engine, &listener, &row).await) } else { None };
        Ok(Done { row, end, _place: place })
    });
    let mut taken = std::pin::pin!(taken.buffer_unordered(window));
    let mut waiting: BTreeMap<u64, Done> = BTreeMap::new();
    let mut next = 1;
    let mut broken = None;
    let mut cannot_write = false;
    while let Some(done) = taken.next().await {
        match done {
            Ok(done) => drop(waiting.insert(done.row.number(), done)),
            Err(error) => {
                stop();
                broken.get_or_insert(error);
            }
        }
        while let Some(done) = waiting.remove(&next) {
            next += 1;
            if cannot_write {
                continue;
            }
            if let Err(error) = write(&done.row, done.end.as_ref()) {
                stop();
                cannot_write = true;
                broken.get_or_insert(error);
            }
        }
    }
    broken.map_or(Ok(()), Err)
}

async fn enrich(engine: &Arc<Engine>, listener: &Arc<dyn Listener>, row: &InputRow) -> RowEnd {
    let cells: Vec<Option<Value>> = engine.plan().reads().iter().map(|column| row.cell(*column)).collect();
    let task = tokio::spawn({
        let engine = Arc::clone(engine);
        async move { engine.row(cells).await }
    });
    let end = match task.await {
        Ok(end) => end,
        Err(error) => engine.lost(&error.to_string()),
    };
    listener.hear(&Event::Row { number: row.number(), end: &end });
    end
}

#[cfg(test)]
mod tests {
    use std::{
        fmt::Write as _,
        sync::atomic::{AtomicU64, Ordering},
        time::Duration,
    };

    use async_trait::async_trait;
    use engine::{
        Silent, Way,
        plan::{Header, Plan, Request, StepRequest},
    };
    use marl_core::{Call, CallEnd, Caller, Registry, Reply};
    use serde_json::json;

    use super::*;
    use crate::table::{self, ReadOptions};

    /// Answers at once, but the first row only when the window is full behind it.
    #[derive(Default)]
    struct SlowFirst {
        asked: AtomicU64,
    }

    #[async_trait]
    impl Caller for SlowFirst {
        async fn call(&self, call: Call) -> CallEnd {
            let asked = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            if call.parameters.to_string().contains("sandbox-slow") {
                while self.asked.load(Ordering::SeqCst) < 1024 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
            CallEnd::Reply(Reply::found(json!({"person": {"headline": format!("row {asked}")}})))
        }
    }

    #[test]
    fn a_slow_first_row_before_a_hundred_thousand_fast_ones_neither_stalls_nor_grows() {
        const ROWS: u64 = 100_000;
        const WINDOW: usize = 1024;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        let mut text = String::from("linkedin_url\nlinkedin.com/in/sandbox-slow\n");
        (1..ROWS).for_each(|row| writeln!(text, "linkedin.com/in/sandbox-{row}").unwrap());
        std::fs::write(&path, text).unwrap();
        let sketch = table::check(&path, &ReadOptions::default()).unwrap();
        let request = Request { steps: vec![StepRequest::parse("linkedin_profile")], ..Request::default() };
        let header = Header { table: "t.csv", columns: &sketch.columns, samples: &sketch.samples };
        let plan = Plan::new(&request, &header, &Registry::gather().unwrap()).unwrap();
        let caller = Arc::new(SlowFirst::default());
        let dynamic = Arc::clone(&caller) as Arc<dyn Caller>;
        let way = Way::Open { caller: Arc::clone(&dynamic), refreshing: dynamic };
        let engine = Arc::new(Engine::new(Arc::new(plan), way));
        let mut written = 0;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let reader = Reader::open(&sketch).unwrap();
        let piped = run(
            reader,
            engine,
            Arc::new(Silent),
            |_| true,
            WINDOW,
            || {},
            |row, end| {
                written += 1;
                assert_eq!(row.number(), written, "in order");
                assert!(end.is_some_and(|end| end.written[0].is_some()));
                let ahead = caller.asked.load(Ordering::SeqCst) - (written - 1);
                assert!(ahead <= WINDOW as u64, "{ahead} rows between reader and writer");
                Ok(())
            },
        );
        runtime.block_on(piped).unwrap();
        assert_eq!(written, ROWS);
    }
}
