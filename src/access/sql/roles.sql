-- The roles that grants and policies of some schemas name, apart from owners, superusers and PostgreSQL's own. $1: the schemas.
with named as (
  select acl.grantee as role
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  cross join lateral aclexplode(c.relacl) as acl
  where n.nspname = any ($1) and acl.grantee <> c.relowner
  union
  select acl.grantee
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  cross join lateral aclexplode(a.attacl) as acl
  where n.nspname = any ($1) and acl.grantee <> c.relowner
  union
  select acl.grantee
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  cross join lateral aclexplode(p.proacl) as acl
  where n.nspname = any ($1) and acl.grantee <> p.proowner
  union
  select unnest(p.polroles)
  from pg_policy p
  join pg_class c on c.oid = p.polrelid
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = any ($1)
)
select r.rolname::text
from named join pg_roles r on r.oid = named.role
where not r.rolsuper and r.rolname !~ '^pg_' and r.rolname <> current_user
order by 1
