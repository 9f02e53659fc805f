-- title: Events by country
-- note: Countries that took part in the day's events, the twenty with most, beside the four weeks before.
WITH days AS (
    SELECT CAST(unnest(generate_series(CAST($day AS DATE) - 28, CAST($day AS DATE), INTERVAL 1 DAY)) AS DATE) AS load_date
),
named AS (
    SELECT
        event_id, load_date, unnest(list_distinct(list_concat(actor_country_codes, recipient_country_codes))) AS country
    FROM core.events
    WHERE load_date BETWEEN CAST($day AS DATE) - 28 AND CAST($day AS DATE)
),
counted AS (SELECT country, load_date, count(*) AS event_count FROM named GROUP BY country, load_date),
most AS (
    SELECT country
    FROM counted
    GROUP BY country
    ORDER BY sum(event_count) FILTER (load_date = CAST($day AS DATE)) DESC NULLS LAST, sum(event_count) DESC, country
    LIMIT 20
)
SELECT
    m.country,
    coalesce(any_value(c.event_count) FILTER (days.load_date = CAST($day AS DATE)), 0) AS events,
    list(coalesce(c.event_count, 0) ORDER BY days.load_date) AS four_weeks
FROM most AS m
CROSS JOIN days
LEFT JOIN counted AS c ON c.country = m.country AND c.load_date = days.load_date
GROUP BY m.country
ORDER BY events DESC, m.country
