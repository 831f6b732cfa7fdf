//! The pipeline: reads rows, runs them through the engine in parallel, and writes them in order.
//!
//! The window bounds the rows between the reader and the writer, including rows that wait for their turn, so
//! memory does not grow with the table. The pipeline hands rows to tasks in batches, because handing over a
//! row costs more than a stored answer. A row that has to wait gets a task of its own: a future inside
//! `buffer_unordered` makes progress only while the stream is polled.

use std::{collections::BTreeMap, sync::Arc, task::Poll};

use engine::{Engine, RowEnd};
use futures::{Stream, StreamExt, stream};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::{JoinError, JoinHandle},
};

use table::{InputRow, Reader, TableError, TableSummary};

/// How many rows a task is given at a time.
const BATCH: usize = 32;

/// The bytes of a row for each place that it takes in the window. A longer row takes several places, so that
/// a window of long rows does not exhaust the memory.
const BYTES_A_PLACE: usize = 64 * 1024;

/// How many rows may be between the reader and the writer.
pub(crate) fn window(parallel: usize) -> usize {
    (64 * parallel).max(1024)
}

/// A row with its places in the window, which it holds until it is written.
struct AdmittedRow {
    row: InputRow,
    /// Whether the steps run on it.
    is_selected: bool,
    _place: OwnedSemaphorePermit,
}

/// How far a row has come after its first poll.
enum FirstPoll {
    /// The row only passes through.
    Passed,
    Ended(RowEnd),
    Going(JoinHandle<RowEnd>),
}

/// Called with the number and the end of each row, before the row is written.
pub(crate) type OnEnd = Arc<dyn Fn(u64, &RowEnd) + Send + Sync>;

/// For callers that do not count rows.
fn ignored() -> OnEnd {
    Arc::new(|_, _| {})
}

/// Runs every row of `reader` through `engine`: the rows for which `selects` is true through its steps. Passes
/// each row to `write` in the table's order; the end is `None` for a row that only passes through.
///
/// # Errors
/// The reader's or the writer's error, after `stop` was called and everything in flight has ended: answers in
/// flight may have been paid for. Rows that were read before a reader's error are still written.
pub(crate) async fn run(
    reader: Reader,
    engine: Arc<Engine>,
    ended: OnEnd,
    selects: impl Fn(u64) -> bool,
    window: usize,
    stop: impl Fn(),
    mut write: impl FnMut(&InputRow, Option<&RowEnd>) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let enriched = batches(reader, selects, window)
        .map(|rows| async { Ok(enrich(&engine, &ended, rows?).await) })
        .buffer_unordered(window);
    let mut enriched = std::pin::pin!(enriched);
    let mut waiting = BTreeMap::new();
    let mut next = 1;
    let mut broken = None;
    let mut cannot_write = false;
    while let Some(done) = enriched.next().await {
        match done {
            Ok(done) => drop(waiting.insert(done[0].0.row.number(), done)),
            Err(error) => {
                stop();
                broken.get_or_insert(error);
            }
        }
        while let Some(done) = waiting.remove(&next) {
            for (taken, end) in done {
                next += 1;
                if cannot_write {
                    continue;
                }
                if let Err(error) = write(&taken.row, end.as_ref()) {
                    stop();
                    cannot_write = true;
                    broken.get_or_insert(error);
                }
            }
        }
    }
    broken.map_or(Ok(()), Err)
}

/// Runs every row of the table through an `engine` whose gateway is closed. Nothing is sent, so there are no
/// events to handle and nothing to stop.
///
/// # Errors
/// The reader's error, or the error of `take`.
pub(crate) async fn dry_run(
    summary: &TableSummary,
    engine: Arc<Engine>,
    selects: impl Fn(u64) -> bool,
    parallel: usize,
    take: impl FnMut(&InputRow, Option<&RowEnd>) -> Result<(), TableError>,
) -> Result<(), TableError> {
    run(Reader::open(summary)?, engine, ignored(), selects, window(parallel), || {}, take).await
}

