-- check_id: occurred_before_reported
-- severity: error
-- threshold: 0
-- owner: resolution
-- why: What is told as having happened can't begin after the first report that says so (a day's slack for time zones).
-- what to do: Look at these events' reports in mart.claims: a date is misread, or two happenings were merged.
WITH told AS (
    SELECT event_id, min(reported_date) AS first_told_date
    FROM core.event_statuses
    WHERE status_type = 'occurred'
        AND load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    GROUP BY event_id
)
SELECT e.event_id, e.load_date, e.start_date, coalesce(told.first_told_date, e.first_reported_date) AS first_told_date
FROM core.events AS e
LEFT JOIN told ON told.event_id = e.event_id
WHERE e.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    AND e.status_type = 'occurred'
    AND e.start_date > coalesce(told.first_told_date, e.first_reported_date) + 1
