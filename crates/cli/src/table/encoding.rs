//! Text or not: recognises files that are not UTF-8 text and guesses what they are.
//! Looks at bytes only; must not know cells.

use super::problem::Problem;

/// The three bytes that Excel puts in front of "CSV UTF-8".
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// First bytes of files that people mistake for tables.
const MAGIC: [(&[u8], &str); 5] = [
    (b"PK\x03\x04", "an Excel (.xlsx) or zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel (.xls) file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"%PDF", "a PDF file"),
    (b"PAR1", "a Parquet file"),
];

/// What the first bytes of a file give away.
pub(super) fn check_head(head: &[u8]) -> Result<(), Problem> {
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(Problem::Binary(what));
    }
    let utf16 = match head {
        [0xff, 0xfe, ..] => Some("UTF-16LE"),
        [0xfe, 0xff, ..] => Some("UTF-16BE"),
        _ => utf16_by_zeros(&head[..head.len().min(512)]),
    };
    utf16.map_or(Ok(()), |name| Err(Problem::Utf16(name)))
}

/// Latin text in UTF-16 has a zero in every other byte.
fn utf16_by_zeros(head: &[u8]) -> Option<&'static str> {
    let zeros = |start: usize| head.iter().skip(start).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = head.len() / 3;
    match (even, odd) {
        (0, odd) if odd > many => Some("UTF-16LE"),
        (even, 0) if even > many => Some("UTF-16BE"),
        _ => None,
    }
}

/// How much of `bytes` is sound text, and what is wrong with the next byte. Without a
/// fault, the rest is at most the first bytes of one more character.
///
/// `wide_before` says whether characters beyond ASCII came before `bytes`.
pub(super) fn sound_part(bytes: &[u8], wide_before: bool) -> (usize, Option<Problem>) {
    let (sound, fault) = match std::str::from_utf8(bytes) {
        Ok(_) => (bytes.len(), None),
        Err(error) => {
            let sound = error.valid_up_to();
            let wide = wide_before || !bytes[..sound].is_ascii();
            (sound, error.error_len().map(|_| not_utf8(&bytes[sound..], wide)))
        }
    };
    // `contains` looks at many bytes at a time; `position` only has to find one.
    if bytes[..sound].contains(&0) {
        let zero = bytes.iter().position(|byte| *byte == 0).unwrap_or(sound);
        return (zero, Some(Problem::ZeroByte));
    }
    (sound, fault)
}

/// Names the encoding of text whose first bytes are not UTF-8. `wide` says whether the
/// text before them had other characters than ASCII, sound ones.
fn not_utf8(bytes: &[u8], wide: bool) -> Problem {
    // In Western text of one byte a letter, few such letters stand side by side.
    let run = bytes.iter().take_while(|byte| !byte.is_ascii()).count();
    match (wide, run) {
        (true, _) => Problem::MixedEncoding(bytes[0]),
        (false, 1..=3) => Problem::Windows1252(bytes[0]),
        (false, _) => Problem::NotUtf8(bytes[0]),
    }
}
