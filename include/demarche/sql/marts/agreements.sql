-- Agreements in principle and agreements reached, signed or ratified. PLOVER's SUPPORT also holds praise and
-- recognition: only what speaks of a text or a signature is taken.
CREATE OR REPLACE VIEW mart.agreements AS
SELECT
    event_id,
    CASE WHEN event_type = 'AGREE' THEN 'in_principle' ELSE 'reached' END AS agreement_type,
    start_date, end_date, date_precision_type, status_type, actor_text, recipient_text, context_types, place_name,
    trigger_text, sentence_text, title, source_name, document_url, report_count, independent_source_count,
    first_reported_date, last_reported_date, is_disputed, confidence_score, actor_country_codes, recipient_country_codes
FROM mart.events
WHERE event_type = 'AGREE'
    OR (
        event_type = 'SUPPORT'
        AND regexp_matches(
            sentence_text,
            '\b(sign(ed|s|ing)?|initial(l?ed|s)|ratif\w+|conclud\w+|treat(y|ies)|agreements?|accords?|pacts?|memorand(um|a)|deals?)\b',
            'i'
        )
    );

COMMENT ON VIEW mart.agreements IS 'Agreements: in principle (AGREE), and reached, signed or ratified (SUPPORT whose sentence speaks of a text or signature)';
COMMENT ON COLUMN mart.agreements.agreement_type IS 'in_principle or reached';
COMMENT ON COLUMN mart.agreements.actor_text IS 'Who agrees';
COMMENT ON COLUMN mart.agreements.recipient_text IS 'With whom or to whom, where one side does it';
