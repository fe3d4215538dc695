-- The names of the role's own templates that nobody has used since $1, in seconds since 1970.
SELECT d.datname
FROM pg_catalog.pg_database d
WHERE d.datname ~ '^migrate_template_[0-9a-f]{24}$'
  AND d.datdba = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)
  AND pg_catalog.substring(pg_catalog.shobj_description(d.oid, 'pg_database'), 'last used ([0-9]+)')::int8 < $1
