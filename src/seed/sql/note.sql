-- Makes what this session needs to tell whose rows are, see `owned`: a table of tables and two functions. They run on the server, so that
-- no answer must be awaited between the files of a seed. Put in are `counted` and `locked`, two ways to ask how many rows went where,
-- `written`, the condition of a row `t` that this transaction wrote, and `is_first`: whether no row belonged to a seed before.
CREATE TEMPORARY TABLE migrate_seed_tables (
    relation oid PRIMARY KEY,
    -- How its rows are read, their keys, and the columns that these are made of; NULL where that was not said.
    source   text,
    key      text,
    columns  text,
    -- Whether no row of it belongs to a seed.
    is_fresh boolean NOT NULL DEFAULT {is_first},
    -- How many rows went there until the last look.
    inserted bigint NOT NULL DEFAULT 0,
    updated  bigint NOT NULL DEFAULT 0
) ON COMMIT DROP;

-- Notes rows of a table that this transaction wrote as those of a file, but for `others`, a JSON array of keys. Returns their number.
CREATE OR REPLACE FUNCTION pg_temp.migrate_seed_own(of oid, file integer, others jsonb) RETURNS bigint
LANGUAGE plpgsql SET search_path = '' AS $body$
DECLARE
    t pg_temp.migrate_seed_tables;
    rows bigint;
BEGIN
    SELECT k.* INTO t FROM pg_temp.migrate_seed_tables k WHERE k.relation = of;
    -- In the order of the index into which they go: it is filled from left to right, in a fourth less time. Looking each row up costs
    -- as much as writing it, and is only needed where there are some already.
    EXECUTE pg_catalog.format(
        'INSERT INTO migrate.seed_rows (relation, key, file_id) SELECT %s, %s, %s FROM %s t WHERE %s %s ORDER BY %s %s',
        of, t.key, file, t.source, {written},
        CASE WHEN others IS NOT NULL THEN pg_catalog.format(
            'AND %s NOT IN (SELECT k FROM pg_catalog.jsonb_array_elements(%L::jsonb) k)', t.key, others) END,
        t.columns, CASE WHEN NOT t.is_fresh THEN 'ON CONFLICT (relation, key) DO NOTHING' END);
    GET DIAGNOSTICS rows = ROW_COUNT;
    UPDATE pg_temp.migrate_seed_tables k SET is_fresh = false WHERE k.relation = of AND k.is_fresh;
    RETURN rows;
END
$body$;

-- Notes the rows that were inserted since the last look as those of a file; only looks where that is NULL. Returns the tables with the
-- number of rows, which is NULL where they are not noted: the keys of the table are not known, or rows of it were updated, which
-- leaves the same trace. A strict look fails then, with SQLSTATE MG001.
CREATE OR REPLACE FUNCTION pg_temp.migrate_seed_note(file integer, is_strict boolean)
RETURNS TABLE (grown oid, is_updated boolean, noted bigint)
LANGUAGE plpgsql SET search_path = '' AS $body$
DECLARE
    t record;
BEGIN
    FOR t IN
        WITH look (relation, inserted, updated) AS (
            SELECT * FROM ({counted}) w WHERE pg_catalog.current_setting('track_counts')::boolean
            UNION ALL
            SELECT * FROM ({locked}) w WHERE NOT pg_catalog.current_setting('track_counts')::boolean
        )
        SELECT l.relation, l.inserted, l.updated, k.key, l.inserted > COALESCE(k.inserted, 0) AS is_grown,
            l.updated > COALESCE(k.updated, 0) AS is_updated
        FROM look l LEFT JOIN pg_temp.migrate_seed_tables k ON k.relation = l.relation
        WHERE (l.inserted, l.updated) IS DISTINCT FROM (k.inserted, k.updated)
    LOOP
        INSERT INTO pg_temp.migrate_seed_tables AS k (relation, inserted, updated) VALUES (t.relation, t.inserted, t.updated)
        ON CONFLICT ON CONSTRAINT migrate_seed_tables_pkey
        DO UPDATE SET inserted = excluded.inserted, updated = excluded.updated;
        CONTINUE WHEN file IS NULL OR NOT t.is_grown;
        grown := t.relation;
        is_updated := t.is_updated;
        noted := NULL;
        IF t.key IS NOT NULL AND NOT t.is_updated THEN
            noted := pg_temp.migrate_seed_own(t.relation, file, NULL);
        ELSIF is_strict THEN
            RAISE EXCEPTION 'rows of % are not told apart here', t.relation::pg_catalog.regclass USING ERRCODE = 'MG001';
        END IF;
        RETURN NEXT;
    END LOOP;
END
$body$;
