-- check_id: events_have_reports
-- severity: error
-- threshold: 0
-- owner: warehouse
-- why: An event that no report tells has no evidence.
-- what to do: Run `demarche rebuild`; if it stays, resolution writes events without members.
SELECT e.event_id, e.load_date
FROM core.events AS e
ANTI JOIN (
    SELECT event_id FROM core.event_reports WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
) AS m ON m.event_id = e.event_id
WHERE e.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
