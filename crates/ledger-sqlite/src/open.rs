//! Opening the file: its settings, its version, and a clear word when it cannot be used.

use std::{
    error, fmt, fs, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant, SystemTime},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig, limits::Limit};

use crate::{
    migrations::{MIGRATIONS, VIEWED_AS_NEWEST},
    schema,
};

/// "marl" in ASCII: a file with another id is not ours.
pub(crate) const APPLICATION_ID: i32 = 0x6d61_726c;

/// The longest value that is read or written, in bytes: twice the longest answer. A ledger that someone
/// else filled could hold longer ones, to take all memory.
pub(crate) const LONGEST_VALUE: i32 = 16 << 20;

/// How long a writer waits for another process's commit.
pub(crate) const BUSY: Duration = if cfg!(test) { Duration::from_secs(3) } else { Duration::from_secs(20) };

/// Every commit waits for the disk. The other word is for measuring what that costs.
const SYNCHRONOUS: &str = if cfg!(feature = "commits-wait-for-nothing") { "NORMAL" } else { "FULL" };

/// Why a ledger cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// A newer marl made it.
    Newer,
    /// It is a file of another kind.
    NotALedger,
    /// It is empty, or another process is making it at this moment.
    NotYetMade,
    /// Somebody added to it, or changed how it is made.
    Foreign,
    /// Its content is damaged.
    Corrupt,
    /// Another program holds it.
    Locked,
    /// The folder or file cannot be written.
    ReadOnly,
    /// The disk is full.
    Full,
    /// Anything else.
    Other,
}

/// A ledger that cannot be opened. Nothing stored was touched.
#[derive(Debug)]
pub struct OpenError {
    /// What kind of problem it is: a caller says what to do about it.
    pub problem: Problem,
    message: String,
}

impl OpenError {
    fn new(path: &Path, problem: Problem, why: &str) -> Self {
        Self { problem, message: format!("the ledger {}: {why}", path.display()) }
    }

    pub(crate) fn io(path: &Path, error: &io::Error) -> Self {
        let problem = match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Problem::ReadOnly,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Problem::Full,
            _ => Problem::Other,
        };
        Self::new(path, problem, &error.to_string())
    }

    pub(crate) fn sql(path: &Path, error: &rusqlite::Error) -> Self {
        let problem = match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Problem::NotALedger,
            Some(ErrorCode::DatabaseCorrupt) => Problem::Corrupt,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Problem::Locked,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Problem::ReadOnly
            }
            Some(ErrorCode::DiskFull) => Problem::Full,
            _ => Problem::Other,
        };
        Self::new(path, problem, &spoken(error))
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for OpenError {}

/// What a full disk is called.
pub(crate) const DISK_FULL: &str = "the disk is full";

/// What SQLite says, in words that name what to look at.
pub(crate) fn spoken(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => DISK_FULL.to_owned(),
        Some(ErrorCode::NotADatabase) => "this is not a ledger of marl".to_owned(),
        Some(ErrorCode::DatabaseCorrupt) => "the file is damaged".to_owned(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another program holds it".to_owned(),
        Some(ErrorCode::ReadOnly) => "it cannot be written".to_owned(),
        Some(ErrorCode::CannotOpen) => "it cannot be opened or made".to_owned(),
        _ => error.to_string(),
    }
}

/// The files that a ledger may have: its own, then those that SQLite and marl keep beside it.
pub fn files_of(ledger: &Path) -> [PathBuf; 5] {
    ["", "-wal", "-shm", "-journal", "-room"].map(|end| beside(ledger, end))
}

/// Refuses files of another kind at the ledger's names. A pipe would be waited for without end. A file
/// beside the ledger that has a second name would be written to under that name; the ledger itself may
/// have one, as backups by hard links make it, since nothing but a ledger is written to.
fn check_kinds(ledger: &Path) -> Result<(), OpenError> {
    use std::os::unix::fs::MetadataExt;
    for (at, path) in files_of(ledger).iter().enumerate() {
        // A user may name the ledger by a link; SQLite follows none to the files beside it.
        let there = if at == 0 { fs::metadata(path) } else { fs::symlink_metadata(path) };
        let Ok(there) = there else { continue };
        let what = match () {
            () if !there.is_file() && !there.is_dir() => "is not a regular file",
            () if at > 0 && there.nlink() > 1 => "is a second name of another file",
            () => continue,
        };
        let why = format!("{} {what}; remove it", path.display());
        return Err(OpenError::new(ledger, Problem::NotALedger, &why));
    }
    Ok(())
}

