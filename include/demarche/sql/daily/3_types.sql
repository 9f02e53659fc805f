-- title: Events by type
-- note: Events first told on the day, beside the four weeks before.
WITH days AS (
    SELECT CAST(unnest(generate_series(CAST($day AS DATE) - 28, CAST($day AS DATE), INTERVAL 1 DAY)) AS DATE) AS load_date
),
counted AS (
    SELECT event_type, load_date, count(*) AS event_count
    FROM core.events
    WHERE load_date BETWEEN CAST($day AS DATE) - 28 AND CAST($day AS DATE)
    GROUP BY event_type, load_date
)
SELECT
    t.event_type AS type,
    coalesce(any_value(c.event_count) FILTER (days.load_date = CAST($day AS DATE)), 0) AS events,
    list(coalesce(c.event_count, 0) ORDER BY days.load_date) AS four_weeks
FROM (SELECT DISTINCT event_type FROM counted) AS t
CROSS JOIN days
LEFT JOIN counted AS c ON c.event_type = t.event_type AND c.load_date = days.load_date
GROUP BY t.event_type
ORDER BY events DESC, type
