//! The first pass over JSONL: every line is an object, no key is there twice; finds the
//! columns in order of first appearance.

use std::io::BufRead;

use super::check::{Fault, Found, Samples};
use super::encoding::sound_part;
use super::error::Place;
use super::jsonl::{Columns, members, value_of};
use super::problem::Problem;
use super::shape::{LineEnding, Shape};

/// Reads the file to its end.
pub(super) fn run(mut file: impl BufRead) -> Result<Found, Fault> {
    let mut pass = Pass::default();
    let mut bytes = Vec::new();
    let mut line_ending = None;
    let mut final_newline = true;
    while read_line(&mut file, &mut bytes).map_err(Fault::Io)? {
        pass.line += 1;
        final_newline = bytes.ends_with(b"\n");
        if line_ending.is_none() && final_newline {
            line_ending = Some(if bytes.ends_with(b"\r\n") { LineEnding::CrLf } else { LineEnding::Lf });
        }
        pass.read(&bytes)?;
    }
    if pass.rows == 0 {
        return Err(Fault::Table(Place::File, Problem::Empty));
    }
    Ok(Found {
        columns: pass.columns.into_names(),
        rows: pass.rows,
        samples: pass.samples,
        shape: Shape { bom: false, line_ending: line_ending.unwrap_or_default(), final_newline },
    })
}

/// Reads the next line, its end included; `false` when there is none.
pub(super) fn read_line(file: &mut impl BufRead, bytes: &mut Vec<u8>) -> std::io::Result<bool> {
    bytes.clear();
    Ok(file.read_until(b'\n', bytes)? > 0)
}

/// The line without its end.
pub(super) fn without_end(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

#[derive(Default)]
struct Pass {
    line: u64,
    rows: u64,
    columns: Columns,
    samples: Samples,
    /// Of each column the row it was last seen in, which finds a key that is there twice.
    last_row: Vec<u64>,
    /// Whether there were characters beyond ASCII.
    wide: bool,
}

impl Pass {
    fn read(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let text = match (sound_part(bytes, self.wide), std::str::from_utf8(bytes)) {
            ((_, None), Ok(text)) => text,
            ((sound, problem), _) => {
                let before = String::from_utf8_lossy(&bytes[..sound]);
                let place = Place::Column { line: self.line, column: before.chars().count() + 1 };
                return Err(Fault::Table(place, problem.unwrap_or(Problem::CutOff)));
            }
        };
        self.wide = self.wide || !text.is_ascii();
        if text.trim_ascii().is_empty() {
            return Ok(());
        }
        self.rows += 1;
        self.read_object(without_end(text))
            .map_err(|(column, problem)| Fault::Table(Place::Column { line: self.line, column }, problem))
    }

    fn read_object(&mut self, text: &str) -> Result<(), (usize, Problem)> {
        let Self { rows, columns, samples, last_row, .. } = self;
        members(text, |key, value| {
            if key.trim().is_empty() {
                return Err(Problem::EmptyKey);
            }
            let column = columns.place_or_add(key);
            if column == last_row.len() {
                last_row.push(0);
                samples.grow(columns.len());
            }
            if std::mem::replace(&mut last_row[column], *rows) == *rows {
                return Err(Problem::DuplicateKey(key.to_owned()));
            }
            if samples.wants(column)
                && let Some(value) = value_of(&text[value])
            {
                samples.add(column, &value.to_string());
            }
            Ok(())
        })
    }
}
