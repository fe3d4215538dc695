-- The last row: what must be known of a server before anything is done. {journal} and {refinery} are quoted literals.
-- Who comes in as one of Supabase's own logins becomes the role that owns a project's objects, as Supabase's CLI does.
SELECT pg_catalog.set_config('role', 'postgres', false)
WHERE session_user ~ '^(supabase_admin$|cli_login_)'
  AND EXISTS (SELECT FROM pg_catalog.pg_roles
              WHERE rolname = 'postgres' AND pg_catalog.pg_has_role(session_user, oid, 'MEMBER'));
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
       (SELECT rolsuper OR rolcreatedb FROM pg_catalog.pg_roles WHERE rolname = current_user),
       (SELECT pg_catalog.string_agg(a.attname || ':' || t.typname, ',')
        FROM pg_catalog.pg_namespace n
        JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = 'schema_migrations' AND c.relkind IN ('r', 'p')
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        WHERE n.nspname = 'supabase_migrations' AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
          AND pg_catalog.has_table_privilege(c.oid, 'SELECT')),
       current_user <> session_user,
       pg_catalog.to_regclass('migrate.volume_progress') IS NOT NULL
