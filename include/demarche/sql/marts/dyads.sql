-- Pairs of countries: each actor with each recipient; where there is no recipient, the actors among themselves.
CREATE OR REPLACE VIEW mart.dyads AS
WITH directed AS (
    SELECT event_id, actor_country_code, unnest(recipient_country_codes) AS recipient_country_code, false AS is_mutual
    FROM (SELECT event_id, unnest(actor_country_codes) AS actor_country_code, recipient_country_codes FROM core.events)
),
mutual AS (
    SELECT event_id, actor_country_code, unnest(actor_country_codes) AS recipient_country_code, true AS is_mutual
    FROM (
        SELECT event_id, unnest(actor_country_codes) AS actor_country_code, actor_country_codes
        FROM core.events
        WHERE len(recipient_names) = 0 AND len(recipient_country_codes) = 0
    )
),
pairs AS (
    SELECT DISTINCT * FROM directed WHERE actor_country_code <> recipient_country_code
    UNION ALL
    SELECT DISTINCT * FROM mutual WHERE actor_country_code < recipient_country_code
)
SELECT
    least(p.actor_country_code, p.recipient_country_code) || '-' || greatest(p.actor_country_code, p.recipient_country_code)
        AS pair_code,
    p.actor_country_code, p.recipient_country_code, p.is_mutual,
    e.event_id, e.start_date, e.end_date, e.date_precision_type, e.event_type, e.mode_type, e.status_type, e.plover_type,
    e.quad_type, e.goldstein_value, e.report_count, e.independent_source_count, e.first_reported_date, e.load_date
FROM pairs AS p
JOIN core.events AS e ON e.event_id = p.event_id;

COMMENT ON VIEW mart.dyads IS 'Events by pair of countries; a meeting of twenty is one event and many rows here: count distinct event_id';
COMMENT ON COLUMN mart.dyads.pair_code IS 'Both countries in the order of the alphabet, whoever acts: CUB-PRK';
COMMENT ON COLUMN mart.dyads.actor_country_code IS 'Country of the actor; of a mutual pair the first in the alphabet';
COMMENT ON COLUMN mart.dyads.recipient_country_code IS 'Country of the recipient; of a mutual pair the second in the alphabet';
COMMENT ON COLUMN mart.dyads.is_mutual IS 'Both act: there is no recipient';
