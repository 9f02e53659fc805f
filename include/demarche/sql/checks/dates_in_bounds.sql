-- check_id: dates_in_bounds
-- severity: error
-- threshold: 0
-- owner: coding
-- why: Nothing is coded before 1900, nor more than ten years after the text was published: such a day is misread.
-- what to do: Hold the partition back and look how the dates of these reports were resolved.
SELECT r.report_id, r.partition_key, r.start_date, r.end_date, d.published_date
FROM core.reports AS r
JOIN core.documents AS d ON d.document_id = r.document_id
WHERE r.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    AND d.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    AND (
        r.start_date < DATE '1900-01-01'
        OR coalesce(r.end_date, r.start_date)
            > coalesce(d.published_date, CAST(d.fetched_at AT TIME ZONE 'UTC' AS DATE)) + INTERVAL 10 YEAR
    )
UNION ALL
SELECT event_id, NULL, start_date, end_date, last_reported_date
FROM core.events
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    AND (
        start_date < DATE '1900-01-01'
        OR coalesce(end_date, start_date) > last_reported_date + INTERVAL 10 YEAR
    )
