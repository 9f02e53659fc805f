-- check_id: events_without_place
-- severity: warn
-- threshold: 0.8
-- owner: coding
-- why: Most texts name no place, but more than this share without one means that places aren't found.
-- what to do: Compare sentence_text with place_name in the newest reports.
SELECT count(*) AS event_count, round(count(*) FILTER (place_id IS NULL AND place_name IS NULL) / count(*), 3) AS lacking_share
FROM core.events
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
HAVING count(*) >= 20 AND count(*) FILTER (place_id IS NULL AND place_name IS NULL) > $threshold * count(*)
