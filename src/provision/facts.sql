-- One row: what must be known of a server to make databases on it.
--   backend, version   to recognise a pooler; server_version_num
--   role, may_create   who we are, and whether we may make databases
--   fsync              whether the server waits for the disk
--   now_s              its clock, in seconds since 1970
--   extensions         what could be installed: a template made with other versions is another template
SELECT pg_catalog.pg_backend_pid() AS backend,
       pg_catalog.current_setting('server_version_num')::int4 AS version,
       r.rolname::text AS role,
       r.rolcreatedb OR r.rolsuper AS may_create,
       pg_catalog.current_setting('fsync') = 'on' AS fsync,
       EXTRACT(epoch FROM pg_catalog.now())::int8 AS now_s,
       (SELECT pg_catalog.md5(pg_catalog.string_agg(e.name || ' ' || e.default_version, ',' ORDER BY e.name))
        FROM pg_catalog.pg_available_extensions e) AS extensions
FROM pg_catalog.pg_roles r
WHERE r.rolname = current_user
