-- The events, each in one readable row with the sentence that shows it best.
CREATE OR REPLACE VIEW mart.events AS
SELECT
    event_id, start_date, end_date, date_precision_type, actor_text, event_type, mode_type, status_type, recipient_text,
    place_name, country_code, quantity, quantity_unit, sentence_text, title, source_name, document_url, report_count,
    document_count, story_count, independent_source_count, first_reported_date, last_reported_date, is_disputed,
    confidence_score, plover_type, quad_type, goldstein_value, cameo_code, context_types, actor_names, recipient_names,
    actor_country_codes, recipient_country_codes, place_id, best_report_id, trigger_text, load_date
FROM core.readable_events;

COMMENT ON VIEW mart.events IS 'One readable row per event: who, what, to whom, when, where, its status, how many tell it, and the sentence that shows it best';
COMMENT ON COLUMN mart.events.actor_text IS 'Names of the actors, joined by semicolons';
COMMENT ON COLUMN mart.events.recipient_text IS 'Names of the recipients, joined by semicolons';
COMMENT ON COLUMN mart.events.country_code IS 'Country in which it happened (ISO 3166-1 alpha-3); null where no place is named';
COMMENT ON COLUMN mart.events.sentence_text IS 'The sentence of the best report';
COMMENT ON COLUMN mart.events.title IS 'Headline of the document that the sentence is from';
COMMENT ON COLUMN mart.events.source_name IS 'The outlet that the sentence is from';
COMMENT ON COLUMN mart.events.document_url IS 'Address of that document, or its path where it has none';
