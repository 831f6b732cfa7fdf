//! Decodes the bytes of a file to valid UTF-8, piece by piece, and removes the byte order mark. This module
//! must not know rows.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use super::encoding::{BOM, name_of, sound_part};
use crate::problem::text::TextProblem;

/// How many bytes of a file are read at a time.
const PIECE: usize = 256 << 10;

/// Reads text from `file`.
pub(crate) struct TextReader<R> {
    file: R,
    encoding: &'static Encoding,
    /// `None` for UTF-8, which is only validated.
    decoder: Option<Decoder>,
    /// Bytes that are not decoded yet, such as the first bytes of a character.
    held: Vec<u8>,
    /// Whether characters beyond ASCII were read.
    wide: bool,
    /// What is wrong after the text that was returned.
    fault: Option<TextFault>,
    has_begun: bool,
    has_bom: bool,
    is_done: bool,
}

/// Why there is no more text.
#[derive(Debug)]
pub(crate) enum TextFault {
    Io(io::Error),
    Encoding(TextProblem),
}

impl<R: Read> TextReader<R> {
    pub(crate) fn new(file: R, encoding: &'static Encoding) -> Self {
        Self {
            file,
            encoding,
            decoder: (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling()),
            held: Vec::new(),
            wide: false,
            fault: None,
            has_begun: false,
            has_bom: false,
            is_done: false,
        }
    }

    /// Appends the next piece of the text; returns `false` at its end.
    pub(crate) fn read(&mut self, to: &mut Vec<u8>) -> Result<bool, TextFault> {
        let start = to.len();
        while to.len() == start {
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            if self.is_done {
                return Ok(false);
            }
            match self.decoder.is_some() {
                true => self.decode(to)?,
                false => self.check(to)?,
            }
            self.drop_bom(to, start);
        }
        Ok(true)
    }

    /// Whether the file began with a byte order mark.
    pub(crate) fn has_bom(&self) -> bool {
        self.has_bom
    }

    /// Reads a piece of UTF-8 directly into its destination.
    fn check(&mut self, to: &mut Vec<u8>) -> Result<(), TextFault> {
        let start = to.len();
        to.append(&mut self.held);
        let read = match self.fill(to) {
            Ok(read) => read,
            Err(error) => {
                to.truncate(start);
                return Err(error);
            }
        };
        let (sound, fault) = sound_part(&to[start..], self.wide);
        self.wide |= !to[start..start + sound].is_ascii();
        match fault {
            Some(problem) => self.fault = Some(TextFault::Encoding(problem)),
            None => self.held.extend_from_slice(&to[start + sound..]),
        }
        to.truncate(start + sound);
        if read == 0 {
            self.is_done = true;
            if !self.held.is_empty() {
                self.fault = Some(TextFault::Encoding(TextProblem::CutOff));
            }
        }
        Ok(())
    }

    fn decode(&mut self, to: &mut Vec<u8>) -> Result<(), TextFault> {
        let mut bytes = std::mem::take(&mut self.held);
        let is_last = self.fill(&mut bytes)? == 0;
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        let start = to.len();
        let most = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
        to.resize(start + most.unwrap_or(bytes.len() * 3 + 16), 0);
        let (result, _, written) =
            decoder.decode_to_utf8_without_replacement(&bytes, &mut to[start..], is_last);
        to.truncate(start + written);
        if let DecoderResult::Malformed(..) = result {
            let name = name_of(self.encoding);
            self.fault = Some(TextFault::Encoding(TextProblem::Malformed(name)));
        } else if let Some(zero) = to[start..].iter().position(|byte| *byte == 0) {
            to.truncate(start + zero);
            self.fault = Some(TextFault::Encoding(TextProblem::ZeroByte));
        }
        self.is_done = is_last;
        Ok(())
    }

    fn fill(&mut self, to: &mut Vec<u8>) -> Result<usize, TextFault> {
        let start = to.len();
        to.resize(start + PIECE, 0);
        loop {
            match self.file.read(&mut to[start..]) {
                Ok(read) => {
                    to.truncate(start + read);
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(TextFault::Io(error)),
            }
        }
    }

    /// Some programs write a second byte order mark before a file that had one.
    fn drop_bom(&mut self, to: &mut Vec<u8>, start: usize) {
        if self.has_begun || to.len() == start {
            return;
        }
        self.has_begun = true;
        let marks = to[start..].chunks(BOM.len()).take_while(|chunk| *chunk == BOM).count();
        self.has_bom = marks > 0;
        to.drain(start..start + marks * BOM.len());
    }
}
