//! The rows of an older output, each found by what it was answered for: the cells that the steps
//! read. Rows may have been added, removed, reordered or edited elsewhere since.
//!
//! As long as both tables are in step, the older one is read alongside. After the first
//! difference, what is left of it goes into a temporary file, and memory holds a digest and a
//! place for each of its rows. Must not judge what is better.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::check::check;
use super::error::TableError;
use super::paths::folder_of;
use super::problem::Problem;
use super::reader::{InputRow, Reader};
use super::shape::{Format, ReadOptions, Sketch};

/// The answers of a row, one entry for each column of [`Older::answers`]; `None` for an empty cell. Those
/// of JSONL are JSON as it stands.
type Answers = Vec<Option<String>>;

/// An older output of marl, beside the table that a run reads now.
pub struct Older {
    path: PathBuf,
    sketch: Sketch,
    names: Vec<String>,
    /// Where the answers are in the older table.
    places: Vec<usize>,
    /// The columns by which rows are told apart, with a number for each: in the older table and in
    /// the new one.
    key: [Vec<(usize, usize)>; 2],
    /// Whether no column is left by which rows could be told apart, though there was one.
    is_keyless: bool,
    rows: Rows,
    matched: u64,
    has_answers: bool,
}

enum Rows {
    InStep(Box<Reader>),
    Indexed(Index),
}

impl Older {
    /// Opens the older output at `path`, for finding the rows of `input`. `answers` are its columns
    /// that marl wrote, `reads` those that the answers were given for.
    ///
    /// # Errors
    /// It cannot be read as a table.
    pub fn open(
        path: &Path,
        input: &Sketch,
        options: &ReadOptions,
        answers: &[String],
        reads: &[String],
    ) -> Result<Self, TableError> {
        let sketch = check_output_of_ours(path, input.format, options)?;
        let (names, places): (Vec<String>, Vec<usize>) =
            answers.iter().filter_map(|name| Some((name.clone(), place(&sketch.columns, name)?))).unzip();
        let common: Vec<&String> = reads
            .iter()
            .filter(|name| sketch.columns.contains(name) && input.columns.contains(name))
            .collect();
        let numbered = |columns: &[String]| -> Vec<(usize, usize)> {
            common.iter().enumerate().filter_map(|(at, name)| Some((place(columns, name)?, at))).collect()
        };
        Ok(Self {
            path: path.to_path_buf(),
            names,
            places,
            key: [numbered(&sketch.columns), numbered(&input.columns)],
            is_keyless: common.is_empty() && !reads.is_empty(),
            rows: Rows::InStep(Box::new(Reader::open(&sketch)?)),
            sketch,
            matched: 0,
            has_answers: false,
        })
    }

    /// The columns of the older output that marl wrote.
    pub fn answers(&self) -> &[String] {
        &self.names
    }

    /// The older output as a table.
    pub fn sketch(&self) -> &Sketch {
        &self.sketch
    }

