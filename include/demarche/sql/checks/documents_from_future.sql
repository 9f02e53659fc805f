-- check_id: documents_from_future
-- severity: warn
-- threshold: 0
-- owner: ingestion
-- why: A text can't be published after it was fetched (a day's slack for time zones); its date was misread.
-- what to do: Look at published_rule of these documents, and mend what read the date.
SELECT document_id, partition_key, source_name, published_date, published_rule, fetched_at
FROM core.documents
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    AND published_date > CAST(fetched_at AT TIME ZONE 'UTC' AS DATE) + 1
ORDER BY partition_key DESC, document_id