/// The reader's rows in batches: as many rows as there are free places, and at least one.
fn batches(
    reader: Reader,
    selects: impl Fn(u64) -> bool,
    window: usize,
) -> impl Stream<Item = Result<Vec<AdmittedRow>, TableError>> {
    let places = Arc::new(Semaphore::new(window));
    let take =
        move |row: InputRow, place| AdmittedRow { is_selected: selects(row.number()), row, _place: place };
    let to_u32 = |places: usize| u32::try_from(places).unwrap_or(u32::MAX);
    stream::unfold((reader.peekable(), places, take), move |(mut reader, places, take)| async move {
        let needs = |row: &InputRow| to_u32((1 + row.bytes() / BYTES_A_PLACE).min(window));
        let mut place = Arc::clone(&places).acquire_owned().await.ok()?;
        let first = match reader.next()? {
            Ok(first) => first,
            Err(error) => return Some((Err(error), (reader, places, take))),
        };
        place.merge(Arc::clone(&places).acquire_many_owned(needs(&first) - 1).await.ok()?);
        let mut rows = vec![take(first, place)];
        // An error is a batch of its own, so that it is handled at once.
        while rows.len() < BATCH
            && let Some(Ok(row)) = reader.peek()
            && let Ok(place) = Arc::clone(&places).try_acquire_many_owned(needs(row))
            && let Some(Ok(row)) = reader.next()
        {
            rows.push(take(row, place));
        }
        Some((Ok(rows), (reader, places, take)))
    })
}

/// Polls the rows of a batch in turn, in one task; most stored answers end them at once. Rows that wait
/// continue in tasks of their own.
async fn enrich(
    engine: &Arc<Engine>,
    ended: &OnEnd,
    rows: Vec<AdmittedRow>,
) -> Vec<(AdmittedRow, Option<RowEnd>)> {
    let (engine, ended) = (Arc::clone(engine), Arc::clone(ended));
    let task = tokio::spawn(async move {
        let mut polled = Vec::with_capacity(rows.len());
        for taken in rows {
            let so_far = match taken.is_selected {
                true => begin(&engine, &ended, &taken.row).await,
                false => FirstPoll::Passed,
            };
            polled.push((taken, so_far));
        }
        polled
    });
    let mut done = Vec::with_capacity(BATCH);
    for (taken, polled) in task.await.unwrap_or_else(rethrow) {
        let end = match polled {
            FirstPoll::Passed => None,
            FirstPoll::Ended(end) => Some(end),
            FirstPoll::Going(task) => Some(task.await.unwrap_or_else(rethrow)),
        };
        done.push((taken, end));
    }
    done
}

async fn begin(engine: &Arc<Engine>, ended: &OnEnd, row: &InputRow) -> FirstPoll {
    let number = row.number();
    let cells = engine.plan().reads().iter().map(|column| row.cell(*column)).collect();
    let (engine, ended) = (Arc::clone(engine), Arc::clone(ended));
    let mut row = Box::pin(async move {
        let end = engine.row(cells).await;
        ended(number, &end);
        end
    });
    match futures::poll!(&mut row) {
        Poll::Ready(end) => FirstPoll::Ended(end),
        Poll::Pending => FirstPoll::Going(tokio::spawn(row)),
    }
}

