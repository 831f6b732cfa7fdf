//! A buffer of complete records in front of a file. It knows where the last complete record ends in the file,
//! so that a file on a full disk can be cut back to complete records. This module must not know what a record
//! is.

use std::io::{self, Write};

/// How many bytes are buffered before they are written.
const BUFFER: usize = 256 << 10;

/// Records, such as lines, on their way to `sink`, whose first byte is the first record's.
///
/// After an error no byte is lost: what was not written stays in the buffer and is written first the next
/// time.
pub(crate) struct RecordBuffer<W> {
    sink: W,
    /// How many bytes `sink` had accepted when `waiting` was empty.
    before: u64,
    waiting: Vec<u8>,
    /// The positions where the records in `waiting` end.
    ends: Vec<usize>,
    /// How many bytes of `waiting` the sink has accepted.
    sent: usize,
}

impl<W: Write> RecordBuffer<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self { sink, before: 0, waiting: Vec::new(), ends: Vec::new(), sent: 0 }
    }

    /// Adds a record, including its separator from the record before.
    pub(crate) fn push(&mut self, record: &[u8]) -> io::Result<()> {
        self.waiting.extend_from_slice(record);
        self.ends.push(self.waiting.len());
        if self.waiting.len() < BUFFER { Ok(()) } else { self.flush() }
    }

    /// Passes everything to the sink.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        while self.sent < self.waiting.len() {
            match self.sink.write(&self.waiting[self.sent..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(taken) => self.sent += taken,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.before += self.sent as u64;
        self.waiting.clear();
        self.ends.clear();
        self.sent = 0;
        self.sink.flush()
    }

    /// The position in the sink where the last complete record ends.
    pub(crate) fn whole(&self) -> u64 {
        let whole = self.ends.partition_point(|end| *end <= self.sent);
        self.before + whole.checked_sub(1).map_or(0, |last| self.ends[last] as u64)
    }

    pub(crate) fn sink(&self) -> &W {
        &self.sink
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// A disk with limited room, which accepts bytes in pieces.
    struct Disk {
        taken: Vec<u8>,
        room: usize,
        piece: usize,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.room - self.taken.len() {
                0 => Err(io::ErrorKind::StorageFull.into()),
                left => {
                    let count = bytes.len().min(left).min(self.piece);
                    self.taken.extend_from_slice(&bytes[..count]);
                    Ok(count)
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

        #[test]
        fn the_disk_holds_complete_records_and_a_rest(
            records in vec(0..90_000usize, 0..12), room in 0..600_000usize, piece in 1..300_000usize, more in 0..400_000usize,
        ) {
            let mut buffer = RecordBuffer::new(Disk { taken: Vec::new(), room, piece });
            let (mut all, mut ends) = (Vec::new(), vec![0]);
            for (at, length) in records.into_iter().enumerate() {
                let record = vec![at as u8; length];
                all.extend_from_slice(&record);
                ends.push(all.len());
                let _ = buffer.push(&record);
            }
            let fits = buffer.flush().is_ok();
            prop_assert_eq!(fits, all.len() <= room);
            let last = ends.iter().rfind(|end| **end <= room).unwrap();
            prop_assert_eq!(buffer.whole(), *last as u64);
            prop_assert_eq!(&buffer.sink().taken, &all[..all.len().min(room)]);
            // With more room it continues where it stopped.
            buffer.sink.room += more;
            prop_assert_eq!(buffer.flush().is_ok(), all.len() <= room + more);
            prop_assert_eq!(&buffer.sink().taken, &all[..all.len().min(room + more)]);
        }
    }
}
