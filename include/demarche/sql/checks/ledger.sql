-- check_id: ledger
-- severity: error
-- threshold: 0
-- owner: warehouse
-- why: What the lake holds and the warehouse lacks, or the other way round, is read or counted by nobody.
-- what to do: Run `demarche load-warehouse`; where a partition was held back, its log says why.

-- The lake's hash is null where a station replaced the partition so lately that it may be on its way; in its place
-- stands why a partition is held back on purpose, which is for another check to tell.
SELECT coalesce(lake.partition_key, p.partition_key) AS partition_key, lake.input_hash AS lake_hash, p.input_hash AS warehouse_hash
FROM (
    SELECT unnest(map_keys(listed)) AS partition_key, unnest(map_values(listed)) AS input_hash
    FROM (SELECT CAST(CAST($lake_partitions AS JSON) AS MAP(VARCHAR, VARCHAR)) AS listed)
) AS lake
FULL JOIN meta.partitions AS p ON p.partition_key = lake.partition_key
WHERE lake.input_hash IS DISTINCT FROM p.input_hash
    AND NOT (lake.partition_key IS NOT NULL AND lake.input_hash IS NULL)
    AND NOT starts_with(coalesce(lake.input_hash, ''), 'held back: ')
ORDER BY partition_key
