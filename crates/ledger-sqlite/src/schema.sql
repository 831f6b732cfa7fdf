-- The ledger of calls and runs. Times are milliseconds since 1970, UTC.

-- One row an intent that was not taken back. `state`: 0 intent (sent or about to be),
-- 1 found, 2 no data, 3 failed (not bought), 4 in doubt (maybe bought), 5 unusable (bought).
CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    key_short INTEGER NOT NULL,
    key BLOB NOT NULL,
    state INTEGER NOT NULL,
    run INTEGER NOT NULL,
    provider TEXT NOT NULL,
    base TEXT,
    account TEXT NOT NULL,
    operation TEXT NOT NULL,
    parameters TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    price REAL,
    sent_at INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    settled_at INTEGER,
    duration_ms INTEGER,
    request_id TEXT,
    error_kind TEXT,
    error_message TEXT,
    error_detail TEXT,
    reply TEXT
);

-- A hash of 64 bits: a text or blob as the key makes writing several times slower.
CREATE INDEX call_by_key ON call (key_short);
-- Open intents: at most twice as many as calls in flight.
CREATE INDEX call_open ON call (run) WHERE state = 0;

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    command TEXT NOT NULL,
    input TEXT NOT NULL,
    output TEXT NOT NULL,
    steps TEXT NOT NULL,
    version TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    summary TEXT,
    stop_asked INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX run_by_output ON run (output);

-- For people with `sqlite3`.
CREATE VIEW calls AS
SELECT
    id,
    provider,
    operation,
    parameters,
    CASE state
        WHEN 0 THEN 'intent' WHEN 1 THEN 'found' WHEN 2 THEN 'no_data'
        WHEN 3 THEN 'failed' WHEN 4 THEN 'in_doubt' ELSE 'unusable'
    END AS state,
    run,
    account,
    base,
    datetime(sent_at / 1000, 'unixepoch') AS sent,
    duration_ms,
    attempt AS attempts,
    price,
    request_id,
    error_kind,
    error_message,
    reply
FROM call;

CREATE VIEW runs AS
SELECT
    id,
    state,
    command,
    input,
    output,
    datetime(started_at / 1000, 'unixepoch') AS started,
    datetime(ended_at / 1000, 'unixepoch') AS ended,
    summary
FROM run;
