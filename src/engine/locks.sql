-- The strongest lock that this session holds on each relation.
SELECT DISTINCT ON (l.relation) l.relation AS oid, pg_catalog.regexp_replace(l.mode, 'Lock$', '') AS mode
FROM pg_catalog.pg_locks l
JOIN pg_catalog.unnest(ARRAY['AccessShareLock', 'RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock',
                             'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'])
     WITH ORDINALITY AS strength (mode, rank) ON strength.mode = l.mode
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted
ORDER BY l.relation, strength.rank DESC
