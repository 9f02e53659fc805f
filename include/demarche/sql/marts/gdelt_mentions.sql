-- The reports of events under the names and in the order of GDELT 2's mentions table: a row for each report, where GDELT
-- has one for each document of a quarter of an hour. What GDELT has and we don't keep is null.
CREATE OR REPLACE VIEW mart.gdelt_mentions AS
WITH places AS (
    SELECT
        report_id,
        arg_min(start_offset, ordinal) FILTER (role_type = 'actor') AS first_offset,
        coalesce(
            arg_min(start_offset, ordinal) FILTER (role_type = 'recipient'),
            arg_min(start_offset, ordinal) FILTER (role_type = 'actor' AND ordinal > 0)
        ) AS second_offset
    FROM core.report_participants
    GROUP BY report_id
)
SELECT
    CAST('0x' || substr(e.event_id, 2, 15) AS BIGINT) AS GLOBALEVENTID,
    CAST(strftime(coalesce(e.first_reported_date, e.load_date), '%Y%m%d') || '000000' AS BIGINT) AS EventTimeDate,
    CAST(strftime(coalesce(d.published_at, d.published_date, d.fetched_at), '%Y%m%d%H%M%S') AS BIGINT)
        AS MentionTimeDate,
    CASE WHEN d.canonical_url IS NULL THEN 2 ELSE 1 END AS MentionType,
    d.source_name AS MentionSourceName,
    coalesce(d.canonical_url, d.path) AS MentionIdentifier,
    CAST(NULL AS BIGINT) AS SentenceID,
    places.first_offset AS Actor1CharOffset,
    places.second_offset AS Actor2CharOffset,
    r.trigger_start_offset AS ActionCharOffset,
    1 AS InRawText,
    CAST(10 * round(10 * r.confidence_score) AS BIGINT) AS Confidence,
    d.body_length AS MentionDocLen,
    CAST(NULL AS DOUBLE) AS MentionDocTone,
    CAST(NULL AS VARCHAR) AS MentionDocTranslationInfo,
    CAST(NULL AS VARCHAR) AS Extras
FROM core.event_reports AS m
JOIN core.events AS e ON e.event_id = m.event_id AND e.load_date = m.load_date
JOIN core.reports AS r ON r.report_id = m.report_id AND r.load_date = m.report_load_date
JOIN core.documents AS d ON d.document_id = r.document_id AND d.load_date = r.load_date
LEFT JOIN places ON places.report_id = m.report_id
WHERE e.cameo_code IS NOT NULL;

COMMENT ON VIEW mart.gdelt_mentions IS 'The reports of events with the 16 columns of GDELT 2''s mentions; each column''s comment says where its meaning differs';
COMMENT ON COLUMN mart.gdelt_mentions.GLOBALEVENTID IS 'The event''s number in mart.gdelt_events';
COMMENT ON COLUMN mart.gdelt_mentions.EventTimeDate IS 'Day of the event''s first report, or of its arrival where that is unknown, as YYYYMMDD000000';
COMMENT ON COLUMN mart.gdelt_mentions.MentionTimeDate IS 'When the document was published (UTC) as YYYYMMDDHHMMSS: midnight where only the day is known, when it was fetched where neither is';
COMMENT ON COLUMN mart.gdelt_mentions.MentionType IS '1 where the document has an address, 2 where only its path is known';
COMMENT ON COLUMN mart.gdelt_mentions.MentionSourceName IS 'The outlet; GDELT has the domain';
COMMENT ON COLUMN mart.gdelt_mentions.MentionIdentifier IS 'Address of the document, or its path where it has none';
COMMENT ON COLUMN mart.gdelt_mentions.SentenceID IS 'Number of the sentence: not kept here, always null; ActionCharOffset says where it stands';
COMMENT ON COLUMN mart.gdelt_mentions.Actor1CharOffset IS 'Where the first actor is named, in characters of the body';
COMMENT ON COLUMN mart.gdelt_mentions.Actor2CharOffset IS 'Where the second side is named, in characters of the body';
COMMENT ON COLUMN mart.gdelt_mentions.ActionCharOffset IS 'Where the word for the act begins, in characters of the body';
COMMENT ON COLUMN mart.gdelt_mentions.InRawText IS 'Always 1: offsets are exact in the body as it is kept';
COMMENT ON COLUMN mart.gdelt_mentions.Confidence IS 'confidence_score of the report in percent, in steps of ten';
COMMENT ON COLUMN mart.gdelt_mentions.MentionDocLen IS 'Characters of the body';
COMMENT ON COLUMN mart.gdelt_mentions.MentionDocTone IS 'Tone of the document: not measured here, always null';
COMMENT ON COLUMN mart.gdelt_mentions.MentionDocTranslationInfo IS 'How it was translated: nothing is, always null';
COMMENT ON COLUMN mart.gdelt_mentions.Extras IS 'Empty in GDELT, too: always null';
