-- check_id: missing_hours
-- severity: warn
-- threshold: 0.9
-- owner: ingestion
-- why: An hour that always brings something and brought nothing yesterday was lost, or its run never took place.
-- what to do: Look for the run of that key in ingest_documents; a backfill of the hour brings what sources still offer.

-- An hour of the newest whole day is missing when at least this share of the 28 days before had documents in it.
WITH hours AS (
    SELECT DISTINCT CAST(substr(partition_key, 1, 10) AS DATE) AS day, substr(partition_key, 12, 2) AS hour
    FROM meta.partitions
    WHERE document_count > 0
),
newest AS (SELECT max(day) AS day FROM hours WHERE day < CAST($today AS DATE)),
usual AS (
    SELECT hour, count(*) AS day_count
    FROM hours, newest
    WHERE hours.day BETWEEN newest.day - 28 AND newest.day - 1
    GROUP BY hour
),
seen AS (SELECT count(DISTINCT hours.day) AS day_count FROM hours, newest WHERE hours.day BETWEEN newest.day - 28 AND newest.day - 1)
SELECT strftime(newest.day, '%Y-%m-%d') || 'T' || usual.hour AS missing_key, usual.day_count, seen.day_count AS of_days
FROM usual, seen, newest
WHERE seen.day_count >= 14
    AND usual.day_count > $threshold * seen.day_count
    AND NOT EXISTS (SELECT 1 FROM hours WHERE hours.day = newest.day AND hours.hour = usual.hour)
ORDER BY missing_key
