-- check_id: planned_overdue
-- severity: info
-- threshold: 0
-- owner: analysts
-- why: A plan whose day has passed either failed, which is news, or came true in a text that wasn't read.
-- what to do: Search for the event's participants in the days after; review it if a report was missed.
SELECT event_id, end_date, actor_text, event_type, recipient_text, place_name, sentence_text
FROM mart.upcoming
WHERE due_type = 'overdue'
ORDER BY end_date DESC, event_id
