-- What our events and GDELT's, as imported, have of each other, by day, pair of countries and type. Only days on which
-- imported files added rows, so that "not in GDELT" isn't read where nobody imported them. A pair is both countries in the
-- order of the alphabet, whoever acts; acts within one country, and without a second country, are left out on both sides.
CREATE OR REPLACE VIEW mart.gdelt_comparison AS
WITH countries AS (SELECT code FROM meta.codes WHERE list_name = 'country_code'),
theirs AS (
    SELECT
        CAST(strptime(CAST(SQLDATE AS VARCHAR), '%Y%m%d') AS DATE) AS day_date,
        least(first_code, second_code) || '-' || greatest(first_code, second_code) AS pair_code,
        CASE
            WHEN EventCode LIKE '083%' OR EventCode LIKE '084%' OR EventCode LIKE '086%' OR EventCode LIKE '087%'
                THEN 'RETREAT'
            ELSE [
                NULL, 'REQUEST', 'AGREE', 'CONSULT', 'SUPPORT', 'COOPERATE', 'AID', 'CONCEDE', 'ACCUSE', 'REQUEST',
                'ACCUSE', 'REJECT', 'THREATEN', 'PROTEST', 'MOBILIZE', 'SANCTION', 'COERCE', 'ASSAULT', 'ASSAULT',
                'ASSAULT'
            ][CAST(EventRootCode AS INTEGER)]
        END AS plover_type,
        count(*) AS gdelt_event_count,
        sum(NumArticles) AS gdelt_article_count
    FROM (
        SELECT
            *,
            coalesce(map {'ROM': 'ROU', 'TMP': 'TLS', 'KSV': 'XKX'}[Actor1CountryCode], Actor1CountryCode) AS first_code,
            coalesce(map {'ROM': 'ROU', 'TMP': 'TLS', 'KSV': 'XKX'}[Actor2CountryCode], Actor2CountryCode) AS second_code
        FROM gdelt.events
    )
    WHERE first_code <> second_code AND first_code IN (FROM countries) AND second_code IN (FROM countries)
    GROUP BY ALL
),
ours AS (
    SELECT
        coalesce(start_date, first_reported_date) AS day_date,
        pair_code,
        plover_type,
        count(DISTINCT event_id) AS event_count,
        count(DISTINCT event_id) FILTER (status_type = 'occurred') AS occurred_count
    FROM mart.dyads
    WHERE plover_type IS NOT NULL
    GROUP BY ALL
),
days AS (
    SELECT DISTINCT CAST(strptime(CAST(DATEADDED AS VARCHAR), '%Y%m%d%H%M%S') AS DATE) AS day_date FROM gdelt.events
),
told AS (SELECT DISTINCT published_date AS day_date FROM core.documents)
SELECT
    day_date,
    pair_code,
    plover_type,
    coalesce(event_count, 0) AS event_count,
    coalesce(occurred_count, 0) AS occurred_count,
    coalesce(gdelt_event_count, 0) AS gdelt_event_count,
    CAST(coalesce(gdelt_article_count, 0) AS BIGINT) AS gdelt_article_count,
    CASE WHEN gdelt_event_count IS NULL THEN 'ours' WHEN event_count IS NULL THEN 'gdelt' ELSE 'both' END AS found_by_type,
    day_date IN (FROM told) AS has_documents
FROM theirs
FULL JOIN ours USING (day_date, pair_code, plover_type)
WHERE day_date IN (FROM days);

COMMENT ON VIEW mart.gdelt_comparison IS 'Our events beside GDELT''s as imported, by day, pair of countries and type; only days on which imported files added rows';
COMMENT ON COLUMN mart.gdelt_comparison.day_date IS 'First day of the event, or of its first report where it has none; GDELT''s SQLDATE';
COMMENT ON COLUMN mart.gdelt_comparison.pair_code IS 'Both countries in the order of the alphabet, whoever acts: CUB-PRK';
COMMENT ON COLUMN mart.gdelt_comparison.plover_type IS 'PLOVER''s type; GDELT''s is told from its CAMEO code; null for plain statements (CAMEO 01), which PLOVER doesn''t code';
COMMENT ON COLUMN mart.gdelt_comparison.event_count IS 'Our events: happenings, whatever their status';
COMMENT ON COLUMN mart.gdelt_comparison.occurred_count IS 'Of these: told as having happened';
COMMENT ON COLUMN mart.gdelt_comparison.gdelt_event_count IS 'GDELT''s records: a happening has often several';
COMMENT ON COLUMN mart.gdelt_comparison.gdelt_article_count IS 'Documents of these records in their first quarter of an hour';
COMMENT ON COLUMN mart.gdelt_comparison.found_by_type IS 'both, ours or gdelt: who has any';
COMMENT ON COLUMN mart.gdelt_comparison.has_documents IS 'Whether we have documents of that day: without, "gdelt" says nothing';
