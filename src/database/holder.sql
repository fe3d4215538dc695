-- One row: who holds the advisory lock $1 in this database, since when and from where.
SELECT pg_catalog.format('session %s (%s%s%s, since %s)', a.pid, a.usename,
                         coalesce(' from ' || a.client_addr::text, ''),
                         CASE WHEN a.application_name <> '' THEN ', ' || a.application_name ELSE '' END,
                         pg_catalog.to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ'))
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
  AND l.classid::int8 = ($1::int8 >> 32) AND l.objid::int8 = ($1::int8 & 4294967295)
LIMIT 1
