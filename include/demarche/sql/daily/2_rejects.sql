-- title: What could not be read
-- note: Rejects of the day's partitions by reason, each with an example.
SELECT station, reason_type AS reason, count(*) AS rejects, min(reason_text) AS example
FROM meta.rejects
WHERE substr(partition_key, 1, 10) = $day
GROUP BY station, reason_type
ORDER BY rejects DESC, station, reason
LIMIT 20