/// The writing connection, and whether the file is new. Makes the folder, with a `.gitignore`
/// when it is marl's own.
pub(crate) fn writer(path: &Path) -> Result<(Connection, bool), OpenError> {
    check_kinds(path)?;
    let is_new = !path.exists();
    make_folder(path).map_err(|error| OpenError::io(path, &error))?;
    let wrong = |error: &rusqlite::Error| OpenError::sql(path, error);
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags).map_err(|error| wrong(&error))?;
    harden(&db).map_err(|error| wrong(&error))?;
    // Looked at before anything is set: another program's file is left as it is.
    let version = check(&db, path)?;
    patiently(|| configure(&db)).map_err(|error| wrong(&error))?;
    migrate(&mut db, version).map_err(|error| wrong(&error))?;
    Ok((db, is_new))
}

/// Tries again while another process is making the same file: switching to the write-ahead log
/// fails at once, without the wait that other statements have.
fn patiently<T>(work: impl Fn() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let begun = Instant::now();
    loop {
        match work() {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && begun.elapsed() < BUSY =>
            {
                thread::sleep(Duration::from_millis(10));
            }
            done => return done,
        }
    }
}

/// A connection to a ledger that is not changed, whoever may write to its folder: nothing is made,
/// migrated or brought from its log into the file.
///
/// Where no log is there, nobody writes, and the file is read as one that does not change: SQLite
/// would make its log and index otherwise. [`Still`] says whether that is so yet.
pub(crate) fn read_only(path: &Path) -> Result<(Connection, Option<Still>), OpenError> {
    check_kinds(path)?;
    let still = Still::of(path).map_err(|error| OpenError::io(path, &error))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let db = match &still {
            Some(_) => Connection::open_with_flags(unchanging(path), flags | OpenFlags::SQLITE_OPEN_URI)?,
            None => Connection::open_with_flags(path, flags)?,
        };
        db.busy_timeout(BUSY)?;
        harden(&db)?;
        db.pragma_update(None, "temp_store", "MEMORY")?;
        db.pragma_update(None, "cache_size", -8_000)?;
        Ok(db)
    };
    let db = patiently(open).map_err(|error: rusqlite::Error| OpenError::sql(path, &error))?;
    let version = check(&db, path)?;
    if version == 0 {
        return Err(OpenError::new(path, Problem::NotYetMade, "it holds no ledger yet"));
    }
    if let Some(view) = VIEWED_AS_NEWEST.get(version - 1) {
        db.execute_batch(view).map_err(|error| OpenError::sql(path, &error))?;
    }
    Ok((db, still))
}

/// The path as an address for SQLite that says that the file does not change.
fn unchanging(path: &Path) -> String {
    use std::{fmt::Write, os::unix::ffi::OsStrExt};
    let mut address = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                address.push(*byte as char)
            }
            other => write!(address, "%{other:02x}").expect("writing to a text does not fail"),
        }
    }
    address + "?immutable=1"
}

/// That a file which nobody writes is as it was. A writer begins with the log, and changes the file
/// only later.
pub(crate) struct Still {
    path: PathBuf,
    log: PathBuf,
    stamp: (SystemTime, u64),
}

impl Still {
    /// `None` when something is in its log or journal.
    fn of(path: &Path) -> io::Result<Option<Self>> {
        let stamp = stamp(path)?;
        let is_empty = |end| fs::metadata(beside(path, end)).map_or(true, |file| file.len() == 0);
        let is_still = is_empty("-wal") && is_empty("-journal");
        Ok(is_still.then(|| Self { path: path.to_owned(), log: beside(path, "-wal"), stamp }))
    }

    /// Whether somebody has begun to write: what is stored from now on is in the log.
    pub(crate) fn is_over(&self) -> bool {
        fs::metadata(&self.log).is_ok_and(|file| file.len() > 0) || !self.was_true()
    }

    /// Whether what was read until now was one state of the file.
    pub(crate) fn was_true(&self) -> bool {
        stamp(&self.path).is_ok_and(|now| now == self.stamp)
    }
}

fn stamp(path: &Path) -> io::Result<(SystemTime, u64)> {
    let file = fs::metadata(path)?;
    Ok((file.modified()?, file.len()))
}

