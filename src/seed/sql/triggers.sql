-- Returns the triggers of the tables {tables} and of their partitions that people made and that are not off: schema, table, name, state.
SELECT n.nspname, c.relname, g.tgname, g.tgenabled
FROM pg_catalog.pg_trigger g
JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT g.tgisinternal AND g.tgenabled <> 'D'
    AND g.tgrelid IN (
        SELECT t.oid FROM pg_catalog.unnest(ARRAY[{tables}]::pg_catalog.oid[]) AS t (oid)
        UNION
        SELECT p.relid FROM pg_catalog.unnest(ARRAY[{tables}]::pg_catalog.oid[]) AS t (oid), pg_catalog.pg_partition_tree(t.oid) p)
ORDER BY n.nspname, c.relname, g.tgname
