-- The journal, oldest first.
SELECT id, event, direction, version, name, statements_done, statements_total, release, error, actor, origin, tool_version,
       pg_catalog.to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS started_at,
       pg_catalog.to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS finished_at,
       (extract(epoch FROM finished_at - started_at) * 1000)::float8 AS duration_ms
FROM migrate.journal
ORDER BY id
