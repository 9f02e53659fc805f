-- check_id: events_without_date
-- severity: warn
-- threshold: 0.4
-- owner: coding
-- why: Events without a day can't be counted over time; more than this share means that dates aren't read.
-- what to do: Look at newly loaded reports with date_text set and start_date null, and at documents without published_date.
SELECT count(*) AS event_count, round(count(*) FILTER (start_date IS NULL) / count(*), 3) AS lacking_share
FROM core.events
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
HAVING count(*) >= 20 AND count(*) FILTER (start_date IS NULL) > $threshold * count(*)
