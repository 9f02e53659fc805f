-- The pairs of countries of the events in chosen_events.
WITH directed AS (
    SELECT event_id, actor_country_code, unnest(recipient_country_codes) AS recipient_country_code, false AS is_mutual
    FROM (SELECT event_id, unnest(actor_country_codes) AS actor_country_code, recipient_country_codes FROM chosen_events)
),
mutual AS (
    SELECT event_id, actor_country_code, unnest(actor_country_codes) AS recipient_country_code, true AS is_mutual
    FROM (
        SELECT event_id, unnest(actor_country_codes) AS actor_country_code, actor_country_codes
        FROM chosen_events
        WHERE len(recipient_names) = 0 AND len(recipient_country_codes) = 0
    )
),
pairs AS (
    SELECT DISTINCT * FROM directed WHERE actor_country_code <> recipient_country_code
    UNION ALL
    SELECT DISTINCT * FROM mutual WHERE actor_country_code < recipient_country_code
)
SELECT
    e.*, p.actor_country_code, p.recipient_country_code, p.is_mutual,
    least(p.actor_country_code, p.recipient_country_code) || '-' || greatest(p.actor_country_code, p.recipient_country_code)
        AS pair_code
FROM pairs AS p
JOIN chosen_events AS e ON e.event_id = p.event_id
ORDER BY e.load_date, pair_code, e.event_id