/// A connection that only reads, beside the writer.
pub(crate) fn reader(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let db = Connection::open_with_flags(path, flags)?;
        db.busy_timeout(BUSY)?;
        harden(&db)?;
        db.pragma_update(None, "query_only", true)?;
        db.pragma_update(None, "cache_size", -8_000)?;
        Ok(db)
    };
    patiently(open).map_err(|error: rusqlite::Error| OpenError::sql(path, &error))
}

fn make_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    if !folder.exists() {
        fs::create_dir_all(folder)?;
        if folder.file_name().is_some_and(|name| name == ".marl") {
            fs::write(folder.join(".gitignore"), "*\n")?;
        }
    }
    Ok(())
}

/// Durable means a power cut: write-ahead log, and every commit waits for the disk.
fn configure(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(BUSY)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", SYNCHRONOUS)?;
    // The writer does it itself: see `writer`.
    db.pragma_update(None, "wal_autocheckpoint", 0)?;
    db.pragma_update(None, "cache_size", -8_000)?;
    db.set_prepared_statement_cache_capacity(32);
    Ok(())
}

/// Nothing that the file brings along is run. Plans do not depend on bound values either: otherwise
/// statements are prepared anew each time.
fn harden(db: &Connection) -> rusqlite::Result<()> {
    for (what, is_on) in [
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
    ] {
        db.set_db_config(what, is_on)?;
    }
    db.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE)?;
    Ok(())
}

/// The file's version, if it is a ledger or empty.
fn check(db: &Connection, path: &Path) -> Result<usize, OpenError> {
    let look = || {
        db.busy_timeout(BUSY)?;
        // In one view of the file: another process may be making it at this moment.
        let db = db.unchecked_transaction()?;
        let id: i32 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
        Ok((id, schema::of(&db)?, version(&db)?))
    };
    let (id, schema, version) =
        patiently(look).map_err(|error: rusqlite::Error| OpenError::sql(path, &error))?;
    let known = MIGRATIONS.len();
    if id != APPLICATION_ID && (version > 0 || !schema.is_empty()) {
        return Err(OpenError::new(path, Problem::NotALedger, "this is another program's database"));
    }
    if version > known {
        let why = format!("version {version} was made by a newer marl; this one knows up to {known}");
        return Err(OpenError::new(path, Problem::Newer, &why));
    }
    let expect = schema::made_by(&MIGRATIONS[..version]).map_err(|error| OpenError::sql(path, &error))?;
    match schema::difference(&schema, &expect) {
        Some(why) => Err(OpenError::new(path, Problem::Foreign, &why)),
        None => Ok(version),
    }
}

fn migrate(db: &mut Connection, version: usize) -> rusqlite::Result<()> {
    let known = MIGRATIONS.len();
    if version == known {
        return Ok(());
    }
    let steps = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Another process may have been first.
    for migration in &MIGRATIONS[self::version(&steps)?..] {
        steps.execute_batch(migration)?;
    }
    steps.pragma_update(None, "application_id", APPLICATION_ID)?;
    steps.pragma_update(None, "user_version", i64::try_from(known).unwrap_or(i64::MAX))?;
    steps.commit()
}

fn version(db: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or_default())
}

/// The files that hold a ledger: what is in its log is in no other file.
pub(crate) struct Files(Vec<(PathBuf, Identity)>);

impl Files {
    /// Of an open ledger.
    pub(crate) fn of(ledger: &Path) -> io::Result<Self> {
        let mut files = vec![(ledger.to_owned(), Identity::of(ledger)?)];
        for side in ["-wal", "-shm"].map(|end| beside(ledger, end)) {
            if let Ok(identity) = Identity::of(&side) {
                files.push((side, identity));
            }
        }
        Ok(Self(files))
    }

    /// Whether each path still leads to its file.
    pub(crate) fn are_in_place(&self) -> bool {
        self.0.iter().all(|(path, identity)| Identity::of(path).is_ok_and(|now| now == *identity))
    }
}

/// The ledger's path with an ending to its whole name: `ledger.db-wal`.
pub(crate) fn beside(ledger: &Path, end: &str) -> PathBuf {
    let mut path = ledger.to_owned().into_os_string();
    path.push(end);
    path.into()
}

/// Which file a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64);

impl Identity {
    fn of(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt;
        let file = fs::metadata(path)?;
        Ok(Self(file.dev(), file.ino()))
    }
}
