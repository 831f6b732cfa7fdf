//! How the file's form changed from version to version. What a version did is never edited: a file may have
//! gone through it.

/// The migrations, each from one version to the next; a new file runs them all.
pub(crate) const MIGRATIONS: [&str; 5] = [
    include_str!("schema.sql"),
    include_str!("consent.sql"),
    include_str!("removed.sql"),
    include_str!("cost.sql"),
    include_str!("pending.sql"),
];

/// Views the calls of a version that did not know their cost.
macro_rules! calls_without_cost {
    () => {
        "CREATE TEMP VIEW call AS
         SELECT *, NULL AS cost, NULL AS units, NULL AS unit, 0 AS free, NULL AS handle, 0 AS purchase
         FROM main.call;"
    };
}

/// Temporary views through which a ledger of an earlier version reads like the newest, without a change to
/// the file. The first entry is for version 1.
pub(crate) const VIEWED_AS_NEWEST: [&str; MIGRATIONS.len() - 1] = [
    concat!(
        calls_without_cost!(),
        "CREATE TEMP VIEW run AS
         SELECT *, NULL AS consent, 0 AS removed_calls, 0.0 AS removed_cost FROM main.run;",
    ),
    concat!(
        calls_without_cost!(),
        "CREATE TEMP VIEW run AS SELECT *, 0 AS removed_calls, 0.0 AS removed_cost FROM main.run;",
    ),
    calls_without_cost!(),
    "CREATE TEMP VIEW call AS SELECT *, NULL AS handle, 0 AS purchase FROM main.call;",
];
