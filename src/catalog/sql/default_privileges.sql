-- What objects made later are granted: per role, schema and sort of object.
select
  'default_privilege' as kind, 826 as class, d.oid, 0 as sub,
  coalesce(n.nspname, '')::text as schema, pg_get_userbyid(d.defaclrole)::text as of,
  case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end as name,
  pg_get_userbyid(d.defaclrole) as role,
  d.defaclacl::text as privileges
from pg_default_acl d
left join pg_namespace n on n.oid = d.defaclnamespace