    /// Whether any row of the older output was found; `true` as well where it holds no answers.
    ///
    /// # Errors
    /// The rest of it cannot be read.
    pub fn is_of_these_rows(&mut self) -> Result<bool, TableError> {
        if self.matched > 0 || self.has_answers {
            return Ok(self.matched > 0);
        }
        if let Rows::InStep(reader) = &mut self.rows {
            for row in reader {
                let row = row?;
                if self.places.iter().any(|place| row.text(*place).is_some()) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// The answers that the older output has for a row of the new table; `None` if it has not got
    /// the row. Rows are asked for in the new table's order, and each of the older is found once.
    ///
    /// # Errors
    /// The older output cannot be read, or was changed meanwhile.
    pub fn find(&mut self, row: &InputRow) -> Result<Option<Vec<Option<String>>>, TableError> {
        if self.is_keyless {
            return Ok(None);
        }
        let wanted = row.digest(&self.key[1]);
        let found = match &mut self.rows {
            Rows::Indexed(index) => index.take(wanted).map_err(|error| self.failed(error))?,
            Rows::InStep(reader) => match reader.next().transpose()? {
                None => None,
                Some(older) if older.digest(&self.key[0]) == wanted => Some(self.answers_of(&older)),
                Some(older) => {
                    let mut index = self.index(older)?;
                    let found = index.take(wanted).map_err(|error| self.failed(error))?;
                    self.rows = Rows::Indexed(index);
                    found
                }
            },
        };
        if let Some(answers) = &found {
            self.matched += 1;
            self.has_answers |= answers.iter().any(Option::is_some);
        }
        Ok(found)
    }

    fn answers_of(&self, row: &InputRow) -> Answers {
        self.places.iter().map(|place| row.text(*place)).collect()
    }

    /// Everything from the row at hand on.
    fn index(&mut self, at_hand: InputRow) -> Result<Index, TableError> {
        let mut index = Index::new(folder_of(&self.path)).map_err(|error| self.failed(error))?;
        let mut add = |older: &Self, row: &InputRow| {
            let answers = older.answers_of(row);
            let is_empty = answers.iter().all(Option::is_none);
            index.add(row.digest(&older.key[0]), &answers).map_err(|error| older.failed(error))?;
            Ok::<bool, TableError>(!is_empty)
        };
        self.has_answers |= add(self, &at_hand)?;
        // The reader stands behind the rows that were in step.
        let skipped = usize::try_from(at_hand.number()).unwrap_or(usize::MAX);
        for row in Reader::open(&self.sketch)?.skip(skipped) {
            let has_answer = add(self, &row?)?;
            self.has_answers |= has_answer;
        }
        index.finish().map_err(|error| self.failed(error))?;
        Ok(index)
    }

    fn failed(&self, source: io::Error) -> TableError {
        TableError::caused(&self.path, Problem::Read, source)
    }
}

fn place(columns: &[String], name: &String) -> Option<usize> {
    columns.iter().position(|column| column == name)
}

/// Reads the head of a table that marl wrote: its first row is the header, whatever it looks like,
/// and no line behind the rows is left out.
fn check_output_of_ours(path: &Path, format: Format, options: &ReadOptions) -> Result<Sketch, TableError> {
    let plain = ReadOptions { delimiter: options.delimiter, ..ReadOptions::default() };
    if format == Format::Jsonl {
        return check(path, &plain);
    }
    let first = ReadOptions { header_line: Some(1), skip_footer: Some(0), ..plain.clone() };
    let found = check(path, &first).or_else(|_| check(path, &plain));
    match format {
        // An input of the same format was read, so this delimiter is likelier than none.
        Format::Csv { delimiter } if options.delimiter.is_none() => {
            found.or_else(|_| check(path, &ReadOptions { delimiter: Some(delimiter), ..first }))
        }
        _ => found,
    }
}

impl InputRow {
    /// The text of a cell, JSON as it stands; `None` where [`InputRow::cell`] has none.
    pub(super) fn text(&self, column: usize) -> Option<String> {
        match self.raw_json(column) {
            Some(raw) => self.cell(column).map(|_| raw.to_owned()),
            None => self.cell(column).map(|value| value.to_string()),
        }
    }

    /// A digest of the cells in these columns, each of which has a number.
    fn digest(&self, columns: &[(usize, usize)]) -> u64 {
        let mut hash = DefaultHasher::new();
        for (column, number) in columns {
            if let Some(cell) = self.cell(*column) {
                (number, cell.to_string().trim()).hash(&mut hash);
            }
        }
        hash.finish()
    }
}

/// Rows by digest; equal ones in their order.
struct Index {
    spool: BufWriter<File>,
    end: u64,
    /// Digest and place in the spool, sorted once all are there.
    rows: Vec<(u64, u64)>,
    /// How many of the rows with one digest are taken, at the first of them.
    taken: Vec<u32>,
}

impl Index {
    fn new(folder: &Path) -> io::Result<Self> {
        let spool = BufWriter::new(tempfile::tempfile_in(folder)?);
        Ok(Self { spool, end: 0, rows: Vec::new(), taken: Vec::new() })
    }

    fn add(&mut self, digest: u64, answers: &Answers) -> io::Result<()> {
        let text = serde_json::to_vec(answers)?;
        let length = u32::try_from(text.len()).map_err(io::Error::other)?;
        self.spool.write_all(&length.to_le_bytes())?;
        self.spool.write_all(&text)?;
        self.rows.push((digest, self.end));
        self.end += u64::from(length) + 4;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.spool.flush()?;
        self.rows.sort_unstable();
        self.taken = vec![0; self.rows.len()];
        Ok(())
    }

    fn take(&mut self, digest: u64) -> io::Result<Option<Answers>> {
        let first = self.rows.partition_point(|row| row.0 < digest);
        let Some(taken) = self.taken.get_mut(first) else { return Ok(None) };
        let next = first + *taken as usize;
        match self.rows.get(next) {
            Some((of, place)) if *of == digest => {
                *taken += 1;
                let place = *place;
                self.read(place).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn read(&mut self, place: u64) -> io::Result<Answers> {
        let file = self.spool.get_mut();
        file.seek(SeekFrom::Start(place))?;
        let mut length = [0; 4];
        file.read_exact(&mut length)?;
        let mut text = vec![0; u32::from_le_bytes(length) as usize];
        file.read_exact(&mut text)?;
        Ok(serde_json::from_slice(&text)?)
    }
}
