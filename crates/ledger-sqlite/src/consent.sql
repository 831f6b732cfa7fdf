-- The consent that a run was started under, if it needed one: a plan's hash. What was bought under
-- it is counted over all runs that name it.
ALTER TABLE run ADD COLUMN consent TEXT;
CREATE INDEX run_by_consent ON run (consent) WHERE consent IS NOT NULL;
-- The calls of a run are counted when its consent is used again.
CREATE INDEX call_by_run ON call (run);
