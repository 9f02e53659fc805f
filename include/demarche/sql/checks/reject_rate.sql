-- check_id: reject_rate
-- severity: warn
-- threshold: 0.1
-- owner: ingestion
-- why: Where surely more than this share of an hour or a day is rejected, something in how it arrives or is read has changed.
-- what to do: Read the reasons in meta.rejects. Where the parser is at fault, correct it: the next run reads the partition again.
--   What is held back for its rejects, and so isn't in the warehouse, the check held_back tells.

-- Of the newest week, partitions and days of partitions. Surely: the lower end of the share's 95 % interval (Wilson 1927,
-- J. Am. Stat. Assoc. 22), so that few documents weigh as little as they tell.
WITH taken AS (
    SELECT partition_key, substr(partition_key, 1, 10) AS arrival_date, document_count + reject_count AS taken_count, reject_count
    FROM meta.partitions
    WHERE partition_key >= (SELECT CAST(CAST(substr(max(partition_key), 1, 10) AS DATE) - 6 AS VARCHAR) FROM meta.partitions)
),
counted AS (
    SELECT arrival_date, partition_key, sum(taken_count) AS taken_count, sum(reject_count) AS reject_count
    FROM taken
    GROUP BY GROUPING SETS ((arrival_date, partition_key), (arrival_date))
),
shares AS (SELECT *, reject_count / taken_count AS reject_share FROM counted WHERE taken_count > 0)
SELECT partition_key, arrival_date, taken_count, reject_count, round(reject_share, 3) AS reject_share
FROM shares
WHERE (
    reject_share + 1.92 / taken_count - 1.96 * sqrt((reject_share * (1 - reject_share) + 0.96 / taken_count) / taken_count)
) / (1 + 3.84 / taken_count) > $threshold
ORDER BY arrival_date DESC, partition_key
