-- What a run bought that was removed from the ledger since: it still counts towards the run's consent.
ALTER TABLE run ADD COLUMN removed_calls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN removed_cost REAL NOT NULL DEFAULT 0;
