-- check_id: documents_accounted_for
-- severity: error
-- threshold: 0
-- owner: ingestion
-- why: Every document found must be kept, rejected, a repetition within its partition, or forgotten; else one was lost.
-- what to do: Parse and load the partition again; if it stays, parsing drops documents without a reject.
SELECT partition_key, found_count, document_count, parse_reject_count, repeated_count, forgotten_count
FROM meta.partitions
WHERE found_count IS NOT NULL
    AND found_count <> document_count + coalesce(parse_reject_count, 0) + coalesce(repeated_count, 0)
        + coalesce(forgotten_count, 0)
