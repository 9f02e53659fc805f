-- What happened between two countries, month by month.
CREATE OR REPLACE VIEW mart.dyad_months AS
SELECT
    pair_code,
    CAST(date_trunc('month', start_date) AS DATE) AS month_date,
    count(DISTINCT event_id) AS event_count,
    count(DISTINCT event_id) FILTER (quad_type = 'verbal_cooperation') AS verbal_cooperation_count,
    count(DISTINCT event_id) FILTER (quad_type = 'material_cooperation') AS material_cooperation_count,
    count(DISTINCT event_id) FILTER (quad_type = 'verbal_conflict') AS verbal_conflict_count,
    count(DISTINCT event_id) FILTER (quad_type = 'material_conflict') AS material_conflict_count,
    count(DISTINCT event_id) FILTER (event_type = 'CONSULT') AS meeting_count,
    round(avg(goldstein_value), 3) AS mean_goldstein_value
FROM mart.dyads
WHERE status_type = 'occurred' AND start_date IS NOT NULL
GROUP BY ALL;

COMMENT ON VIEW mart.dyad_months IS 'Pairs of countries by month of the first day: what occurred, by quadrant; months without events have no row';
COMMENT ON COLUMN mart.dyad_months.pair_code IS 'Both countries in the order of the alphabet: CUB-PRK';
COMMENT ON COLUMN mart.dyad_months.month_date IS 'First day of the month';
COMMENT ON COLUMN mart.dyad_months.event_count IS 'Events that occurred';
COMMENT ON COLUMN mart.dyad_months.verbal_cooperation_count IS 'Of them: cooperation in words';
COMMENT ON COLUMN mart.dyad_months.material_cooperation_count IS 'Of them: cooperation in deed';
COMMENT ON COLUMN mart.dyad_months.verbal_conflict_count IS 'Of them: conflict in words';
COMMENT ON COLUMN mart.dyad_months.material_conflict_count IS 'Of them: conflict in deed';
COMMENT ON COLUMN mart.dyad_months.meeting_count IS 'Of them: talks held';
COMMENT ON COLUMN mart.dyad_months.mean_goldstein_value IS 'Mean of goldstein_value over event and pair, -10 to 10';
