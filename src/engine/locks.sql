-- The relation locks that this session holds.
SELECT l.relation AS oid, pg_catalog.regexp_replace(l.mode, 'Lock$', '') AS mode
FROM pg_catalog.pg_locks l
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted
ORDER BY 1, 2
