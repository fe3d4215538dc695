-- What is taken off the tables $1 of schema public for a load: phase, relation, name, how it is taken off (NULL: with
-- another row), how it is made again (NULL: with another row). Rows come in the order of taking off. $2: foreign keys to
-- other tables and triggers, too, because they cannot be switched off for a session. With an empty search_path only.
WITH given AS (
    SELECT c.oid
    FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'public'::pg_catalog.regnamespace AND c.relkind = 'r' AND c.relname = ANY ($1)
),
foreign_key AS (
    SELECT k.oid, k.conrelid::pg_catalog.regclass::text AS relation, k.conname AS name, k.convalidated AS is_valid,
           pg_catalog.pg_get_constraintdef(k.oid) AS definition
    FROM pg_catalog.pg_constraint k
    WHERE k.contype = 'f' AND k.conparentid = 0
      AND (k.confrelid IN (SELECT oid FROM given) OR ($2 AND k.conrelid IN (SELECT oid FROM given)))
),
-- A key that something else than a foreign key hangs on (a view that groups by it) stays.
key AS (
    SELECT k.oid, k.conindid AS index, k.conrelid::pg_catalog.regclass::text AS relation, k.conname AS name, k.contype AS kind,
           pg_catalog.pg_get_constraintdef(k.oid) AS definition, k.condeferrable, k.condeferred
    FROM pg_catalog.pg_constraint k
    WHERE k.contype IN ('p', 'u', 'x') AND k.conrelid IN (SELECT oid FROM given)
      AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d
        WHERE d.refclassid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.refobjid = k.oid
          AND NOT (d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = k.conindid)
      )
),
index AS (
    SELECT i.indexrelid AS oid, i.indrelid::pg_catalog.regclass::text AS relation,
           i.indexrelid::pg_catalog.regclass::text AS name, k.oid AS key, k.kind,
           pg_catalog.pg_get_indexdef(i.indexrelid) AS definition, i.indisclustered, i.indisreplident,
           (SELECT c.relname FROM pg_catalog.pg_class c WHERE c.oid = i.indexrelid) AS short_name
    FROM pg_catalog.pg_index i
    LEFT JOIN key k ON k.index = i.indexrelid
    WHERE i.indrelid IN (SELECT oid FROM given) AND i.indisvalid
      AND (
        k.oid IS NOT NULL
        OR NOT EXISTS (
            SELECT FROM pg_catalog.pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')
        )
      )
),
work (ordinal, phase, relation, name, take, make) AS (
    SELECT 1, 3, relation, name::text, pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I', relation, name),
           pg_catalog.format('ALTER TABLE %s ADD CONSTRAINT %I %s', relation, name, definition)
             || CASE WHEN is_valid THEN ' NOT VALID' ELSE '' END
    FROM foreign_key
    UNION ALL
    SELECT 2, 4, relation, name::text, NULL, pg_catalog.format('ALTER TABLE %s VALIDATE CONSTRAINT %I', relation, name)
    FROM foreign_key
    WHERE is_valid
    UNION ALL
    SELECT 3, 2, relation, name::text, pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I', relation, name),
           CASE kind
             WHEN 'x' THEN pg_catalog.format('ALTER TABLE %s ADD CONSTRAINT %I %s', relation, name, definition)
             ELSE pg_catalog.format(
               'ALTER TABLE %s ADD CONSTRAINT %I %s USING INDEX %I%s%s', relation, name,
               CASE kind WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, name,
               CASE WHEN condeferrable THEN ' DEFERRABLE' ELSE '' END,
               CASE WHEN condeferred THEN ' INITIALLY DEFERRED' ELSE '' END
             )
           END
    FROM key
    UNION ALL
    SELECT 4, 1, relation, name, CASE WHEN key IS NULL THEN 'DROP INDEX ' || name END,
           CASE WHEN kind IS DISTINCT FROM 'x' THEN definition END
    FROM index
    UNION ALL
    SELECT 5, 5, i.relation, i.name, NULL, more.statement
    FROM index i
    CROSS JOIN LATERAL (
        SELECT pg_catalog.format('COMMENT ON INDEX %s IS %L', i.name, pg_catalog.obj_description(i.oid, 'pg_class'))
        WHERE pg_catalog.obj_description(i.oid, 'pg_class') IS NOT NULL
        UNION ALL
        SELECT pg_catalog.format('ALTER TABLE %s CLUSTER ON %I', i.relation, i.short_name) WHERE i.indisclustered
        UNION ALL
        SELECT pg_catalog.format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', i.relation, i.short_name)
        WHERE i.indisreplident
        UNION ALL
        SELECT pg_catalog.format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', i.name, a.attnum, a.attstattarget)
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = i.oid AND a.attstattarget >= 0
    ) more (statement)
    UNION ALL
    SELECT 6, 5, k.relation, k.name::text, NULL,
           pg_catalog.format(
             'COMMENT ON CONSTRAINT %I ON %s IS %L', k.name, k.relation, pg_catalog.obj_description(k.oid, 'pg_constraint')
           )
    FROM (SELECT oid, relation, name FROM key UNION ALL SELECT oid, relation, name FROM foreign_key) k
    WHERE pg_catalog.obj_description(k.oid, 'pg_constraint') IS NOT NULL
    UNION ALL
    SELECT 7, 6, t.tgrelid::pg_catalog.regclass::text, t.tgname::text,
           pg_catalog.format('ALTER TABLE %s DISABLE TRIGGER %I', t.tgrelid::pg_catalog.regclass, t.tgname),
           pg_catalog.format(
             'ALTER TABLE %s ENABLE%s TRIGGER %I', t.tgrelid::pg_catalog.regclass,
             CASE t.tgenabled WHEN 'R' THEN ' REPLICA' WHEN 'A' THEN ' ALWAYS' ELSE '' END, t.tgname
           )
    FROM pg_catalog.pg_trigger t
    WHERE $2 AND t.tgrelid IN (SELECT oid FROM given) AND NOT t.tgisinternal AND t.tgenabled <> 'D'
)
SELECT phase, relation, name, take, make FROM work ORDER BY ordinal, relation, name, make;
