-- From an event to the sentences that tell it, their documents and addresses.
CREATE OR REPLACE VIEW mart.evidence AS
SELECT
    m.event_id,
    m.report_id,
    m.report_id = e.best_report_id AS is_best,
    m.merge_rule,
    r.sentence_text,
    r.trigger_text,
    r.trigger_start_offset,
    r.trigger_end_offset,
    r.sentence_start_offset,
    r.sentence_end_offset,
    r.confidence_score,
    r.coding_rule,
    r.coder_version,
    d.document_id,
    d.title,
    d.source_name,
    d.published_date,
    coalesce(d.canonical_url, d.path) AS document_url,
    d.raw_hash,
    s.story_id,
    s.is_copy,
    m.load_date
FROM core.event_reports AS m
JOIN core.events AS e ON e.event_id = m.event_id AND e.load_date = m.load_date
JOIN core.reports AS r ON r.report_id = m.report_id AND r.load_date = m.report_load_date
JOIN core.documents AS d ON d.document_id = r.document_id AND d.load_date = r.load_date
LEFT JOIN core.story_documents AS s ON s.document_id = d.document_id AND s.document_load_date = d.load_date;

COMMENT ON VIEW mart.evidence IS 'What an event rests on: a row per report, with its sentence, document and address';
COMMENT ON COLUMN mart.evidence.is_best IS 'The report that mart.events shows';
COMMENT ON COLUMN mart.evidence.confidence_score IS 'Of this report, 0 to 1';
COMMENT ON COLUMN mart.evidence.title IS 'Headline of the document';
COMMENT ON COLUMN mart.evidence.document_url IS 'Address of the document, or its path where it has none';
COMMENT ON COLUMN mart.evidence.is_copy IS 'The document prints a text that an earlier one of its story has';
