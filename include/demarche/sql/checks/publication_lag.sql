-- check_id: publication_lag
-- severity: warn
-- threshold: 0.5
-- owner: ingestion
-- why: When a source's texts are suddenly dated a day earlier or later, every event of theirs is on the wrong day.
-- what to do: Compare published_rule, published_at and the page of its newest documents: a time zone or a layout changed.
WITH newest AS (SELECT max(load_date) AS load_date FROM core.documents),
lagged AS (
    SELECT source_id, load_date, date_diff('day', published_date, CAST(fetched_at AT TIME ZONE 'UTC' AS DATE)) AS lag_days
    FROM core.documents
    WHERE published_date IS NOT NULL AND published_rule <> 'fetched'
),
usual AS (
    SELECT source_id, mode(lag_days) AS usual_lag_days, avg(CAST(lag_days = modal AS INTEGER)) AS usual_share
    FROM (SELECT *, mode(lag_days) OVER (PARTITION BY source_id) AS modal FROM lagged, newest WHERE lagged.load_date < newest.load_date)
    GROUP BY source_id
    HAVING count(*) >= 50
),
now AS (
    SELECT l.source_id, mode(l.lag_days) AS lag_days, count(*) AS document_count,
        avg(CAST(l.lag_days = u.usual_lag_days AS INTEGER)) AS share_as_usual
    FROM lagged AS l
    JOIN newest ON newest.load_date = l.load_date
    JOIN usual AS u ON u.source_id = l.source_id
    GROUP BY l.source_id
)
SELECT s.name AS source_name, n.document_count, u.usual_lag_days, n.lag_days, round(n.share_as_usual, 2) AS share_as_usual
FROM now AS n
JOIN usual AS u ON u.source_id = n.source_id
LEFT JOIN core.sources AS s ON s.source_id = n.source_id
WHERE n.document_count >= 8 AND n.lag_days <> u.usual_lag_days AND n.share_as_usual < u.usual_share - $threshold
ORDER BY source_name
