-- Extensions, other than plpgsql, which every database has. The version only where it is not the one that this server installs.
select
  'extension' as kind, 3079 as class, e.oid, 0 as sub,
  null as schema, null as of, e.extname as name,
  quote_ident(n.nspname) as in_schema,
  nullif(e.extversion, (select a.default_version from pg_available_extensions a where a.name = e.extname)) as version,
  nullif(obj_description(e.oid, 'pg_extension'), (
    select a.comment from pg_available_extensions a where a.name = e.extname
  )) as comment
from pg_extension e
join pg_namespace n on n.oid = e.extnamespace
where e.extname <> 'plpgsql'
