-- check_id: volume_per_source
-- severity: warn
-- threshold: 3.5
-- owner: ingestion
-- why: A source that delivers far more or less than it used to has changed its pages, broke, or is read twice.
-- what to do: Look at the source's newest documents and rejects; mend its parser or accept the new volume.

-- A day is compared with the source's own past by median and median absolute deviation: with the same weekday where
-- eight of them are known, else with all days (from the fourteenth on). Counts scatter by their square root at least.
WITH newest AS (SELECT max(load_date) AS load_date FROM core.documents),
days AS (
    SELECT CAST(unnest(generate_series(min(load_date), max(load_date), INTERVAL 1 DAY)) AS DATE) AS load_date
    FROM core.documents
),
starts AS (SELECT source_id, min(load_date) AS first_load_date FROM core.documents GROUP BY source_id),
delivered AS (SELECT source_id, load_date, count(*) AS document_count FROM core.documents GROUP BY ALL),
counted AS (
    SELECT
        starts.source_id, days.load_date, coalesce(d.document_count, 0) AS document_count,
        dayofweek(days.load_date) = (SELECT dayofweek(load_date) FROM newest) AS is_same_weekday
    FROM starts
    JOIN days ON days.load_date >= starts.first_load_date
    LEFT JOIN delivered AS d ON d.source_id = starts.source_id AND d.load_date = days.load_date
),
past AS (
    SELECT source_id, document_count, is_same_weekday, count(*) FILTER (is_same_weekday) OVER of_source >= 8 AS by_weekday
    FROM counted
    WHERE load_date < (SELECT load_date FROM newest)
    WINDOW of_source AS (PARTITION BY source_id)
),
usual AS (
    SELECT
        source_id, median(document_count) AS usual_count, mad(document_count) AS usual_deviation,
        any_value(by_weekday) AS by_weekday, count(*) AS day_count
    FROM past
    WHERE is_same_weekday OR NOT by_weekday
    GROUP BY source_id
)
SELECT s.name AS source_name, c.load_date, c.document_count, u.usual_count, u.usual_deviation
FROM counted AS c
JOIN newest ON newest.load_date = c.load_date
JOIN usual AS u ON u.source_id = c.source_id
LEFT JOIN core.sources AS s ON s.source_id = c.source_id
WHERE (u.by_weekday OR u.day_count >= 14)
    AND (
        abs(c.document_count - u.usual_count) > $threshold * greatest(1.4826 * u.usual_deviation, sqrt(u.usual_count), 1)
        OR (c.document_count = 0 AND u.usual_count >= 6)
    )
ORDER BY source_name
