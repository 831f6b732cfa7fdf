//! Keeps the answers of the older rows in a temporary file, because memory must not grow with the rows. This
//! module must not know what the answers mean.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
};

use super::older::Answers;

/// The answers of the older rows, in a temporary file.
pub(super) struct Spool {
    file: BufWriter<File>,
    end: u64,
    /// By row, the position of its answers.
    places: Vec<u64>,
}

/// The position for a row without answers.
const NOWHERE: u64 = u64::MAX;

impl Spool {
    pub(super) fn new(folder: &Path, rows: usize) -> io::Result<Self> {
        let file = BufWriter::new(tempfile::tempfile_in(folder)?);
        Ok(Self { file, end: 0, places: Vec::with_capacity(rows) })
    }

    pub(super) fn add(&mut self, answers: &Answers) -> io::Result<()> {
        if answers.iter().all(Option::is_none) {
            self.places.push(NOWHERE);
            return Ok(());
        }
        let text = serde_json::to_vec(answers)?;
        let length = u32::try_from(text.len()).map_err(io::Error::other)?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(&text)?;
        self.places.push(self.end);
        self.end += u64::from(length) + 4;
        Ok(())
    }

    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    pub(super) fn read(&mut self, row: u32) -> io::Result<Answers> {
        let place = self.places[row as usize];
        if place == NOWHERE {
            return Ok(Answers::new());
        }
        let file = self.file.get_mut();
        file.seek(SeekFrom::Start(place))?;
        let mut length = [0; 4];
        file.read_exact(&mut length)?;
        let mut text = vec![0; u32::from_le_bytes(length) as usize];
        file.read_exact(&mut text)?;
        Ok(serde_json::from_slice(&text)?)
    }
}
