//! The first pass: reads the whole file once, so that whatever is wrong with it is said
//! before anything is bought. Keeps a few samples, never the rows.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::csv_check::Scanner;
use super::encoding::{BOM, check_head, sound_part};
use super::error::{Place, TableError};
use super::jsonl_check;
use super::paths::{Stamp, input_metadata};
use super::problem::Problem;
use super::shape::{Format, ReadOptions, Shape, Sketch, input_format};

/// How much of a file is read at a time.
pub(super) const BUFFER: usize = 1 << 20;

/// Of each column this many cells are kept as samples, each cut to so many characters.
const SAMPLES: usize = 100;
const SAMPLE_CHARS: usize = 512;

/// Reads the whole file at `path` and answers what it holds.
///
/// # Errors
/// The file cannot be read, or is not a sound table that this crate's [`Reader`] would
/// read back cell by cell; the error says where.
///
/// [`Reader`]: super::Reader
pub fn check(path: &Path, options: &ReadOptions) -> Result<Sketch, TableError> {
    let metadata = input_metadata(path).map_err(|(problem, source)| match source {
        Some(source) => TableError::caused(path, problem, source),
        None => TableError::new(path, problem),
    })?;
    let format = input_format(path, options).map_err(|problem| TableError::new(path, problem))?;
    let read_error = |source| TableError::caused(path, Problem::Read, source);
    let mut file = BufReader::with_capacity(BUFFER, File::open(path).map_err(read_error)?);

    let head = file.fill_buf().map_err(read_error)?;
    check_head(head).map_err(|problem| TableError::new(path, problem))?;
    let bom = head.starts_with(BOM);
    file.consume(if bom { BOM.len() } else { 0 });

    let found = match format {
        Format::Csv { delimiter } => check_csv(file, Scanner::new(delimiter, options.delimiter.is_some())),
        Format::Jsonl => jsonl_check::run(file),
    };
    let found = found.map_err(|fault| match fault {
        Fault::Table(place, problem) => TableError::at(path, place, problem),
        Fault::Io(source) => read_error(source),
    })?;
    Ok(Sketch {
        path: path.to_path_buf(),
        format,
        columns: found.columns,
        rows: found.rows,
        samples: found.samples.cells,
        shape: Shape { bom, ..found.shape },
        stamp: Stamp::of(&metadata),
    })
}

/// What a pass over either format finds.
pub(super) struct Found {
    pub(super) columns: Vec<String>,
    pub(super) rows: u64,
    pub(super) samples: Samples,
    /// Without the byte order mark, which is no matter of the format.
    pub(super) shape: Shape,
}

/// What ends a pass early.
#[derive(Debug)]
pub(super) enum Fault {
    Table(Place, Problem),
    Io(io::Error),
}

impl From<(Place, Problem)> for Fault {
    fn from((place, problem): (Place, Problem)) -> Self {
        Self::Table(place, problem)
    }
}

/// The first filled cells of each column.
#[derive(Debug, Default)]
pub(super) struct Samples {
    cells: Vec<Vec<String>>,
}

impl Samples {
    /// More bytes than a sample can have: what is beyond need not be kept.
    pub(super) const BYTES: usize = SAMPLE_CHARS * 4;

    /// Whether cells of `column` are still wanted.
    pub(super) fn wants(&self, column: usize) -> bool {
        self.cells.get(column).is_some_and(|cells| cells.len() < SAMPLES)
    }

    pub(super) fn add(&mut self, column: usize, cell: &str) {
        if !cell.trim().is_empty() {
            self.cells[column].push(cell.chars().take(SAMPLE_CHARS).collect());
        }
    }

    /// Makes room for columns up to `columns`.
    pub(super) fn grow(&mut self, columns: usize) {
        self.cells.resize_with(columns, Vec::new);
    }
}

/// Hands the file to the scanner in pieces of sound text.
fn check_csv(mut file: impl Read, mut scanner: Scanner) -> Result<Found, Fault> {
    let mut buffer = vec![0; BUFFER];
    // The first bytes of a character whose others are still to come.
    let mut held = 0;
    let mut wide = false;
    loop {
        let read = match file.read(&mut buffer[held..]) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Fault::Io(error)),
        };
        if read == 0 {
            break;
        }
        let filled = &buffer[..held + read];
        let (sound, fault) = sound_part(filled, wide);
        // What the scanner finds comes first in the file, so it is said first.
        scanner.feed(&filled[..sound])?;
        if let Some(problem) = fault {
            return Err(Fault::Table(scanner.place(), problem));
        }
        wide = wide || !filled[..sound].is_ascii();
        held = filled.len() - sound;
        let end = filled.len();
        buffer.copy_within(sound..end, 0);
    }
    if held > 0 {
        return Err(Fault::Table(scanner.place(), Problem::CutOff));
    }
    Ok(scanner.finish()?)
}
