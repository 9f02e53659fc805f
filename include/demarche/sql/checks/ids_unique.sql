-- check_id: ids_unique
-- severity: error
-- threshold: 0
-- owner: warehouse
-- why: The tables have no keys, for speed; a row that stands twice would be counted twice. A document has one story, and
--   a report one event.
-- what to do: Run `demarche rebuild`; if it stays, a station writes the row twice.
SELECT 'sources' AS table_name, source_id AS id, count(*) AS row_count
FROM core.sources
GROUP BY source_id
HAVING count(*) > 1
UNION ALL
SELECT 'documents' AS table_name, document_id AS id, count(*) AS row_count
FROM core.documents
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
GROUP BY document_id
HAVING count(*) > 1
UNION ALL
SELECT 'stories' AS table_name, story_id AS id, count(*) AS row_count
FROM core.stories
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
GROUP BY story_id
HAVING count(*) > 1
UNION ALL
SELECT 'story_documents' AS table_name, document_id AS id, count(*) AS row_count
FROM core.story_documents
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
GROUP BY document_id
HAVING count(*) > 1
UNION ALL
SELECT 'entities' AS table_name, entity_id AS id, count(*) AS row_count
FROM core.entities
GROUP BY entity_id
HAVING count(*) > 1
UNION ALL
SELECT 'offices' AS table_name, concat_ws(' ', entity_id, office_name, start_date) AS id, count(*) AS row_count
FROM core.offices
GROUP BY entity_id, office_name, start_date
HAVING count(*) > 1
UNION ALL
SELECT 'places' AS table_name, place_id AS id, count(*) AS row_count
FROM core.places
GROUP BY place_id
HAVING count(*) > 1
UNION ALL
SELECT 'mentions' AS table_name, mention_id AS id, count(*) AS row_count
FROM core.mentions
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
GROUP BY mention_id
HAVING count(*) > 1
UNION ALL
SELECT 'reports' AS table_name, report_id AS id, count(*) AS row_count
FROM core.reports
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
GROUP BY report_id
HAVING count(*) > 1
UNION ALL
SELECT 'report_participants' AS table_name, concat_ws(' ', report_id, ordinal) AS id, count(*) AS row_count
FROM core.report_participants
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
GROUP BY report_id, ordinal
HAVING count(*) > 1
UNION ALL
SELECT 'events' AS table_name, event_id AS id, count(*) AS row_count
FROM core.events
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
GROUP BY event_id
HAVING count(*) > 1
UNION ALL
SELECT 'event_reports' AS table_name, report_id AS id, count(*) AS row_count
FROM core.event_reports
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
GROUP BY report_id
HAVING count(*) > 1
UNION ALL
SELECT 'event_participants' AS table_name, concat_ws(' ', event_id, ordinal) AS id, count(*) AS row_count
FROM core.event_participants
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
GROUP BY event_id, ordinal
HAVING count(*) > 1
UNION ALL
SELECT 'event_statuses' AS table_name, concat_ws(' ', event_id, report_id) AS id, count(*) AS row_count
FROM core.event_statuses
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
GROUP BY event_id, report_id
HAVING count(*) > 1
UNION ALL
SELECT 'event_links' AS table_name, concat_ws(' ', event_id, other_event_id, link_type) AS id, count(*) AS row_count
FROM core.event_links
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
GROUP BY event_id, other_event_id, link_type
HAVING count(*) > 1
