-- What counts as "today": the newest day of publication that a document tells, so that no answer changes by itself. One
-- that claims to be from the future doesn't move it, nor does one that has no date but that of its fetching, unless
-- there are no others. Days are counted here since 1970: turning instants into dates takes ten times as long.
CREATE OR REPLACE VIEW mart.reference AS
SELECT coalesce(max(published_date) FILTER (published_rule <> 'fetched'), max(published_date)) AS reference_date
FROM core.documents
WHERE published_date - DATE '1970-01-01' <= epoch_us(fetched_at) // 86_400_000_000 + 1;

COMMENT ON VIEW mart.reference IS 'The day that counts as today, in one row: the newest day of publication that a document tells';
COMMENT ON COLUMN mart.reference.reference_date IS 'The newest day of publication in the warehouse, that of no document from the future or without a date of its own';
