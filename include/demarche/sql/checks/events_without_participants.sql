-- check_id: events_without_participants
-- severity: warn
-- threshold: 0.3
-- owner: coding
-- why: An event without a named actor belongs to no pair; more than this share means that names aren't linked.
-- what to do: Look at mentions with entity_id null in the newest documents, and add what is missing to the gazetteer.
SELECT count(*) AS event_count, round(count(*) FILTER (len(actor_names) = 0) / count(*), 3) AS lacking_share
FROM core.events
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
HAVING count(*) >= 20 AND count(*) FILTER (len(actor_names) = 0) > $threshold * count(*)
