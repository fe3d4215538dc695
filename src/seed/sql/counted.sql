-- Returns oid, rows inserted, rows updated for each table into which this session has inserted; partitions count for their table.
SELECT COALESCE(pg_catalog.pg_partition_root(c.oid), c.oid)::pg_catalog.oid,
    pg_catalog.sum(w.inserted)::bigint, pg_catalog.sum(pg_catalog.pg_stat_get_xact_tuples_updated(c.oid))::bigint
FROM pg_catalog.pg_class c
CROSS JOIN LATERAL (SELECT pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) AS inserted OFFSET 0) w
WHERE c.relkind = 'r' AND w.inserted > 0
    AND c.relnamespace IN (
        SELECT n.oid FROM pg_catalog.pg_namespace n
        WHERE n.nspname NOT IN ('migrate', 'supabase_migrations', 'information_schema') AND n.nspname !~ '^pg_')
GROUP BY 1
