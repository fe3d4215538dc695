-- Makes the ledger. {refinery} is refinery's table, quoted, {refinery_literal} the same as a literal, {version} its width.
-- Re-runnable.
-- refinery's columns are refinery's own: an application that embeds it must be able to read and extend the table.
CREATE SCHEMA IF NOT EXISTS migrate;
REVOKE ALL ON SCHEMA migrate FROM PUBLIC;
COMMENT ON SCHEMA migrate IS 'What the program migrate knows about this database. Not for the API.';

CREATE TABLE IF NOT EXISTS {refinery}(
             version {version} PRIMARY KEY,
             name VARCHAR(255),
             applied_on VARCHAR(255),
             checksum VARCHAR(255));

CREATE TABLE IF NOT EXISTS migrate.journal (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event            text NOT NULL CHECK (event IN ('applied', 'rolled_back', 'failed', 'adopted', 'repaired', 'baselined', 'forgotten', 'released', 'seeded', 'unseeded')),
    direction        text CHECK (direction IN ('up', 'down')),
    version          bigint,
    name             text,
    up_sha256        text,
    down_sha256      text,
    rollback         text,
    statements_done  integer NOT NULL DEFAULT 0,
    statements_total integer,
    progress         text,
    release          text,
    error            text,
    detail           jsonb,
    actor            text NOT NULL DEFAULT session_user,
    origin           text,
    tool_version     text,
    started_at       timestamptz NOT NULL DEFAULT now(),
    finished_at      timestamptz
);
CREATE INDEX IF NOT EXISTS journal_version_id_idx ON migrate.journal (version, id);
COMMENT ON TABLE migrate.journal IS 'Append-only: one row for every event. Only the row in flight (finished_at IS NULL) may change.';
COMMENT ON COLUMN migrate.journal.direction IS 'Which script an applied, rolled_back or failed row ran.';
COMMENT ON COLUMN migrate.journal.rollback IS 'The rollback''s text as it was when the migration was applied: this is what `migrate down` runs.';
COMMENT ON COLUMN migrate.journal.statements_done IS 'For a script outside a transaction: how many of its statements are done.';
COMMENT ON COLUMN migrate.journal.progress IS 'SHA-256 of the statements that are done; an edited script may go on only if these are unchanged.';
COMMENT ON COLUMN migrate.journal.detail IS 'For released: {"versions": [...]}, the versions applied at that moment.';

CREATE OR REPLACE FUNCTION migrate.journal_is_append_only() RETURNS trigger
    LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.finished_at IS NULL
       AND (NEW.id, NEW.version, NEW.direction, NEW.up_sha256, NEW.down_sha256, NEW.rollback, NEW.started_at)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.version, OLD.direction, OLD.up_sha256, OLD.down_sha256, OLD.rollback, OLD.started_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'migrate.journal is append-only: % of row % refused', TG_OP, OLD.id;
END
$$;
REVOKE ALL ON FUNCTION migrate.journal_is_append_only() FROM PUBLIC;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger
                   WHERE tgrelid = 'migrate.journal'::pg_catalog.regclass AND tgname = 'journal_is_append_only') THEN
        CREATE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE ON migrate.journal
            FOR EACH ROW EXECUTE FUNCTION migrate.journal_is_append_only();
        CREATE TRIGGER journal_is_not_truncated BEFORE TRUNCATE ON migrate.journal
            FOR EACH STATEMENT EXECUTE FUNCTION migrate.journal_is_append_only();
    END IF;
END
$$;

-- Default privileges may have opened the new tables to the roles of an API.
DO $$
DECLARE
    api_role name;
BEGIN
    FOR api_role IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname IN ('anon', 'authenticated', 'service_role') LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON SCHEMA migrate FROM %I', api_role);
        EXECUTE pg_catalog.format('REVOKE ALL ON TABLE migrate.journal FROM %I', api_role);
        -- A service may have made refinery's table, as a role that is not ours.
        IF (SELECT pg_catalog.pg_has_role(relowner, 'USAGE') FROM pg_catalog.pg_class
            WHERE oid = {refinery_literal}::pg_catalog.regclass) THEN
            EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM %I', {refinery_literal}, api_role);
        END IF;
    END LOOP;
END
$$;
