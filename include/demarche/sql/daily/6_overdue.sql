-- title: Planned, and not heard of since
-- note: Plans whose last day has passed without a report that they came true or fell through, the newest first.
SELECT
    end_date AS due, event_type AS type, actor_text AS actor, recipient_text AS recipient, place_name AS place,
    sentence_text AS sentence, event_id
FROM mart.upcoming
WHERE due_type = 'overdue' AND end_date < CAST($day AS DATE)
ORDER BY end_date DESC, event_id
LIMIT 15
