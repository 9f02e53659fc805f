-- check_id: codes_in_lists
-- severity: error
-- threshold: 0
-- owner: coding
-- why: A code that no list has is lost to every query that goes by the list.
-- what to do: Correct the coder or gazetteer that wrote it, or add the code to the codebook.
WITH used AS (
    SELECT 'events' AS table_name, event_id AS id,
        unnest(['event_type', 'status_type', 'plover_type', 'quad_type', 'date_precision_type', 'country_code']) AS list_name,
        unnest([event_type, status_type, plover_type, quad_type, date_precision_type, country_code]) AS code
    FROM core.events
    WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    UNION ALL
    SELECT 'reports' AS table_name, report_id AS id,
        unnest(['event_type', 'status_type', 'plover_type', 'quad_type', 'date_precision_type', 'country_code']) AS list_name,
        unnest([event_type, status_type, plover_type, quad_type, date_precision_type, country_code]) AS code
    FROM core.reports
    WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    UNION ALL
    SELECT 'event_participants' AS table_name, event_id AS id,
        unnest(['role_type', 'part_type', 'entity_type', 'sector_type', 'country_code']) AS list_name,
        unnest([role_type, part_type, entity_type, sector_type, country_code]) AS code
    FROM core.event_participants
    WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    UNION ALL
    SELECT 'report_participants' AS table_name, report_id AS id,
        unnest(['role_type', 'part_type', 'entity_type', 'sector_type', 'country_code']) AS list_name,
        unnest([role_type, part_type, entity_type, sector_type, country_code]) AS code
    FROM core.report_participants
    WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    UNION ALL
    SELECT 'event_statuses' AS table_name, event_id AS id,
        unnest(['status_type']) AS list_name,
        unnest([status_type]) AS code
    FROM core.event_statuses
    WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    UNION ALL
    SELECT 'event_links' AS table_name, event_id AS id,
        unnest(['link_type']) AS list_name,
        unnest([link_type]) AS code
    FROM core.event_links
    WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    UNION ALL
    SELECT 'mentions' AS table_name, mention_id AS id,
        unnest(['mention_type', 'sector_type', 'country_code']) AS list_name,
        unnest([mention_type, sector_type, country_code]) AS code
    FROM core.mentions
    WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    UNION ALL
    SELECT 'entities' AS table_name, entity_id AS id,
        unnest(['entity_type', 'sector_type', 'country_code']) AS list_name,
        unnest([entity_type, sector_type, country_code]) AS code
    FROM core.entities
    UNION ALL
    SELECT 'offices' AS table_name, entity_id AS id,
        unnest(['country_code']) AS list_name,
        unnest([country_code]) AS code
    FROM core.offices
    UNION ALL
    SELECT 'places' AS table_name, place_id AS id,
        unnest(['country_code']) AS list_name,
        unnest([country_code]) AS code
    FROM core.places
    UNION ALL
    SELECT 'sources' AS table_name, source_id AS id,
        unnest(['country_code']) AS list_name,
        unnest([country_code]) AS code
    FROM core.sources
),
coded AS (
    SELECT 'events' AS table_name, event_id AS id, event_type, plover_type, mode_type, context_types
    FROM core.events
    WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
    UNION ALL
    SELECT 'reports', report_id, event_type, plover_type, mode_type, context_types
    FROM core.reports
    WHERE load_date BETWEEN CAST($first_date AS DATE) AND CAST($last_date AS DATE)
)
SELECT used.*
FROM used
ANTI JOIN meta.codes AS listed ON listed.list_name = used.list_name AND listed.code = used.code
WHERE used.code IS NOT NULL
UNION ALL
SELECT table_name, id, 'mode_type', event_type || '/' || mode_type
FROM coded
ANTI JOIN (SELECT * FROM meta.codes WHERE list_name = 'mode_type') AS listed
    ON listed.code = coded.mode_type AND listed.parent_code = coded.event_type
WHERE mode_type IS NOT NULL
UNION ALL
SELECT table_name, id, 'context_type', context_type
FROM (SELECT table_name, id, unnest(context_types) AS context_type FROM coded) AS contexts
ANTI JOIN (SELECT * FROM meta.codes WHERE list_name = 'context_type') AS listed ON listed.code = contexts.context_type
