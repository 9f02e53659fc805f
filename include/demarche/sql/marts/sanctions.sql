-- Ties cut, and threats to cut them.
CREATE OR REPLACE VIEW mart.sanctions AS
SELECT
    event_id,
    CASE WHEN event_type = 'THREATEN' THEN 'threatened' ELSE status_type END AS step_type,
    start_date, end_date, date_precision_type, event_type, mode_type, actor_text, recipient_text, context_types,
    quantity, quantity_unit, sentence_text, title, source_name, document_url, report_count, independent_source_count,
    first_reported_date, last_reported_date, is_disputed, confidence_score, actor_country_codes, recipient_country_codes
FROM mart.events
WHERE (event_type = 'SANCTION' AND mode_type IS DISTINCT FROM 'convict' AND mode_type IS DISTINCT FROM 'expel')
    OR (event_type = 'THREATEN' AND mode_type IN ('restrict', 'relations'));

COMMENT ON VIEW mart.sanctions IS 'Ties, aid, trade or membership cut, and threats to do so; verdicts are left out, expulsions have a view of their own';
COMMENT ON COLUMN mart.sanctions.step_type IS 'threatened, planned, occurred, postponed, cancelled or denied';
COMMENT ON COLUMN mart.sanctions.actor_text IS 'Who imposes or threatens';
COMMENT ON COLUMN mart.sanctions.recipient_text IS 'The target';
