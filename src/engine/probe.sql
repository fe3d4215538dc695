-- One row: what must be known of a server before anything is done. {journal} and {refinery} are quoted literals.
SELECT pg_catalog.pg_backend_pid(),
       pg_catalog.current_database(),
       current_user,
       pg_catalog.current_setting('server_version_num'),
       pg_catalog.pg_is_in_recovery(),
       pg_catalog.current_setting('transaction_read_only'),
       pg_catalog.to_regclass({journal}) IS NOT NULL,
       (SELECT t.typname FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = pg_catalog.to_regclass({refinery}) AND a.attname = 'version'),
       pg_catalog.version() LIKE '%linux%',
       pg_catalog.to_regclass('auth.users') IS NOT NULL AND pg_catalog.to_regprocedure('auth.uid()') IS NOT NULL,
       pg_catalog.to_regclass({refinery}) IS NULL AND pg_catalog.to_regclass('public.refinery_schema_history') IS NOT NULL,
       (SELECT rolsuper OR rolcreatedb FROM pg_catalog.pg_roles WHERE rolname = current_user)
