-- Where the server does not count rows (track_counts is off): oid, a number, the number for each table that this transaction has
-- written. The number is larger at each look; partitions count for their table.
SELECT DISTINCT COALESCE(pg_catalog.pg_partition_root(c.oid), c.oid)::pg_catalog.oid, look.number, look.number
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN (SELECT (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) * 1000000)::bigint AS number) look
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND c.relkind IN ('r', 'p')
    AND n.nspname NOT IN ('migrate', 'supabase_migrations', 'information_schema') AND n.nspname !~ '^pg_'
