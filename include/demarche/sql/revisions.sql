-- What the loads after $after, up to $until, changed: per event its newest row, and the one that was believed before them.
WITH loads AS (
    SELECT
        load_id, coalesce(loaded_at > (SELECT max(loaded_at) FROM meta.loads WHERE load_id = $after), true) AS is_new,
        loaded_at
    FROM meta.loads
    WHERE loaded_at <= (SELECT max(loaded_at) FROM meta.loads WHERE load_id = $until)
),
revised AS (
    SELECT r.*, loads.is_new, loads.loaded_at
    FROM meta.event_revisions AS r
    JOIN loads ON loads.load_id = r.load_id
    WHERE r.event_id IN (SELECT event_id FROM meta.event_revisions JOIN loads USING (load_id) WHERE loads.is_new)
),
newest AS (
    SELECT *
    FROM revised
    QUALIFY row_number() OVER (PARTITION BY event_id, is_new ORDER BY loaded_at DESC) = 1
)
SELECT
    n.event_id, n.is_new, n.is_retracted, n.event_type, n.mode_type, n.status_type, n.start_date, n.end_date, n.place_name,
    n.country_code, n.actor_names, n.recipient_names, n.actor_country_codes, n.recipient_country_codes, n.is_disputed,
    n.confidence_score, told.sentence_text
FROM newest AS n
LEFT JOIN core.reports AS told ON told.report_id = n.best_report_id
ORDER BY n.event_id, n.is_new
