-- check_id: language_shift
-- severity: warn
-- threshold: 0.4
-- owner: ingestion
-- why: Texts in another language than English are stored and not coded; a source that changes its language falls silent.
-- what to do: Look at the newest documents of the source: another edition is read, or its language is taken for another.
WITH newest AS (SELECT max(load_date) AS load_date FROM core.documents),
days AS (
    SELECT source_id, load_date, count(*) AS document_count, avg(CAST(language_code = 'en' AS INTEGER)) AS english_share
    FROM core.documents
    WHERE language_code IS NOT NULL
    GROUP BY source_id, load_date
),
usual AS (
    SELECT source_id, median(english_share) AS usual_share
    FROM days, newest
    WHERE days.load_date < newest.load_date
    GROUP BY source_id
    HAVING count(*) >= 7
)
SELECT
    s.name AS source_name, d.document_count, round(d.english_share, 2) AS english_share,
    round(u.usual_share, 2) AS usual_english_share
FROM days AS d
JOIN newest ON newest.load_date = d.load_date
JOIN usual AS u ON u.source_id = d.source_id
LEFT JOIN core.sources AS s ON s.source_id = d.source_id
WHERE d.document_count >= 5 AND abs(d.english_share - u.usual_share) > $threshold
ORDER BY source_name
