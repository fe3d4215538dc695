-- Makes what volume records about itself; re-runnable. Needs schema migrate.
CREATE TABLE IF NOT EXISTS migrate.volume (
    vertical    text PRIMARY KEY,
    scale       integer NOT NULL,
    locations   integer NOT NULL,
    random_seed bigint NOT NULL,
    today       date NOT NULL,
    rows        jsonb,
    started_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
COMMENT ON TABLE migrate.volume IS 'What `migrate seed --scale` loaded. finished_at is null: it was begun, and is to be gone on with or reset.';

DO $$
DECLARE
    api_role name;
BEGIN
    FOR api_role IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname IN ('anon', 'authenticated', 'service_role') LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON TABLE migrate.volume FROM %I', api_role);
    END LOOP;
END
$$;
