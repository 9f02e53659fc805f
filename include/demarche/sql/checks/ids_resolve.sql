-- check_id: ids_resolve
-- severity: error
-- threshold: 0
-- owner: warehouse
-- why: Every value can be traced; an id that leads nowhere breaks the way from an event to its evidence.
-- what to do: Run `demarche rebuild`; if it stays, the station that writes this column names what it doesn't hand over.
SELECT DISTINCT 'documents.source_id' AS reference_name, source_id AS id
FROM core.documents
ANTI JOIN core.sources AS known ON known.source_id = documents.source_id
WHERE source_id IS NOT NULL
    AND load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'documents.agency_id' AS reference_name, agency_id AS id
FROM core.documents
ANTI JOIN core.sources AS known ON known.source_id = documents.agency_id
WHERE agency_id IS NOT NULL
    AND load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'story_documents.story_id' AS reference_name, story_id AS id
FROM core.story_documents
ANTI JOIN core.stories AS known ON known.story_id = story_documents.story_id
WHERE story_id IS NOT NULL
    AND load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'story_documents.document_id' AS reference_name, document_id AS id
FROM core.story_documents
ANTI JOIN core.documents AS known ON known.document_id = story_documents.document_id
WHERE document_id IS NOT NULL
    AND load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'offices.entity_id' AS reference_name, entity_id AS id
FROM core.offices
ANTI JOIN core.entities AS known ON known.entity_id = offices.entity_id
WHERE entity_id IS NOT NULL
UNION ALL
SELECT DISTINCT 'offices.organisation_id' AS reference_name, organisation_id AS id
FROM core.offices
ANTI JOIN core.entities AS known ON known.entity_id = offices.organisation_id
WHERE organisation_id IS NOT NULL
UNION ALL
SELECT DISTINCT 'mentions.document_id' AS reference_name, document_id AS id
FROM core.mentions
ANTI JOIN core.documents AS known ON known.document_id = mentions.document_id
WHERE document_id IS NOT NULL
    AND mentions.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'mentions.entity_id' AS reference_name, entity_id AS id
FROM core.mentions
ANTI JOIN core.entities AS known ON known.entity_id = mentions.entity_id
WHERE entity_id IS NOT NULL
    AND mentions.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'mentions.place_id' AS reference_name, place_id AS id
FROM core.mentions
ANTI JOIN core.places AS known ON known.place_id = mentions.place_id
WHERE place_id IS NOT NULL
    AND mentions.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'reports.document_id' AS reference_name, document_id AS id
FROM core.reports
ANTI JOIN core.documents AS known ON known.document_id = reports.document_id
WHERE document_id IS NOT NULL
    AND reports.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'reports.place_id' AS reference_name, place_id AS id
FROM core.reports
ANTI JOIN core.places AS known ON known.place_id = reports.place_id
WHERE place_id IS NOT NULL
    AND reports.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'report_participants.report_id' AS reference_name, report_id AS id
FROM core.report_participants
ANTI JOIN core.reports AS known ON known.report_id = report_participants.report_id
WHERE report_id IS NOT NULL
    AND report_participants.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'report_participants.entity_id' AS reference_name, entity_id AS id
FROM core.report_participants
ANTI JOIN core.entities AS known ON known.entity_id = report_participants.entity_id
WHERE entity_id IS NOT NULL
    AND report_participants.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'events.best_report_id' AS reference_name, best_report_id AS id
FROM core.events
ANTI JOIN core.reports AS known ON known.report_id = events.best_report_id
WHERE best_report_id IS NOT NULL
    AND events.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'events.place_id' AS reference_name, place_id AS id
FROM core.events
ANTI JOIN core.places AS known ON known.place_id = events.place_id
WHERE place_id IS NOT NULL
    AND events.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'event_reports.event_id' AS reference_name, event_id AS id
FROM core.event_reports
JOIN core.reports AS r ON r.report_id = event_reports.report_id AND r.load_date = event_reports.report_load_date
ANTI JOIN core.events AS known ON known.event_id = event_reports.event_id
WHERE event_id IS NOT NULL AND r.stage_type IS DISTINCT FROM 'trace'
    AND event_reports.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'event_reports.report_id' AS reference_name, report_id AS id
FROM core.event_reports
ANTI JOIN core.reports AS known ON known.report_id = event_reports.report_id
WHERE report_id IS NOT NULL
    AND event_reports.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'event_reports.document_id' AS reference_name, document_id AS id
FROM core.event_reports
ANTI JOIN core.documents AS known ON known.document_id = event_reports.document_id
WHERE document_id IS NOT NULL
    AND event_reports.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'event_participants.event_id' AS reference_name, event_id AS id
FROM core.event_participants
ANTI JOIN core.events AS known ON known.event_id = event_participants.event_id
WHERE event_id IS NOT NULL
    AND event_participants.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'event_participants.entity_id' AS reference_name, entity_id AS id
FROM core.event_participants
ANTI JOIN core.entities AS known ON known.entity_id = event_participants.entity_id
WHERE entity_id IS NOT NULL
    AND event_participants.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'event_statuses.event_id' AS reference_name, event_id AS id
FROM core.event_statuses
ANTI JOIN core.events AS known ON known.event_id = event_statuses.event_id
WHERE event_id IS NOT NULL
    AND event_statuses.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'event_statuses.report_id' AS reference_name, report_id AS id
FROM core.event_statuses
ANTI JOIN core.reports AS known ON known.report_id = event_statuses.report_id
WHERE report_id IS NOT NULL
    AND event_statuses.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'event_links.event_id' AS reference_name, event_id AS id
FROM core.event_links
ANTI JOIN core.events AS known ON known.event_id = event_links.event_id
WHERE event_id IS NOT NULL
    AND event_links.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
UNION ALL
SELECT DISTINCT 'event_links.other_event_id' AS reference_name, other_event_id AS id
FROM core.event_links
ANTI JOIN core.events AS known ON known.event_id = event_links.other_event_id
WHERE other_event_id IS NOT NULL
    AND event_links.load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
