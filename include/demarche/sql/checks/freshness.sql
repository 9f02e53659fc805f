-- check_id: freshness
-- severity: warn
-- threshold: 2
-- owner: ingestion
-- why: When nothing new arrived for more than this many days, every question about the present is answered from the past.
-- what to do: Look whether ingest_documents ran, and whether the drop folder and feeds still deliver.
SELECT max(load_date) AS newest_load_date, date_diff('day', max(load_date), CAST($today AS DATE)) AS day_count
FROM core.documents
HAVING max(load_date) IS NULL OR date_diff('day', max(load_date), CAST($today AS DATE)) > $threshold
