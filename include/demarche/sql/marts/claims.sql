-- Each source's version of an event beside what was agreed over all.
CREATE OR REPLACE VIEW mart.claims AS
SELECT
    m.event_id,
    e.is_disputed,
    d.source_name,
    d.published_date,
    r.status_type,
    r.start_date,
    r.end_date,
    r.place_name,
    r.quantity,
    r.quantity_unit,
    r.date_text,
    coalesce(r.status_type <> e.status_type, false) AS has_other_status,
    coalesce(
        r.start_date > e.end_date
        OR r.end_date < e.start_date
        OR (r.stage_type = 'start' AND r.start_date <> e.start_date)
        OR (r.stage_type = 'end' AND r.end_date <> e.end_date),
        false
    ) AS has_other_date,
    coalesce(
        r.country_code <> e.country_code
        OR (
            r.place_id <> e.place_id
            AND coalesce(r.place_precision_type, 'country') NOT IN ('country', 'region')
            AND coalesce(e.place_precision_type, 'country') NOT IN ('country', 'region')
            AND e.mode_type IS DISTINCT FROM 'visit'
        ),
        false
    ) AS has_other_place,
    coalesce(r.quantity <> e.quantity, false) AS has_other_quantity,
    r.sentence_text,
    coalesce(d.canonical_url, d.path) AS document_url,
    s.story_id,
    s.is_copy,
    m.report_id,
    m.load_date
FROM core.event_reports AS m
JOIN core.events AS e ON e.event_id = m.event_id AND e.load_date = m.load_date
JOIN core.reports AS r ON r.report_id = m.report_id AND r.load_date = m.report_load_date
JOIN core.documents AS d ON d.document_id = r.document_id AND d.load_date = r.load_date
LEFT JOIN core.story_documents AS s ON s.document_id = d.document_id AND s.document_load_date = d.load_date;

COMMENT ON VIEW mart.claims IS 'What each source says of an event, and where that differs from what was agreed';
COMMENT ON COLUMN mart.claims.status_type IS 'What this report says of the act; a plan that came true differs from the event by time, not by dispute';
COMMENT ON COLUMN mart.claims.start_date IS 'First day, as this report tells it';
COMMENT ON COLUMN mart.claims.end_date IS 'Last day, as this report tells it';
COMMENT ON COLUMN mart.claims.place_name IS 'Where, as this report tells it';
COMMENT ON COLUMN mart.claims.has_other_status IS 'Says another status than the event has';
COMMENT ON COLUMN mart.claims.has_other_date IS 'Its days and the event''s have none in common, or it gives a visit another first or last day';
COMMENT ON COLUMN mart.claims.has_other_place IS 'Names another country, or another city than the event has; a visit has many';
COMMENT ON COLUMN mart.claims.has_other_quantity IS 'Tells another number';
COMMENT ON COLUMN mart.claims.document_url IS 'Address of the document, or its path where it has none';
COMMENT ON COLUMN mart.claims.is_copy IS 'The document prints a text that an earlier one of its story has';
