-- check_id: triggers_match_sentences
-- severity: error
-- threshold: 0
-- owner: coding
-- why: A report whose trigger isn't found at its offsets points to words that don't tell it.
-- what to do: Hold the partition back and tag it again; broken offsets come from the coder or a changed body.
SELECT report_id, partition_key, trigger_text, sentence_text
FROM core.reports
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    AND (
        trigger_start_offset < sentence_start_offset
        OR trigger_end_offset > sentence_end_offset
        OR sentence_end_offset - sentence_start_offset <> length(sentence_text)
        OR substring(
            sentence_text,
            trigger_start_offset - sentence_start_offset + 1,
            trigger_end_offset - trigger_start_offset
        ) <> trigger_text
    )
