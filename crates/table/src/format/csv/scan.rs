//! The scan of CSV and TSV: finds where the table begins and how it is read, and reads all of its rows.

use std::sync::Arc;

use encoding_rs::Encoding;

use super::{
    CsvLayout,
    frame::find_table,
    head::{Head, as_wrong_delimiter},
    rows::{self, PassEnd},
};
use crate::{
    format::text_file::open_text,
    interface::scan::{Input, Scanned},
    problem::{fault::ScanFault, note::Note},
    text::cut::{Dialect, RowCutter},
};

/// Scans a file in a known encoding. `delimiter` is the expected delimiter.
pub(super) fn scan(
    input: &Input<'_>,
    encoding: &'static Encoding,
    delimiter: u8,
) -> Result<Scanned, ScanFault> {
    let mut head = find_table(input, encoding, delimiter)?;
    loop {
        let cutter = RowCutter::new(open_text(input, encoding)?, head.dialect, head.frame);
        let passed = match rows::run(cutter, &head, input.options) {
            Ok(passed) => passed,
            Err(fault) if head.dialect == Dialect::Tabs => {
                scan_quoted_tabs(input, encoding, &mut head, fault)?
            }
            Err(fault) => return Err(as_wrong_delimiter(fault, &head, input.options)),
        };
        match passed {
            // Once the end is known, the scan looks for no other.
            PassEnd::EndsAt(end, note) => {
                head.frame.end = Some(end);
                head.notes.push(note);
            }
            PassEnd::Sound(mut found) => {
                found.shape.bom = has_bom(input, encoding)?;
                let layout = CsvLayout {
                    encoding,
                    shape: found.shape,
                    delimiter: head.delimiter,
                    dialect: head.dialect,
                    frame: head.frame,
                    separator: head.separator,
                    has_header: !input.options.no_header,
                    header: found.header,
                    pads: found.pads,
                };
                return Ok(Scanned {
                    columns: found.columns,
                    rows: found.rows,
                    samples: found.samples,
                    notes: head.notes.into_iter().chain(found.notes).collect(),
                    layout: Arc::new(layout),
                });
            }
        }
    }
}

/// Reads a TSV whose rows differ in length from its header with quotes, as Excel writes cells with line
/// breaks. If any doubt remains, the fault stays.
fn scan_quoted_tabs(
    input: &Input<'_>,
    encoding: &'static Encoding,
    head: &mut Head,
    fault: ScanFault,
) -> Result<PassEnd, ScanFault> {
    let mut quoted = Head { dialect: Dialect::Quoted(b'\t'), ..head.clone() };
    let cutter = RowCutter::new(open_text(input, encoding)?, quoted.dialect, quoted.frame);
    let Ok((passed, Some(line))) = rows::run_with_breaks(cutter, &quoted, input.options) else {
        return Err(fault);
    };
    quoted.notes.push(Note::QuotedBreaks { line });
    *head = quoted;
    Ok(passed)
}

fn has_bom(input: &Input<'_>, encoding: &'static Encoding) -> Result<bool, ScanFault> {
    let mut text = open_text(input, encoding)?;
    // The pass over the rows has already found any fault in the first piece.
    let _ = text.read(&mut Vec::new());
    Ok(text.has_bom())
}
