-- title: Told differently
-- note: The newest events whose sources disagree; mart.claims has each one's version.
SELECT
    last_reported_date AS reported, start_date AS day, event_type AS type, status_type AS status, actor_text AS actor,
    recipient_text AS recipient, independent_source_count AS sources, sentence_text AS sentence, event_id
FROM mart.events
WHERE is_disputed AND load_date <= CAST($day AS DATE)
ORDER BY last_reported_date DESC NULLS LAST, event_id
LIMIT 15
