-- check_id: duplicate_suspects
-- severity: warn
-- threshold: 0
-- owner: resolution
-- why: Two events of the same type, participants, day and place are probably one that was told twice.
-- what to do: Compare their sentences in mart.evidence; merge them by review, or mend the merge rules.
SELECT
    event_type, actor_names, recipient_names, start_date, end_date, place_id, count(*) AS event_count,
    min(event_id) AS event_id, max(event_id) AS other_event_id
FROM core.events
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    AND start_date IS NOT NULL
    AND len(actor_names) + len(recipient_names) > 0
GROUP BY event_type, actor_names, recipient_names, start_date, end_date, place_id
HAVING count(*) > 1
ORDER BY event_count DESC, event_id
