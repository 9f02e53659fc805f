-- check_id: events_without_country
-- severity: warn
-- threshold: 0.6
-- owner: entities
-- why: An event none of whose parties has a country is in no pair and on no map; more than this share means links fail.
-- what to do: Look at mentions with country_code null in the newest documents, and add what is missing to the gazetteer.
SELECT
    count(*) AS event_count,
    round(count(*) FILTER (len(actor_country_codes) + len(recipient_country_codes) = 0) / count(*), 3) AS lacking_share
FROM core.events
WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
HAVING count(*) >= 20
    AND count(*) FILTER (len(actor_country_codes) + len(recipient_country_codes) = 0) > $threshold * count(*)
