-- The events in chosen_events, each in one row with the sentence that shows it best; reports and documents of the days
-- that they need stand in chosen_reports and chosen_documents.
SELECT
    e.*,
    array_to_string(e.actor_names, '; ') AS actor_text,
    array_to_string(e.recipient_names, '; ') AS recipient_text,
    r.sentence_text,
    r.trigger_text,
    d.title,
    d.source_name,
    coalesce(d.canonical_url, d.path) AS document_url
FROM chosen_events AS e
LEFT JOIN chosen_reports AS r ON r.report_id = e.best_report_id AND r.load_date = e.best_load_date
LEFT JOIN chosen_documents AS d ON d.document_id = r.document_id AND d.load_date = r.load_date
ORDER BY e.load_date, e.event_id
