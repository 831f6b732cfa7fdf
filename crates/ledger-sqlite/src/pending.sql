-- Calls that the vendor answers later have the state 6. `handle` is what the provider needs to ask for the
-- answer. `purchase` is the same for attempts that the vendor bills together, since they had the same
-- idempotency key; it is 0 for attempts without one.
ALTER TABLE call ADD COLUMN handle TEXT;
ALTER TABLE call ADD COLUMN purchase INTEGER NOT NULL DEFAULT 0;

DROP VIEW calls;
CREATE VIEW calls AS
SELECT
    id,
    provider,
    operation,
    parameters,
    CASE state
        WHEN 0 THEN 'intent' WHEN 1 THEN 'found' WHEN 2 THEN 'no_data'
        WHEN 3 THEN 'failed' WHEN 4 THEN 'in_doubt' WHEN 5 THEN 'unusable' ELSE 'pending'
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
    reply,
    handle
FROM call;
