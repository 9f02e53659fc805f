-- title: What came in
-- note: Documents of the day by source, beside the usual number (median of the four weeks before) and those weeks' course.
WITH days AS (
    SELECT CAST(unnest(generate_series(CAST($day AS DATE) - 28, CAST($day AS DATE), INTERVAL 1 DAY)) AS DATE) AS load_date
),
counted AS (
    SELECT source_name, load_date, count(*) AS document_count
    FROM core.documents
    WHERE load_date BETWEEN CAST($day AS DATE) - 28 AND CAST($day AS DATE)
    GROUP BY source_name, load_date
),
filled AS (
    SELECT s.source_name, days.load_date, coalesce(c.document_count, 0) AS document_count
    FROM (SELECT DISTINCT source_name FROM counted) AS s
    CROSS JOIN days
    LEFT JOIN counted AS c ON c.source_name = s.source_name AND c.load_date = days.load_date
)
SELECT
    source_name AS source,
    coalesce(any_value(document_count) FILTER (load_date = CAST($day AS DATE)), 0) AS documents,
    median(document_count) FILTER (load_date < CAST($day AS DATE)) AS usual,
    list(document_count ORDER BY load_date) AS four_weeks
FROM filled
GROUP BY source_name
ORDER BY documents DESC, source
LIMIT 40
