-- Collations.
select
  'collation' as kind, 3456 as class, c.oid::text as oid, 0 as sub, 0 as position,
  n.nspname::text as schema, null as of, c.collname::text as name,
  pg_get_userbyid(c.collowner) as owner,
  obj_description(c.oid, 'pg_collation') as comment,
  case c.collprovider when 'i' then 'icu' when 'c' then 'libc' when 'b' then 'builtin' end as provider,
  coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale') as locale,
  c.collcollate as lc_collate, c.collctype as lc_ctype,
  case when not c.collisdeterministic then 'true' end as nondeterministic,
  to_jsonb(c) ->> 'collicurules' as rules
from pg_collation c
join pg_namespace n on n.oid = c.collnamespace
where n.nspname not in ('pg_catalog', 'information_schema')
  and not exists (select from pg_depend e where e.classid = 3456 and e.objid = c.oid and e.deptype = 'e')
