-- title: Days without articles
-- note: For the thirty countries most written about: spans of three days or more without a document, the newest first.
WITH most AS (
    SELECT country_code
    FROM mart.coverage
    WHERE NOT is_gap AND country_code IS NOT NULL
    GROUP BY country_code
    ORDER BY sum(document_count) DESC, country_code
    LIMIT 30
)
SELECT coalesce(c.country_code, 'all') AS country, c.first_date, c.last_date, c.day_count AS days
FROM mart.coverage AS c
WHERE c.is_gap AND c.day_count >= 3 AND c.first_date <= CAST($day AS DATE)
    AND (c.country_code IS NULL OR c.country_code IN (FROM most))
ORDER BY c.last_date DESC, c.day_count DESC, country
LIMIT 20
