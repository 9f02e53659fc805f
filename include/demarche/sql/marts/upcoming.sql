-- What is planned, seen from the day that counts as today.
CREATE OR REPLACE VIEW mart.upcoming AS
SELECT
    e.event_id,
    CASE
        WHEN coalesce(e.end_date, e.start_date) IS NULL THEN 'undated'
        -- "pledged aid on Tuesday", printed then or later: the day of the promise, and none on which it is to be kept
        WHEN e.event_type <> 'CONSULT' AND coalesce(e.end_date, e.start_date) <= e.first_reported_date THEN 'undated'
        WHEN coalesce(e.end_date, e.start_date) < reference.reference_date THEN 'overdue'
        ELSE 'due'
    END AS due_type,
    e.start_date, e.end_date, e.date_precision_type, e.actor_text, e.event_type, e.mode_type, e.recipient_text,
    e.place_name, e.country_code, e.sentence_text, e.title, e.source_name, e.document_url, e.report_count,
    e.independent_source_count, e.first_reported_date, e.last_reported_date,
    date_diff('day', e.last_reported_date, reference.reference_date) AS silent_day_count,
    reference.reference_date,
    e.actor_country_codes, e.recipient_country_codes
FROM mart.events AS e
CROSS JOIN mart.reference AS reference
WHERE e.status_type = 'planned';

COMMENT ON VIEW mart.upcoming IS 'Planned events: still due, or overdue because their last day passed and nobody told that they happened';
COMMENT ON COLUMN mart.upcoming.due_type IS 'due, overdue, or undated where no day is known, or only that of the promise';
COMMENT ON COLUMN mart.upcoming.silent_day_count IS 'Days from the last report of it to reference_date';
COMMENT ON COLUMN mart.upcoming.reference_date IS 'The day that counts as today (mart.reference), against which due_type is told';
COMMENT ON COLUMN mart.upcoming.actor_text IS 'Names of the actors, joined by semicolons';
COMMENT ON COLUMN mart.upcoming.recipient_text IS 'Names of the recipients, joined by semicolons';
COMMENT ON COLUMN mart.upcoming.document_url IS 'Address of the document that shows it best, or its path';
