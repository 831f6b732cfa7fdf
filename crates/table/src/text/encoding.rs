//! Detects the encoding of a file, from its first bytes and from what its other bytes allow. This module
//! examines bytes only; it must not know cells.
//!
//! UTF-8 and UTF-16 are certain. Of the older encodings only Windows-1252 is recognised, and only if no other
//! encoding fits as well: a wrong guess would write wrong names into a table.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::problem::text::TextProblem;

/// The three bytes that Excel writes before "CSV UTF-8".
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

/// First bytes of files that people mistake for tables.
const MAGIC: [(&[u8], &str); 5] = [
    (b"PK\x03\x04", "an Excel (.xlsx) or zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel (.xls) file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"%PDF", "a PDF file"),
    (b"PAR1", "a Parquet file"),
];

/// Reads the argument of `--encoding`.
///
/// # Errors
/// The text names no encoding.
pub fn parse_encoding(text: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label_no_replacement(text.trim().as_bytes()).ok_or_else(|| {
        "known encodings are utf-8, utf-16le, utf-16be, windows-1252 and other windows-125x, macintosh, \
         iso-8859-2 and others, shift_jis, gbk, big5, euc-kr, koi8-r"
            .to_owned()
    })
}

/// The common name of the encoding.
pub(crate) fn name_of(encoding: &'static Encoding) -> &'static str {
    match encoding.name() {
        "macintosh" => "Mac Roman",
        "windows-1252" => "Windows-1252",
        name => name,
    }
}

/// The encoding that the first bytes of a file show; UTF-8 by default.
pub(crate) fn from_head(head: &[u8]) -> Result<&'static Encoding, TextProblem> {
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(TextProblem::Binary(what));
    }
    Ok(match head {
        [0xff, 0xfe, ..] => UTF_16LE,
        [0xfe, 0xff, ..] => UTF_16BE,
        _ => utf16_by_zeros(&head[..head.len().min(512)]).unwrap_or(UTF_8),
    })
}

/// Latin text in UTF-16 has a zero in every other byte.
fn utf16_by_zeros(head: &[u8]) -> Option<&'static Encoding> {
    let zeros = |start: usize| head.iter().skip(start).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = head.len() / 3;
    // Some characters outside Latin have a zero in the other byte.
    match (even, odd) {
        (even, odd) if odd > many && even * 8 < odd => Some(UTF_16LE),
        (even, odd) if even > many && odd * 8 < even => Some(UTF_16BE),
        _ => None,
    }
}

/// How much of `bytes` is valid text, and the problem with the next byte. Without a problem, the rest is at
/// most the beginning of one character.
///
/// `wide_before` says whether characters beyond ASCII came before `bytes`.
pub(crate) fn sound_part(bytes: &[u8], wide_before: bool) -> (usize, Option<TextProblem>) {
    let (sound, fault) = match std::str::from_utf8(bytes) {
        Ok(_) => (bytes.len(), None),
        Err(error) => {
            let sound = error.valid_up_to();
            let wide = wide_before || !bytes[..sound].is_ascii();
            let problem = if wide { TextProblem::MixedEncoding } else { TextProblem::NotUtf8 };
            (sound, error.error_len().map(|_| problem(bytes[sound])))
        }
    };
    // `contains` checks many bytes at a time; `position` runs only if there is a byte to find.
    if bytes[..sound].contains(&0) {
        let zero = bytes.iter().position(|byte| *byte == 0).unwrap_or(sound);
        return (zero, Some(TextProblem::ZeroByte));
    }
    (sound, fault)
}

/// Collects evidence for and against Windows-1252 in a file that is not UTF-8.
pub(crate) struct Detector {
    detector: EncodingDetector,
    /// The last two bytes, because a byte is judged by its neighbours.
    before: [u8; 2],
    /// Whether a byte is in a position where Western text does not have its character.
    is_odd: bool,
    /// How many letters outside ASCII fit Western text.
    letters: u64,
}

impl Detector {
    pub(crate) fn new() -> Self {
        let detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        Self { detector, before: *b"\n\n", is_odd: false, letters: 0 }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.detector.feed(bytes, false);
        for byte in bytes {
            self.judge(*byte);
            self.before = [self.before[1], *byte];
        }
    }

    /// Windows-1252, if no other encoding fits as well. Otherwise the problem with `byte`, the first byte that
    /// is not UTF-8.
    pub(crate) fn finish(mut self, byte: u8) -> Result<&'static Encoding, TextProblem> {
        self.detector.feed(b"\n", true);
        self.judge(b'\n');
        let guess = self.detector.guess(None, Utf8Detection::Deny);
        match !self.is_odd && self.letters > 0 && guess == WINDOWS_1252 {
            true => Ok(WINDOWS_1252),
            false => Err(TextProblem::UnknownEncoding {
                byte,
                likely: (guess != WINDOWS_1252).then_some(guess.name()),
            }),
        }
    }

    /// Judges the byte before `next`.
    fn judge(&mut self, next: u8) {
        let [previous, byte] = self.before;
        if byte.is_ascii() {
            return;
        }
        let is_small = |byte: u8| byte.is_ascii_lowercase() || (0xdf..=0xff).contains(&byte);
        let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0xc0;
        match byte {
            // Currency signs, quotes, dashes and the like. Mac Roman has letters here: they occur between
            // letters, where of these characters only the apostrophe does.
            0x80 | 0x82 | 0x84..=0x87 | 0x8b | 0x91 | 0x93..=0x97 | 0x99 | 0x9b => {
                self.is_odd |= is_letter(previous) && is_letter(next);
                self.is_odd |= is_letter(previous) && matches!(byte, 0x80 | 0x84 | 0x86 | 0x87 | 0x91 | 0x8b);
            }
            // The apostrophe of `l'or` and `Jane's`: before a single letter or a vowel.
            0x92 => {
                let is_usual = !is_letter(next)
                    || matches!(previous, b'd' | b'l' | b'n' | b'D' | b'L' | b'O' | b'N')
                    || matches!(next, b's' | b't');
                self.is_odd |= !is_usual;
            }
            // Other signs, and letters that few languages use, which are common letters in Mac Roman and in
            // code pages of other scripts.
            0x81..=0x9f => self.is_odd = true,
            // Signs between letters are letters of another encoding.
            0xa0..=0xbf | 0xd7 | 0xf7 => {
                let is_sign_of_words = matches!(byte, 0xa0 | 0xab | 0xbb | 0xad | 0xb7);
                self.is_odd |= is_letter(previous) && is_letter(next) && !is_sign_of_words;
                self.is_odd |= is_letter(previous)
                    && matches!(byte, 0xa1 | 0xa3 | 0xa5 | 0xaf | 0xb1 | 0xb3 | 0xb9 | 0xbf);
            }
            // Letters that only Icelandic has; misread Turkish and Eastern European text often contains them.
            0xd0 | 0xde | 0xf0 | 0xfe | 0xdd | 0xfd => self.is_odd = true,
            // A capital after a small letter indicates Mac Roman.
            0xc0..=0xde => {
                self.is_odd |= is_small(previous);
                self.letters += 1;
            }
            // Portuguese uses this byte in `ão`, `ãe` and `õe`; Polish and Romanian have other letters here.
            0xe3 => self.letter(matches!(
                next,
                b'o' | b'e' | b's' | b'\n' | b'\r' | b',' | b';' | b'\t' | b'"' | b' '
            )),
            0xf5 => self.letter(next == b'e'),
            _ => self.letter(true),
        }
    }

    fn letter(&mut self, is_usual: bool) {
        self.letters += 1;
        self.is_odd |= !is_usual;
    }
}