/// The engine turns a plugin's panic into the row's end, so any other panic is a defect of marl.
fn rethrow<T>(error: JoinError) -> T {
    std::panic::resume_unwind(error.into_panic())
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
        CallMode,
        plan::{Header, Plan, Request, StepRequest},
    };
    use marl_core::{Call, CallEnd, Caller, Registry, Reply};
    use serde_json::json;

    use super::*;
    use table::ReadOptions;

    /// Answers at once, except for the first row, which waits until the window behind it is full.
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

    /// An engine that asks `caller` for the profile of every row.
    fn engine(summary: &TableSummary, caller: Arc<dyn Caller>) -> Arc<Engine> {
        let request = Request { steps: vec![StepRequest::parse("linkedin_profile")], ..Request::default() };
        let header = Header { table: "t.csv", columns: &summary.columns, samples: &summary.samples };
        let plan = Plan::new(&request, &header, &Registry::gather().unwrap()).unwrap();
        let mode = CallMode::Live { caller: Arc::clone(&caller), refreshing: caller };
        Arc::new(Engine::new(Arc::new(plan), mode))
    }

    #[test]
    fn a_slow_first_row_before_a_hundred_thousand_fast_ones_neither_stalls_nor_grows() {
        const ROWS: u64 = 100_001;
        const WINDOW: usize = 1024;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        let mut text = String::from("linkedin_url\nlinkedin.com/in/sandbox-slow\n");
        (1..ROWS).for_each(|row| writeln!(text, "linkedin.com/in/sandbox-{row}").unwrap());
        std::fs::write(&path, text).unwrap();
        let summary = table::scan(&path, &ReadOptions::default()).unwrap();
        let caller = Arc::new(SlowFirst::default());
        let engine = engine(&summary, Arc::clone(&caller) as Arc<dyn Caller>);
        let mut written = 0;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let reader = Reader::open(&summary).unwrap();
        let piped = run(
            reader,
            engine,
            ignored(),
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

    #[test]
    fn long_rows_take_several_places_and_the_longest_has_the_window_for_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        let mut text = String::from("linkedin_url,note\n");
        // The window has 16 places: room for 5 of the first rows, and for none beside the last one.
        let rows: Vec<usize> = [[2 * BYTES_A_PLACE; 20].as_slice(), &[40 * BYTES_A_PLACE, 10]].concat();
        for (row, bytes) in rows.iter().enumerate() {
            writeln!(text, "linkedin.com/in/sandbox-{row},{}", "x".repeat(*bytes)).unwrap();
        }
        std::fs::write(&path, text).unwrap();
        let summary = table::scan(&path, &ReadOptions::default()).unwrap();
        let caller = Arc::new(SlowFirst::default());
        let engine = engine(&summary, Arc::clone(&caller) as Arc<dyn Caller>);
        let mut written = 0;
        let write = |row: &InputRow, _: Option<&RowEnd>| {
            written += 1;
            assert_eq!(row.number(), written);
            let ahead = caller.asked.load(Ordering::SeqCst) - (written - 1);
            assert!(ahead <= if written < 20 { 5 } else { 2 }, "row {written}: {ahead}");
            Ok(())
        };
        let piped = run(Reader::open(&summary).unwrap(), engine, ignored(), |_| true, 16, || {}, write);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(piped).unwrap();
        assert_eq!(written, rows.len() as u64);
    }

    /// Answers only when the run is stopped.
    #[derive(Default)]
    struct Waiting(tokio::sync::Notify);

    #[async_trait]
    impl Caller for Waiting {
        async fn call(&self, _: Call) -> CallEnd {
            self.0.notified().await;
            self.0.notify_one();
            CallEnd::Reply(Reply::NoData)
        }
    }

    #[test]
    fn a_reader_that_breaks_stops_the_run_at_once_and_the_rows_before_it_are_written() {
        const ROWS: u64 = 2_000;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        let mut text = String::from("linkedin_url,note\n");
        let note = "x".repeat(5_000);
        (0..ROWS).for_each(|row| writeln!(text, "linkedin.com/in/sandbox-{row},{note}").unwrap());
        std::fs::write(&path, text).unwrap();
        let summary = table::scan(&path, &ReadOptions::default()).unwrap();
        let caller = Arc::new(Waiting::default());
        let engine = engine(&summary, Arc::clone(&caller) as Arc<dyn Caller>);
        let cut = |row| {
            if row == 1 {
                let file = std::fs::File::options().write(true).open(&path).unwrap();
                file.set_len(1_000_000).unwrap();
            }
            true
        };
        let mut written = 0;
        let piped = run(
            Reader::open(&summary).unwrap(),
            engine,
            ignored(),
            cut,
            ROWS as usize,
            || caller.0.notify_one(),
            |row, _| {
                written += 1;
                assert_eq!(row.number(), written);
                Ok(())
            },
        );
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        assert!(runtime.block_on(piped).is_err());
        assert!((1..ROWS).contains(&written), "{written}");
    }
}
