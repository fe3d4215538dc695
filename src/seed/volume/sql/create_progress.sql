-- Makes what is there only while a volume load is unfinished: how far each location is, and what must be made again.
CREATE TABLE migrate.volume_progress (
    number    integer PRIMARY KEY,
    stretches integer NOT NULL DEFAULT 0,
    rows      bigint[] NOT NULL DEFAULT '{}',
    is_done   boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE migrate.volume_progress IS 'How many stretches of each location are committed; gone when the load is finished.';
CREATE TABLE migrate.volume_rebuild (
    id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    phase     integer NOT NULL,
    relation  text NOT NULL,
    name      text NOT NULL,
    statement text NOT NULL
);
COMMENT ON TABLE migrate.volume_rebuild IS 'What was taken off for the load and is not there again yet; gone when the load is finished.';

DO $$
DECLARE
    api_role name;
BEGIN
    FOR api_role IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname IN ('anon', 'authenticated', 'service_role') LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON TABLE migrate.volume_progress, migrate.volume_rebuild FROM %I', api_role);
    END LOOP;
END
$$;
