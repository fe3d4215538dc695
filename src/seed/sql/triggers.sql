-- Returns the triggers of the tables {tables} and of their partitions that people made and that are not off: schema, table, name, state.
-- A table all of whose triggers have the state in which they are made comes once, without a name.
WITH made AS (
    SELECT n.nspname, c.relname, g.tgname, g.tgenabled, pg_catalog.bool_and(g.tgenabled = 'O') OVER (PARTITION BY c.oid) AS is_usual
    FROM pg_catalog.pg_trigger g
    JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT g.tgisinternal AND g.tgrelid IN (
        SELECT t.oid FROM pg_catalog.unnest(ARRAY[{tables}]::pg_catalog.oid[]) AS t (oid)
        UNION
        SELECT p.relid FROM pg_catalog.unnest(ARRAY[{tables}]::pg_catalog.oid[]) AS t (oid), pg_catalog.pg_partition_tree(t.oid) p)
)
SELECT DISTINCT m.nspname, m.relname, CASE WHEN NOT m.is_usual THEN m.tgname END, m.tgenabled
FROM made m WHERE m.tgenabled <> 'D' ORDER BY 1, 2, 3
