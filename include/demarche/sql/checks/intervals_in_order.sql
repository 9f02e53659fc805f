-- check_id: intervals_in_order
-- severity: error
-- threshold: 0
-- owner: coding
-- why: An interval that ends before it begins, or has an end and no beginning, says nothing.
-- what to do: Hold the partition back and look how the dates of these rows were resolved.
SELECT report_id AS id, partition_key, start_date, end_date
FROM core.reports
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    AND (end_date < start_date OR (start_date IS NULL) <> (end_date IS NULL))
UNION ALL
SELECT event_id, NULL, start_date, end_date
FROM core.events
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    AND (end_date < start_date OR (start_date IS NULL) <> (end_date IS NULL))
