-- check_id: held_back
-- severity: warn
-- threshold: 0
-- owner: ingestion
-- why: A partition that is held back, for its rejects, its rows or a damaged file, is missing from all answers.
-- what to do: The row says why, `demarche rejects KEY` what was rejected; mend it, or release it with `demarche accept KEY --reason WHY`.
SELECT partition_key, substr(input_hash, length('held back: ') + 1) AS reason_text
FROM (
    SELECT unnest(map_keys(listed)) AS partition_key, unnest(map_values(listed)) AS input_hash
    FROM (SELECT CAST(CAST($lake_partitions AS JSON) AS MAP(VARCHAR, VARCHAR)) AS listed)
)
WHERE starts_with(input_hash, 'held back: ')
ORDER BY partition_key
