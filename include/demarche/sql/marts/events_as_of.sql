-- What this warehouse said at an instant: SELECT * FROM mart.events_as_of(TIMESTAMP '2018-11-06 12:00:00').
CREATE OR REPLACE MACRO mart.events_as_of(instant) AS TABLE
SELECT * EXCLUDE (is_retracted)
FROM (
    SELECT revisions.*, loads.loaded_at
    FROM meta.event_revisions AS revisions
    JOIN meta.loads AS loads ON loads.load_id = revisions.load_id
    WHERE loads.loaded_at <= CAST(instant AS TIMESTAMP) AT TIME ZONE 'UTC'
    QUALIFY row_number() OVER (PARTITION BY revisions.event_id ORDER BY loads.loaded_at DESC, loads.load_id DESC) = 1
)
WHERE NOT is_retracted;

COMMENT ON MACRO TABLE mart.events_as_of IS 'The events as this warehouse knew them at an instant (UTC), each with the load that last changed it';
