-- check_id: extraction_collapse
-- severity: warn
-- threshold: 0.4
-- owner: ingestion
-- why: When a source's bodies are suddenly short, or all begin alike, a menu or a notice is read instead of the article.
-- what to do: Compare the source's newest bodies with its pages, and mend the rules that cut out the article.

-- Short: the median length of the day is below the threshold of the usual one. Alike: the share of distinct leads is.
WITH newest AS (SELECT max(load_date) AS load_date FROM core.documents),
days AS (
    SELECT
        source_id, load_date, count(*) AS document_count, median(body_length) AS body_length,
        count(DISTINCT lead) / count(*) AS distinct_share
    FROM core.documents
    GROUP BY source_id, load_date
),
usual AS (
    SELECT source_id, median(body_length) AS usual_length, median(distinct_share) AS usual_distinct_share
    FROM days, newest
    WHERE days.load_date < newest.load_date
    GROUP BY source_id
    HAVING count(*) >= 7
)
SELECT
    s.name AS source_name, d.document_count, d.body_length, u.usual_length, round(d.distinct_share, 2) AS distinct_share,
    round(u.usual_distinct_share, 2) AS usual_distinct_share
FROM days AS d
JOIN newest ON newest.load_date = d.load_date
JOIN usual AS u ON u.source_id = d.source_id
LEFT JOIN core.sources AS s ON s.source_id = d.source_id
WHERE d.document_count >= 5
    AND (d.body_length < $threshold * u.usual_length OR d.distinct_share < $threshold * u.usual_distinct_share)
ORDER BY source_name
