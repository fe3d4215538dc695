-- Returns oid, rows inserted, rows updated for each table into which this session has inserted; partitions count for their table.
-- Where the server does not count (track_counts is off), every table that this transaction has written counts once more at each look.
SELECT COALESCE(pg_catalog.pg_partition_root(s.relid), s.relid)::pg_catalog.oid,
    pg_catalog.sum(s.n_tup_ins)::bigint, pg_catalog.sum(s.n_tup_upd)::bigint
FROM pg_catalog.pg_stat_xact_user_tables s
WHERE s.schemaname NOT IN ('migrate', 'supabase_migrations') AND s.schemaname !~ '^pg_'
    AND pg_catalog.current_setting('track_counts')::boolean
GROUP BY 1 HAVING pg_catalog.sum(s.n_tup_ins) > 0
UNION ALL
SELECT DISTINCT COALESCE(pg_catalog.pg_partition_root(c.oid), c.oid)::pg_catalog.oid, look.number, look.number
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN (SELECT (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) * 1000000)::bigint AS number) look
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND c.relkind IN ('r', 'p')
    AND n.nspname NOT IN ('migrate', 'supabase_migrations', 'information_schema') AND n.nspname !~ '^pg_'
    AND NOT pg_catalog.current_setting('track_counts')::boolean
