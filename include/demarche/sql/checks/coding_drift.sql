-- check_id: coding_drift
-- severity: warn
-- threshold: 0.08
-- owner: coding
-- why: When types, statuses or countries are suddenly dealt out otherwise, the coder or a source changed, or the world did.
-- what to do: Compare the newest day's reports by the column named with the four weeks before; read ten of them.

-- Jensen–Shannon divergence in bits (Lin 1991, IEEE Trans. Inf. Theory 37) between the newest day and the 28 days before,
-- above what chance alone gives for so many reports: (k - 1) / (8 ln 2) (1/n + 1/m), thrice.
WITH newest AS (SELECT max(load_date) AS load_date FROM core.reports),
valued AS (
    SELECT
        r.load_date = newest.load_date AS is_new, unnest(['event_type', 'status_type', 'country_code']) AS column_name,
        unnest([r.event_type, r.status_type, coalesce(p.country_code, 'none')]) AS code
    FROM core.reports AS r
    JOIN newest ON r.load_date BETWEEN newest.load_date - 28 AND newest.load_date
    LEFT JOIN core.report_participants AS p
        ON p.report_id = r.report_id AND p.ordinal = 0 AND p.load_date BETWEEN newest.load_date - 28 AND newest.load_date
),
counted AS (
    SELECT column_name, code, count(*) FILTER (is_new) AS new_count, count(*) FILTER (NOT is_new) AS old_count
    FROM valued
    GROUP BY column_name, code
),
shares AS (
    SELECT
        *, sum(new_count) OVER of_column AS n, sum(old_count) OVER of_column AS m, count(*) OVER of_column AS k,
        new_count / nullif(sum(new_count) OVER of_column, 0) AS p, old_count / nullif(sum(old_count) OVER of_column, 0) AS q
    FROM counted
    WINDOW of_column AS (PARTITION BY column_name)
),
diverged AS (
    SELECT
        column_name, any_value(n) AS report_count, any_value(m) AS past_count,
        sum(
            CASE WHEN p > 0 THEN p * log2(2 * p / (p + q)) ELSE 0 END
            + CASE WHEN q > 0 THEN q * log2(2 * q / (p + q)) ELSE 0 END
        ) / 2 AS divergence,
        any_value(3 * (k - 1) / (8 * ln(2)) * (1 / n + 1 / m)) AS chance,
        arg_max(code, abs(p - q)) AS most_changed, round(arg_max(q, abs(p - q)), 3) AS past_share,
        round(arg_max(p, abs(p - q)), 3) AS new_share
    FROM shares
    WHERE n >= 30 AND m >= 200
    GROUP BY column_name
)
SELECT column_name, report_count, past_count, round(divergence, 3) AS divergence, most_changed, past_share, new_share
FROM diverged
WHERE divergence > $threshold + chance
ORDER BY divergence DESC
