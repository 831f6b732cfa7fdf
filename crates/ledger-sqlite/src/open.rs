//! Opens the ledger file: its settings, its version, and a clear error if it cannot be used.

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

/// "marl" in ASCII; a file with another id belongs to another program.
pub(crate) const APPLICATION_ID: i32 = 0x6d61_726c;

/// The longest value that is read or written, in bytes: twice the longest answer. A ledger from elsewhere
/// could contain longer values, which would exhaust the memory.
pub(crate) const LONGEST_VALUE: i32 = 16 << 20;

/// How long a writer waits for another process's commit.
pub(crate) const BUSY: Duration = if cfg!(test) { Duration::from_secs(3) } else { Duration::from_secs(20) };

/// Every commit waits for the disk. The other value is for measuring the cost of that.
const SYNCHRONOUS: &str = if cfg!(feature = "commits-wait-for-nothing") { "NORMAL" } else { "FULL" };

/// Why a ledger cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// A newer version of marl created it.
    Newer,
    /// It is a file of another kind.
    NotALedger,
    /// It is empty, or another process is creating it right now.
    NotYetMade,
    /// It contains something that marl did not create, or its schema was changed.
    Foreign,
    /// Its content is damaged.
    Corrupt,
    /// Another program holds its lock.
    Locked,
    /// The folder or file cannot be written.
    ReadOnly,
    /// The disk is full.
    Full,
    /// Anything else.
    Other,
}

/// A ledger that cannot be opened. Nothing that is stored was changed.
#[derive(Debug)]
pub struct OpenError {
    /// The kind of problem, from which a caller chooses a hint.
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
        Self::new(path, problem, &describe(error))
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for OpenError {}

/// The message for a full disk.
pub(crate) const DISK_FULL: &str = "the disk is full";

/// SQLite's error in words that show what to check.
pub(crate) fn describe(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => DISK_FULL.to_owned(),
        Some(ErrorCode::NotADatabase) => "this is not a ledger of marl".to_owned(),
        Some(ErrorCode::DatabaseCorrupt) => "the file is damaged".to_owned(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another program holds it".to_owned(),
        Some(ErrorCode::ReadOnly) => "it cannot be written".to_owned(),
        Some(ErrorCode::CannotOpen) => "it cannot be opened or created".to_owned(),
        _ => error.to_string(),
    }
}

/// The files of a ledger: the ledger itself, then the files that SQLite and marl keep beside it.
pub fn files_of(ledger: &Path) -> [PathBuf; 5] {
    ["", "-wal", "-shm", "-journal", "-room"].map(|end| beside(ledger, end))
}

/// Refuses files of another kind at the ledger's paths. Opening a pipe would block forever. A file beside the
/// ledger that has a second name would be written under that name as well. The ledger itself may have a
/// second name, as in backups by hard links, since only a ledger is written to it.
fn check_kinds(ledger: &Path) -> Result<(), OpenError> {
    use std::os::unix::fs::MetadataExt;
    for (at, path) in files_of(ledger).iter().enumerate() {
        // A user may name the ledger by a link, but SQLite follows no link to the files beside it.
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

/// Opens the writing connection, and returns whether the file is new. Creates the folder, with a `.gitignore`
/// if it is marl's own.
pub(crate) fn writer(path: &Path) -> Result<(Connection, bool), OpenError> {
    check_kinds(path)?;
    let is_new = !path.exists();
    make_folder(path).map_err(|error| OpenError::io(path, &error))?;
    let wrong = |error: &rusqlite::Error| OpenError::sql(path, error);
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags).map_err(|error| wrong(&error))?;
    harden(&db).map_err(|error| wrong(&error))?;
    // The check comes before any setting: another program's file must stay unchanged.
    let version = check(&db, path)?;
    patiently(|| configure(&db)).map_err(|error| wrong(&error))?;
    migrate(&mut db, version).map_err(|error| wrong(&error))?;
    Ok((db, is_new))
}

/// Tries again while another process is creating the same file: switching to the write-ahead log fails at
/// once, without the wait that other statements have.
fn patiently<T>(work: impl Fn() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let started = Instant::now();
    loop {
        match work() {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && started.elapsed() < BUSY =>
            {
                thread::sleep(Duration::from_millis(10));
            }
            done => return done,
        }
    }
}

/// Opens a connection that does not change the ledger, even if other processes write to its folder: nothing
/// is created, migrated or moved from its log into the file.
///
/// If there is no log, no process is writing, and the file is opened as immutable: SQLite would create its
/// log and index otherwise. [`Still`] tells whether that is still the case.
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

/// The path as a URI for SQLite that declares the file immutable.
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

/// Evidence that a file which no process writes is unchanged. A writer begins with the log, and changes the
/// file only later.
pub(crate) struct Still {
    path: PathBuf,
    log: PathBuf,
    stamp: (SystemTime, u64),
}

impl Still {
    /// `None` if the log or the journal contains something.
    fn of(path: &Path) -> io::Result<Option<Self>> {
        let stamp = stamp(path)?;
        let is_empty = |end| fs::metadata(beside(path, end)).map_or(true, |file| file.len() == 0);
        let is_still = is_empty("-wal") && is_empty("-journal");
        Ok(is_still.then(|| Self { path: path.to_owned(), log: beside(path, "-wal"), stamp }))
    }

    /// Whether a process has begun to write: from then on, new rows are in the log.
    pub(crate) fn is_over(&self) -> bool {
        fs::metadata(&self.log).is_ok_and(|file| file.len() > 0) || !self.was_true()
    }

    /// Whether everything read until now was a single state of the file.
    pub(crate) fn was_true(&self) -> bool {
        stamp(&self.path).is_ok_and(|now| now == self.stamp)
    }
}

fn stamp(path: &Path) -> io::Result<(SystemTime, u64)> {
    let file = fs::metadata(path)?;
    Ok((file.modified()?, file.len()))
}

/// A connection that only reads, concurrently with the writer.
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

/// Makes commits survive a power cut: a write-ahead log, and every commit waits for the disk.
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

/// Prevents code in the file from running. Query plans must not depend on bound values either: otherwise
/// statements would be prepared again each time.
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
        // One transaction for all checks: another process may be creating the file right now.
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
        let why =
            format!("a newer marl created it (format {version}); this version reads formats up to {known}");
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
    // Another process may have migrated the file first.
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

/// The files that hold a ledger: the content of its log is in no other file.
pub(crate) struct Files(Vec<(PathBuf, Identity)>);

impl Files {
    /// The files of an open ledger.
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

/// The ledger's path with a suffix: `ledger.db-wal`.
pub(crate) fn beside(ledger: &Path, end: &str) -> PathBuf {
    let mut path = ledger.to_owned().into_os_string();
    path.push(end);
    path.into()
}

/// The identity of the file that a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64);

impl Identity {
    fn of(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt;
        let file = fs::metadata(path)?;
        Ok(Self(file.dev(), file.ino()))
    }
}
