//! Replies as the file stores them: short ones as text, long ones compressed. Pure.
//!
//! A page of a website is 100 KB and more, and ten thousand of them should not make a ledger of a
//! gigabyte. Short replies stay readable for people who open the file.

use std::io::{self, Read};

use rusqlite::{
    ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};

use crate::open::LONGEST_VALUE;

/// Replies of more bytes are compressed.
const LONG: usize = 4 * 1024;

/// The compressor's usual level, at some hundred MB a second.
const LEVEL: i32 = 3;

/// A long reply in the form in which it is stored; `None` where it is stored as text.
pub(crate) fn compressed(text: &str) -> Option<Vec<u8>> {
    let is_long = text.len() > LONG;
    let compressed = is_long.then(|| zstd::bulk::compress(text.as_bytes(), LEVEL).ok()).flatten();
    compressed.filter(|bytes| bytes.len() < text.len())
}

/// A reply on its way into the file.
pub(crate) enum NewReply<'a> {
    Text(&'a str),
    Compressed(&'a [u8]),
}

impl ToSql for NewReply<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Compressed(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A reply out of the file, as it was when it came.
pub(crate) struct StoredReply(pub(crate) String);

impl FromSql for StoredReply {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Blob(bytes) => decompressed(bytes).map(Self),
            text => text.as_str().map(|text| Self(text.to_owned())),
        }
    }
}

/// Bounded, since in a ledger that someone else filled a small value could become a huge text.
fn decompressed(bytes: &[u8]) -> FromSqlResult<String> {
    let unreadable = |error: io::Error| FromSqlError::Other(Box::new(error));
    let most = u64::try_from(LONGEST_VALUE).unwrap_or_default();
    let decoder = zstd::stream::read::Decoder::new(bytes).map_err(unreadable)?;
    let mut text = String::new();
    let length = decoder.take(most + 1).read_to_string(&mut text).map_err(unreadable)?;
    if length as u64 > most {
        return Err(unreadable(io::Error::other("a stored reply is longer than any that marl stores")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, params};

    use super::*;

    fn through_a_table(value: &dyn ToSql) -> rusqlite::Result<String> {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE t (reply TEXT)").unwrap();
        db.execute("INSERT INTO t VALUES (?1)", params![value]).unwrap();
        db.query_row("SELECT reply FROM t", [], |row| row.get(0)).map(|StoredReply(text)| text)
    }

    #[test]
    fn a_reply_comes_back_as_it_went_in() {
        let page = "<p>Ünder one roof</p>\n".repeat(5_000);
        let bytes = compressed(&page).expect("it is long");
        assert!(bytes.len() * 10 < page.len(), "{}", bytes.len());
        assert_eq!(through_a_table(&NewReply::Compressed(&bytes)).unwrap(), page);
        assert_eq!(compressed("{}"), None);
        assert_eq!(through_a_table(&NewReply::Text("{}")).unwrap(), "{}");
    }

    #[test]
    fn a_small_value_does_not_become_a_huge_text() {
        let huge = zstd::bulk::compress(&vec![b'x'; 17 << 20], LEVEL).unwrap();
        assert!(huge.len() < 10_000);
        let error = through_a_table(&NewReply::Compressed(&huge)).unwrap_err();
        assert!(error.to_string().contains("longer than any"), "{error}");
        assert!(through_a_table(&NewReply::Compressed(b"no frame")).is_err());
    }
}
