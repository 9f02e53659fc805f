-- check_id: confidence_calibration
-- severity: warn
-- threshold: 0.15
-- owner: coding
-- why: Who asks for a confidence of 0.8 expects four in five to be right; reviewers say whether that holds.
-- what to do: Read the reviewed reports of the band named, and calibrate again (benchmarks/calibration.py).

-- Over the reports that reviewers kept or rejected, the latest decision of each; bands of 0.2, from 20 reviewed on.
WITH decided AS (
    SELECT unnest(report_ids) AS report_id, decision_type, decided_at
    FROM meta.decisions AS d
    WHERE decision_type IN ('keep', 'reject')
        AND NOT EXISTS (SELECT 1 FROM meta.decisions AS u WHERE u.decision_type = 'undo' AND u.undone_decision_id = d.decision_id)
),
latest AS (SELECT report_id, arg_max(decision_type, decided_at) AS decision_type FROM decided GROUP BY report_id),
banded AS (
    SELECT
        floor(least(r.confidence_score, 0.999) * 5) / 5 AS from_confidence, count(*) AS reviewed_count,
        avg(r.confidence_score) AS stated, avg(CAST(latest.decision_type = 'keep' AS INTEGER)) AS kept
    FROM latest
    JOIN core.reports AS r ON r.report_id = latest.report_id
    GROUP BY from_confidence
)
SELECT from_confidence, reviewed_count, round(stated, 2) AS stated_confidence, round(kept, 2) AS kept_share
FROM banded
WHERE reviewed_count >= 20 AND abs(stated - kept) > $threshold + 1 / sqrt(reviewed_count)
ORDER BY from_confidence
