-- check_id: sources_within_documents
-- severity: error
-- threshold: 0
-- owner: resolution
-- why: There can't be more independent sources than documents; the count would be taken for confirmation.
-- what to do: Run `demarche rebuild`; if it stays, the folding of copies counts wrong.
SELECT event_id AS id, load_date, independent_source_count, document_count
FROM core.events
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    AND (independent_source_count > document_count OR independent_source_count < 1)
UNION ALL
SELECT story_id, load_date, independent_source_count, document_count
FROM core.stories
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    AND (independent_source_count > document_count OR independent_source_count < 1)
