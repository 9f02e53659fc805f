-- Diplomats, missions and organisations put out of a country or body.
CREATE OR REPLACE VIEW mart.expulsions AS
SELECT
    event_id, start_date, end_date, date_precision_type, status_type, actor_text, recipient_text,
    quantity, quantity_unit, place_name, sentence_text, title, source_name, document_url, report_count,
    independent_source_count, first_reported_date, last_reported_date, is_disputed, confidence_score,
    actor_country_codes, recipient_country_codes
FROM mart.events
WHERE event_type = 'SANCTION' AND mode_type = 'expel';

COMMENT ON VIEW mart.expulsions IS 'Expulsions of every status, with the number of persons where it is told';
COMMENT ON COLUMN mart.expulsions.actor_text IS 'Who expels';
COMMENT ON COLUMN mart.expulsions.recipient_text IS 'Whose envoys or staff are expelled';
COMMENT ON COLUMN mart.expulsions.quantity IS 'How many, in quantity_unit; null where no number is told';
