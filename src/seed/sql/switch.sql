-- Makes, for this transaction, what switches triggers off and on again: those that people made, never the ones behind foreign keys. It
-- runs on the server, so that no answer must be awaited. No superuser is needed.
CREATE TEMPORARY TABLE migrate_seed_switched (
    place integer GENERATED ALWAYS AS IDENTITY,
    -- What gives a trigger back the state that it had.
    statement text NOT NULL
) ON COMMIT DROP;

-- What is checked at the end of a transaction unless somebody says otherwise; NULL if there is nothing of the kind.
CREATE TEMPORARY TABLE migrate_seed_deferred ON COMMIT DROP AS
SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%I.%I', n.nspname, k.conname), ', ') AS names
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
WHERE k.condeferred;

-- A table with checks outstanding cannot be altered. What was deferred before is so again.
CREATE OR REPLACE FUNCTION pg_temp.migrate_seed_check() RETURNS void
LANGUAGE plpgsql SET search_path = '' AS $body$
DECLARE
    deferred text;
BEGIN
    SET CONSTRAINTS ALL IMMEDIATE;
    SELECT d.names INTO deferred FROM pg_temp.migrate_seed_deferred d;
    IF deferred IS NOT NULL THEN
        EXECUTE 'SET CONSTRAINTS ' || deferred || ' DEFERRED';
    END IF;
END
$body$;

-- Switches the triggers of tables and of their partitions off. One that is not there is an error with SQLSTATE MG002, whose message is
-- its name.
CREATE OR REPLACE FUNCTION pg_temp.migrate_seed_off(tables pg_catalog.oid[], names text[]) RETURNS void
LANGUAGE plpgsql SET search_path = '' AS $body$
DECLARE
    off text[];
    back text[];
    statement text;
BEGIN
    IF pg_catalog.array_position(tables, NULL) IS NOT NULL THEN
        RAISE EXCEPTION '%', names[pg_catalog.array_position(tables, NULL)] USING ERRCODE = 'MG002';
    END IF;
    -- `USER` are all that people made. A command costs more than what it does: each makes the server read the table anew.
    WITH made AS (
        SELECT c.oid, n.nspname, c.relname, g.tgname, g.tgenabled,
            pg_catalog.bool_and(g.tgenabled = 'O') OVER (PARTITION BY c.oid) AS is_usual
        FROM pg_catalog.pg_trigger g
        JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT g.tgisinternal AND g.tgrelid IN (
            SELECT t.oid FROM pg_catalog.unnest(tables) AS t (oid)
            UNION
            SELECT p.relid FROM pg_catalog.unnest(tables) AS t (oid), pg_catalog.pg_partition_tree(t.oid) p)
    ), switched AS (
        SELECT DISTINCT pg_catalog.format('ALTER TABLE ONLY %I.%I', m.nspname, m.relname) AS alter,
            CASE WHEN m.is_usual THEN 'USER' ELSE pg_catalog.quote_ident(m.tgname) END AS which,
            CASE m.tgenabled WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END AS state
        FROM made m WHERE m.tgenabled <> 'D'
    )
    SELECT pg_catalog.array_agg(s.alter || ' DISABLE TRIGGER ' || s.which ORDER BY s.alter, s.which),
        pg_catalog.array_agg(pg_catalog.concat_ws(' ', s.alter, s.state, 'TRIGGER', s.which) ORDER BY s.alter, s.which)
    INTO off, back FROM switched s;
    IF off IS NULL THEN
        RETURN;
    END IF;
    PERFORM pg_temp.migrate_seed_check();
    INSERT INTO pg_temp.migrate_seed_switched (statement) SELECT b FROM pg_catalog.unnest(back) b;
    FOREACH statement IN ARRAY off LOOP
        EXECUTE statement;
    END LOOP;
END
$body$;

-- Gives all triggers that are off by the function above the states that they had.
CREATE OR REPLACE FUNCTION pg_temp.migrate_seed_on() RETURNS void
LANGUAGE plpgsql SET search_path = '' AS $body$
DECLARE
    back text[];
    command text;
BEGIN
    WITH gone AS (DELETE FROM pg_temp.migrate_seed_switched s RETURNING s.place, s.statement)
    SELECT pg_catalog.array_agg(g.statement ORDER BY g.place) INTO back FROM gone g;
    IF back IS NULL THEN
        RETURN;
    END IF;
    PERFORM pg_temp.migrate_seed_check();
    FOREACH command IN ARRAY back LOOP
        EXECUTE command;
    END LOOP;
END
$body$;
