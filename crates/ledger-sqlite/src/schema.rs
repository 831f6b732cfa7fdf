//! Compares the schema of a ledger file with the schema of its version. A ledger is used only with the schema
//! that marl created: a trigger could delete what was paid for, and a view or an index could give false
//! answers. This module changes no file.

use rusqlite::Connection;

/// One table, index, view or trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    kind: String,
    name: String,
    table: String,
    sql: Option<String>,
}

/// The items in a file.
pub(crate) fn of(db: &Connection) -> rusqlite::Result<Vec<Item>> {
    // The statistics of `ANALYZE` do not change any answer.
    let sql = "SELECT type, name, tbl_name, sql FROM sqlite_master
               WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY type, name";
    let mut statement = db.prepare(sql)?;
    let items = statement.query_map([], |row| {
        Ok(Item { kind: row.get(0)?, name: row.get(1)?, table: row.get(2)?, sql: row.get(3)? })
    })?;
    items.collect()
}

/// The items that the migrations create.
pub(crate) fn made_by(migrations: &[&str]) -> rusqlite::Result<Vec<Item>> {
    let db = Connection::open_in_memory()?;
    migrations.iter().try_for_each(|migration| db.execute_batch(migration))?;
    of(&db)
}

/// The first difference, as text; `None` if there is none.
pub(crate) fn difference(found: &[Item], expect: &[Item]) -> Option<String> {
    let named = |items: &[Item], like: &Item| {
        items.iter().find(|item| item.kind == like.kind && item.name == like.name).cloned()
    };
    for item in found {
        let Item { kind, name, .. } = item;
        match named(expect, item) {
            None => return Some(format!("it has a {kind} `{name}` that marl did not make")),
            Some(known) if known != *item => {
                return Some(format!("its {kind} `{name}` is not as marl makes it"));
            }
            Some(_) => {}
        }
    }
    let missing = expect.iter().find(|item| named(found, item).is_none())?;
    Some(format!("its {} `{}` is missing", missing.kind, missing.name))
}
