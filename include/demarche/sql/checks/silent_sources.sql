-- check_id: silent_sources
-- severity: warn
-- threshold: 3
-- owner: ingestion
-- why: A source that has fallen silent looks, in every count, like a quiet world.
-- what to do: Look whether the source is still fetched and its address answers; if the outlet has moved or closed, change its entry.

-- Silent: no document for more days than the threshold times its longest gap of the eight weeks before.
WITH newest AS (SELECT max(load_date) AS load_date FROM core.documents),
days AS (
    SELECT DISTINCT d.source_id, d.load_date
    FROM core.documents AS d
    JOIN newest ON d.load_date >= newest.load_date - 56
),
gaps AS (
    SELECT source_id, load_date, load_date - lag(load_date) OVER (PARTITION BY source_id ORDER BY load_date) AS gap_days
    FROM days
)
SELECT
    s.name AS source_name, max(g.load_date) AS last_load_date, any_value(newest.load_date) - max(g.load_date) AS silent_days,
    max(g.gap_days) AS longest_gap_days
FROM gaps AS g
CROSS JOIN newest
LEFT JOIN core.sources AS s ON s.source_id = g.source_id
GROUP BY g.source_id, s.name
HAVING count(*) >= 7 AND any_value(newest.load_date) - max(g.load_date) > $threshold * max(g.gap_days)
ORDER BY source_name
