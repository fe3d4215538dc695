-- The releases, oldest first, with the versions that were applied at that moment.
SELECT release,
       ARRAY(SELECT pg_catalog.jsonb_array_elements_text(detail -> 'versions')::int8) AS versions,
       pg_catalog.to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
FROM migrate.journal
WHERE event = 'released'
ORDER BY id
