-- check_id: reports_per_document
-- severity: warn
-- threshold: 0.4
-- owner: coding
-- why: When far fewer, or far more, reports come out of a text than usual, the coder has changed and the world has not.
-- what to do: Compare coder_version of the newest reports with the days before; tag a partition again by hand.
WITH newest AS (SELECT max(load_date) AS load_date FROM core.documents),
told AS (SELECT load_date, count(*) AS report_count FROM core.reports GROUP BY load_date),
days AS (
    SELECT d.load_date, count(*) AS document_count, coalesce(any_value(told.report_count), 0) / count(*) AS reports_per_document
    FROM core.documents AS d
    LEFT JOIN told ON told.load_date = d.load_date
    WHERE d.language_code IS NULL OR d.language_code = 'en'
    GROUP BY d.load_date
),
usual AS (
    SELECT median(reports_per_document) AS usual_rate
    FROM days, newest
    WHERE days.load_date < newest.load_date
    HAVING count(*) >= 7
)
SELECT d.load_date, d.document_count, round(d.reports_per_document, 2) AS reports_per_document, round(u.usual_rate, 2) AS usual_rate
FROM days AS d
JOIN newest ON newest.load_date = d.load_date
CROSS JOIN usual AS u
WHERE d.document_count >= 20
    AND (d.reports_per_document < $threshold * u.usual_rate OR d.reports_per_document > u.usual_rate / $threshold)
