-- Days and countries with and without articles, so that "no event" isn't read as "nothing happened". A day with
-- documents is a row; days without stand together in one row, so that the view is no longer than its documents.
CREATE OR REPLACE VIEW mart.coverage AS
WITH dated AS (
    SELECT document_id, published_date
    FROM core.documents
    WHERE published_date <= (SELECT reference_date FROM mart.reference)
),
named AS (
    SELECT DISTINCT dated.document_id, dated.published_date, m.country_code
    FROM core.mentions AS m
    JOIN dated ON dated.document_id = m.document_id
    WHERE m.country_code IS NOT NULL
),
counted AS (
    SELECT country_code, published_date, count(*) AS document_count FROM named GROUP BY ALL
    UNION ALL
    SELECT NULL, published_date, count(*) FROM dated GROUP BY ALL
),
edges AS (
    SELECT countries.country_code, unnest([bounds.first_date - 1, bounds.last_date + 1]) AS published_date
    FROM (SELECT DISTINCT country_code FROM counted) AS countries
    CROSS JOIN (SELECT min(published_date) AS first_date, max(published_date) AS last_date FROM dated) AS bounds
),
gaps AS (
    SELECT
        country_code,
        published_date + 1 AS first_date,
        lead(published_date) OVER (PARTITION BY country_code ORDER BY published_date) - 1 AS last_date
    FROM (SELECT country_code, published_date FROM counted UNION ALL FROM edges)
)
SELECT country_code, first_date, last_date, last_date - first_date + 1 AS day_count, 0 AS document_count, true AS is_gap
FROM gaps
WHERE first_date <= last_date
UNION ALL
SELECT country_code, published_date, published_date, 1, document_count, false
FROM counted;

COMMENT ON VIEW mart.coverage IS 'Documents by day of publication and country that they name, and the spans of days without any; country_code null counts all documents';
COMMENT ON COLUMN mart.coverage.country_code IS 'A country that some document names (ISO 3166-1 alpha-3); null for all documents';
COMMENT ON COLUMN mart.coverage.first_date IS 'The day, or the first day of a span without documents';
COMMENT ON COLUMN mart.coverage.last_date IS 'The same day, or the last day of that span';
COMMENT ON COLUMN mart.coverage.day_count IS 'Days from first to last';
COMMENT ON COLUMN mart.coverage.document_count IS 'Documents of that day that name the country; 0 in a span without';
COMMENT ON COLUMN mart.coverage.is_gap IS 'No document of these days names it';
