-- check_id: reject_rate
-- severity: warn
-- threshold: 0.1
-- owner: ingestion
-- why: Where a larger share than this of a partition is rejected, something in how it arrives or is read has changed.
-- what to do: Read the reasons in meta.rejects. Where the parser is at fault, correct it: the next run reads the partition again.
SELECT
    partition_key, document_count, reject_count,
    round(reject_count / (document_count + reject_count), 3) AS reject_share
FROM meta.partitions
WHERE document_count + reject_count >= 50
    AND reject_count > $threshold * (document_count + reject_count)
ORDER BY reject_share DESC, partition_key
