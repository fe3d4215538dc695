-- Every right that the roles of the API, or everybody, have on what is in public and private, one a line.
select string_agg(
  format('%s %s %s', thing, coalesce(r.rolname, 'public'), privilege_type), E'\n'
  order by thing, r.rolname, privilege_type
)
from (
  select relname::text as thing, (aclexplode(relacl)).* from pg_class
  where relnamespace in ('public'::regnamespace, 'private'::regnamespace)
  union all
  select attrelid::regclass || '.' || attname, (aclexplode(attacl)).* from pg_attribute
  union all
  select oid::regproc::text, (aclexplode(coalesce(proacl, acldefault('f', proowner)))).* from pg_proc
  where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
  union all
  select nspname, (aclexplode(nspacl)).* from pg_namespace where nspname = 'private'
) granted
left join pg_roles r on r.oid = granted.grantee
where r.rolname is null or r.rolname in ('anon', 'authenticated', 'service_role')
