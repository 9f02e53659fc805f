-- The events, each in one readable row with the sentence that shows it best.
CREATE OR REPLACE VIEW mart.events AS
SELECT
    e.event_id,
    e.start_date,
    e.end_date,
    e.date_precision_type,
    array_to_string(e.actor_names, '; ') AS actor_text,
    e.event_type,
    e.mode_type,
    e.status_type,
    array_to_string(e.recipient_names, '; ') AS recipient_text,
    e.place_name,
    e.country_code,
    e.quantity,
    e.quantity_unit,
    r.sentence_text,
    d.title,
    d.source_name,
    coalesce(d.canonical_url, d.path) AS document_url,
    e.report_count,
    e.document_count,
    e.story_count,
    e.independent_source_count,
    e.first_reported_date,
    e.last_reported_date,
    e.is_disputed,
    e.confidence_score,
    e.plover_type,
    e.quad_type,
    e.goldstein_value,
    e.cameo_code,
    e.context_types,
    e.actor_names,
    e.recipient_names,
    e.actor_country_codes,
    e.recipient_country_codes,
    e.place_id,
    e.best_report_id,
    r.trigger_text,
    e.load_date
FROM core.events AS e
LEFT JOIN core.reports AS r ON r.report_id = e.best_report_id
LEFT JOIN core.documents AS d ON d.document_id = r.document_id;

COMMENT ON VIEW mart.events IS 'One readable row per event: who, what, to whom, when, where, its status, how many tell it, and the sentence that shows it best';
COMMENT ON COLUMN mart.events.actor_text IS 'Names of the actors, joined by semicolons';
COMMENT ON COLUMN mart.events.recipient_text IS 'Names of the recipients, joined by semicolons';
COMMENT ON COLUMN mart.events.country_code IS 'Country in which it happened (ISO 3166-1 alpha-3); null where no place is named';
COMMENT ON COLUMN mart.events.sentence_text IS 'The sentence of the best report';
COMMENT ON COLUMN mart.events.title IS 'Headline of the document that the sentence is from';
COMMENT ON COLUMN mart.events.source_name IS 'The outlet that the sentence is from';
COMMENT ON COLUMN mart.events.document_url IS 'Address of that document, or its path where it has none';
