-- Talks that were held: visits, meetings, negotiations, calls.
CREATE OR REPLACE VIEW mart.meetings AS
SELECT
    event_id, start_date, end_date, date_precision_type, actor_text, recipient_text, mode_type, place_name, country_code,
    context_types, sentence_text, title, source_name, document_url, report_count, independent_source_count,
    first_reported_date, last_reported_date, is_disputed, confidence_score, actor_names, recipient_names,
    actor_country_codes, recipient_country_codes
FROM mart.events
WHERE event_type = 'CONSULT' AND status_type = 'occurred';

COMMENT ON VIEW mart.meetings IS 'Talks that took place, visits and calls among them; planned ones stand in mart.upcoming';
COMMENT ON COLUMN mart.meetings.actor_text IS 'Who met: all sides where none received the other, else who came';
COMMENT ON COLUMN mart.meetings.recipient_text IS 'Who received, in a visit';
COMMENT ON COLUMN mart.meetings.mode_type IS 'visit, third-party, multilateral or phone; null where the text leaves it open';
