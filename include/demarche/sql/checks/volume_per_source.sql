-- check_id: volume_per_source
-- severity: warn
-- threshold: 5
-- owner: ingestion
-- why: A source that delivers far more or less than it used to has changed its pages, broke, or is read twice.
-- what to do: Look at the source's newest documents and rejects; mend its parser or accept the new volume.
WITH days AS (
    SELECT CAST(unnest(generate_series(min(load_date), max(load_date), INTERVAL 1 DAY)) AS DATE) AS load_date
    FROM core.documents
),
starts AS (SELECT source_id, min(load_date) AS first_load_date FROM core.documents GROUP BY source_id),
counted AS (
    SELECT starts.source_id, days.load_date, count(d.document_id) AS document_count
    FROM starts
    JOIN days ON days.load_date >= starts.first_load_date
    LEFT JOIN core.documents AS d ON d.source_id = starts.source_id AND d.load_date = days.load_date
    GROUP BY starts.source_id, days.load_date
),
newest AS (SELECT max(load_date) AS load_date FROM core.documents),
past AS (
    SELECT source_id, median(document_count) AS usual_count, mad(document_count) AS usual_deviation, count(*) AS day_count
    FROM counted
    WHERE load_date < (SELECT load_date FROM newest)
    GROUP BY source_id
)
SELECT s.name AS source_name, c.load_date, c.document_count, p.usual_count, p.usual_deviation
FROM counted AS c
JOIN newest ON newest.load_date = c.load_date
JOIN past AS p ON p.source_id = c.source_id
LEFT JOIN core.sources AS s ON s.source_id = c.source_id
WHERE p.day_count >= 14
    AND abs(c.document_count - p.usual_count) > $threshold * greatest(1.4826 * p.usual_deviation, sqrt(p.usual_count), 1)
ORDER BY source_name
