-- Pairs of countries: each actor with each recipient; where there is no recipient, the actors among themselves.
CREATE OR REPLACE VIEW mart.dyads AS
SELECT
    pair_code, actor_country_code, recipient_country_code, is_mutual, event_id, start_date, end_date, date_precision_type,
    event_type, mode_type, status_type, plover_type, quad_type, goldstein_value, report_count, independent_source_count,
    first_reported_date, load_date
FROM core.event_pairs;

COMMENT ON VIEW mart.dyads IS 'Events by pair of countries; a meeting of twenty is one event and many rows here: count distinct event_id';
COMMENT ON COLUMN mart.dyads.pair_code IS 'Both countries in the order of the alphabet, whoever acts: CUB-PRK';
COMMENT ON COLUMN mart.dyads.actor_country_code IS 'Country of the actor; of a mutual pair the first in the alphabet';
COMMENT ON COLUMN mart.dyads.recipient_country_code IS 'Country of the recipient; of a mutual pair the second in the alphabet';
COMMENT ON COLUMN mart.dyads.is_mutual IS 'Both act: there is no recipient';
