//! Reads a text file in the encoding that the user names, that its first bytes show, or, if it is not UTF-8,
//! that all its bytes allow.

use std::io::{self, Read};

use encoding_rs::{Encoding, UTF_8};

use crate::{
    interface::scan::{Input, Scanned, ScannedFile},
    problem::{TableProblem, error::Location, fault::ScanFault, note::Note, text::TextProblem},
    text::{
        decode::TextReader,
        encoding::{Detector, from_head, name_of},
    },
};

/// How many leading bytes are examined for the encoding.
const FIRST: usize = 512;

/// How many bytes are read at a time.
const PIECE: usize = 256 << 10;

/// Calls `read` with the encoding of the input, and again with another encoding if the first was a wrong
/// guess. A note names an encoding other than UTF-8.
pub(crate) fn scan_text(
    input: &Input<'_>,
    read: impl Fn(&'static Encoding) -> Result<Scanned, ScanFault>,
) -> Result<Scanned, ScanFault> {
    let mut start = vec![0; FIRST];
    let length = input.open()?.read(&mut start)?;
    let apparent = from_head(&start[..length]).map_err(|problem| ScanFault::at(Location::File, problem))?;
    let given = input.options.encoding;
    let encoding = given.unwrap_or(apparent);
    let (encoding, scanned) = match read(encoding) {
        Err(ScanFault::Table(location, TableProblem::Text(TextProblem::NotUtf8(byte))))
            if given.is_none() =>
        {
            let found = detect(input, byte, location)?;
            (found, read(found))
        }
        scanned => (encoding, scanned),
    };
    let mut scanned = scanned?;
    if encoding != UTF_8 {
        let is_given = given.is_some() || name_of(encoding).starts_with("UTF");
        scanned.notes.insert(0, Note::Encoding { name: name_of(encoding), is_given });
    }
    Ok(scanned)
}

/// The text of the input from its beginning.
pub(crate) fn open_text(
    input: &Input<'_>,
    encoding: &'static Encoding,
) -> Result<TextReader<ScannedFile>, ScanFault> {
    Ok(TextReader::new(input.open()?, encoding))
}

/// Examines the bytes of a file that is not UTF-8; `byte` at `location` is the first evidence of that.
fn detect(input: &Input<'_>, byte: u8, location: Location) -> Result<&'static Encoding, ScanFault> {
    let mut file = input.open()?;
    let mut detector = Detector::new();
    let mut buffer = vec![0; PIECE];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return detector.finish(byte).map_err(|problem| ScanFault::at(location, problem)),
            Ok(read) => detector.feed(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ScanFault::Io(error)),
        }
    }
}
