-- Who travelled to whom.
CREATE OR REPLACE VIEW mart.visits AS
SELECT
    event_id, start_date, end_date, date_precision_type,
    actor_text AS visitor_text,
    recipient_text AS host_text,
    status_type, place_name, country_code, context_types, sentence_text, title, source_name, document_url,
    report_count, independent_source_count, first_reported_date, last_reported_date, is_disputed, confidence_score,
    actor_names AS visitor_names,
    recipient_names AS host_names,
    actor_country_codes AS visitor_country_codes,
    recipient_country_codes AS host_country_codes
FROM mart.events
WHERE event_type = 'CONSULT' AND mode_type = 'visit';

COMMENT ON VIEW mart.visits IS 'Visits of every status: status_type says whether one took place, is planned, was put off or called off';
COMMENT ON COLUMN mart.visits.visitor_text IS 'Who came, joined by semicolons';
COMMENT ON COLUMN mart.visits.host_text IS 'Who received, joined by semicolons';
COMMENT ON COLUMN mart.visits.visitor_names IS 'Who came';
COMMENT ON COLUMN mart.visits.host_names IS 'Who received';
COMMENT ON COLUMN mart.visits.visitor_country_codes IS 'Countries of those who came';
COMMENT ON COLUMN mart.visits.host_country_codes IS 'Countries of those who received';
