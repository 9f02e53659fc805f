-- check_id: link_rate
-- severity: warn
-- threshold: 0.15
-- owner: entities
-- why: Who is not linked has no country; when the share of linked names falls, events leave their pairs without a word.
-- what to do: List mention texts without entity_id of the newest day by number, and add what is missing to the gazetteer.
WITH newest AS (SELECT max(load_date) AS load_date FROM core.mentions),
days AS (
    SELECT load_date, count(*) AS mention_count, count(entity_id) / count(*) AS linked_share
    FROM core.mentions
    WHERE mention_type IN ('person', 'state', 'organisation', 'body', 'group')
    GROUP BY load_date
),
usual AS (
    SELECT median(linked_share) AS usual_share
    FROM days, newest
    WHERE days.load_date < newest.load_date
    HAVING count(*) >= 7
)
SELECT d.load_date, d.mention_count, round(d.linked_share, 3) AS linked_share, round(u.usual_share, 3) AS usual_share
FROM days AS d
JOIN newest ON newest.load_date = d.load_date
CROSS JOIN usual AS u
WHERE d.mention_count >= 50 AND d.linked_share < u.usual_share - $threshold
