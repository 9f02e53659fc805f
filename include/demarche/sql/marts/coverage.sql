-- Days and countries without articles, so that "no event" isn't read as "nothing happened".
CREATE OR REPLACE VIEW mart.coverage AS
WITH days AS (
    SELECT CAST(unnest(generate_series(min(published_date), max(published_date), INTERVAL 1 DAY)) AS DATE) AS published_date
    FROM core.documents
    WHERE published_date <= CAST(fetched_at AT TIME ZONE 'UTC' AS DATE) + 1
        AND published_date > CAST(fetched_at AT TIME ZONE 'UTC' AS DATE) - 3653
),
named AS (
    SELECT DISTINCT d.document_id, d.published_date, m.country_code
    FROM core.mentions AS m
    JOIN core.documents AS d ON d.document_id = m.document_id
    WHERE m.country_code IS NOT NULL
),
counted AS (
    SELECT published_date, country_code, count(*) AS document_count FROM named GROUP BY ALL
    UNION ALL
    SELECT published_date, NULL, count(*) FROM core.documents GROUP BY ALL
),
countries AS (SELECT DISTINCT country_code FROM counted)
SELECT
    days.published_date,
    countries.country_code,
    coalesce(counted.document_count, 0) AS document_count,
    counted.document_count IS NULL AS is_gap
FROM days
CROSS JOIN countries
LEFT JOIN counted
    ON counted.published_date = days.published_date
    AND counted.country_code IS NOT DISTINCT FROM countries.country_code;

COMMENT ON VIEW mart.coverage IS 'Documents per day of publication and country that they name; country_code null counts all documents of the day';
COMMENT ON COLUMN mart.coverage.country_code IS 'A country that any document names (ISO 3166-1 alpha-3); null for all documents';
COMMENT ON COLUMN mart.coverage.document_count IS 'Documents of that day that name it';
COMMENT ON COLUMN mart.coverage.is_gap IS 'There is none';
