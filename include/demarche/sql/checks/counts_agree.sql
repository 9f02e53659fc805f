-- check_id: counts_agree
-- severity: error
-- threshold: 0
-- owner: resolution
-- why: The counts in an event's or story's row are what people filter by; they must be those of its members.
-- what to do: Run `demarche rebuild`; if it stays, resolution counts wrong.
WITH of_events AS (
    SELECT event_id, count(*) AS report_count, count(DISTINCT document_id) AS document_count
    FROM core.event_reports
    WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    GROUP BY event_id
),
of_stories AS (
    SELECT story_id, count(*) AS document_count
    FROM core.story_documents
    WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    GROUP BY story_id
)
SELECT e.event_id AS id, e.load_date, e.report_count AS stated_count, m.report_count AS actual_count
FROM core.events AS e
JOIN of_events AS m ON m.event_id = e.event_id
WHERE e.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    AND (e.report_count <> m.report_count OR e.document_count <> m.document_count)
UNION ALL
SELECT s.story_id, s.load_date, s.document_count, m.document_count
FROM core.stories AS s
JOIN of_stories AS m ON m.story_id = s.story_id
WHERE s.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    AND s.document_count <> m.document_count
