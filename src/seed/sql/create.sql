-- Makes what the ledger keeps of seeds. Re-runnable. Returns nothing.
CREATE SCHEMA IF NOT EXISTS migrate;
CREATE TABLE IF NOT EXISTS migrate.seeds (
    vertical text PRIMARY KEY,
    today    date NOT NULL
);
COMMENT ON TABLE migrate.seeds IS 'Verticals that were seeded, and the day around which the dates of each are.';
CREATE TABLE IF NOT EXISTS migrate.seed_files (
    id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vertical text NOT NULL,
    name     text NOT NULL,
    sha256   text NOT NULL,
    UNIQUE (vertical, name)
);
COMMENT ON TABLE migrate.seed_files IS 'Seed files as they were when they were loaded.';
-- Without a foreign key: it would cost as much as the rows themselves, and only the program writes here.
CREATE TABLE IF NOT EXISTS migrate.seed_rows (
    relation regclass NOT NULL,
    key      jsonb NOT NULL,
    file_id  integer NOT NULL,
    PRIMARY KEY (relation, key)
);
COMMENT ON TABLE migrate.seed_rows IS 'Rows that seeding put there: all others are not a seed''s to change or to delete.';

DO $$
DECLARE
    api_role name;
BEGIN
    FOR api_role IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname IN ('anon', 'authenticated', 'service_role') LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON TABLE migrate.seeds, migrate.seed_files, migrate.seed_rows FROM %I', api_role);
    END LOOP;
END
$$;

-- A ledger of an older program does not know the event.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_constraint
               WHERE conrelid = pg_catalog.to_regclass('migrate.journal') AND conname = 'journal_event_check'
                   AND pg_catalog.pg_get_constraintdef(oid) NOT LIKE '%unseeded%') THEN
        ALTER TABLE migrate.journal DROP CONSTRAINT journal_event_check,
            ADD CONSTRAINT journal_event_check CHECK (event IN ('applied', 'rolled_back', 'failed', 'adopted', 'repaired', 'baselined', 'forgotten', 'released', 'seeded', 'unseeded'));
    END IF;
END
$$;
