-- What a call cost, once that is known: in the currency of the settings, and in the vendor's unit.
-- `price` stays what it could have cost at most, and is what an earlier version recorded.
ALTER TABLE call ADD COLUMN cost REAL;
ALTER TABLE call ADD COLUMN units REAL;
ALTER TABLE call ADD COLUMN unit TEXT;
-- A call of a free operation counts towards no cap and no consent.
ALTER TABLE call ADD COLUMN free INTEGER NOT NULL DEFAULT 0;

DROP VIEW calls;
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
    coalesce(cost, price) AS cost,
    units,
    unit,
    request_id,
    error_kind,
    error_message,
    reply
FROM call;
