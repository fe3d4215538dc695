-- Schemas. `public` is the database's own, but may be dropped, granted and commented as others.
select
  'schema' as kind, 2615 as class, n.oid, 0 as sub,
  null as schema, null as of, n.nspname as name,
  pg_get_userbyid(n.nspowner) as owner,
  n.nspacl::text as acl,
  nullif(obj_description(n.oid, 'pg_namespace'), case n.nspname when 'public' then 'standard public schema' end) as comment
from pg_namespace n
where n.nspname !~ '^pg_(toast|temp_|toast_temp_)' and n.nspname not in ('pg_catalog', 'information_schema')
