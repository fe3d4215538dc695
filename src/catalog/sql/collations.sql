-- Collations.
select
  'collation' as kind, 3456 as class, c.oid, 0 as sub,
  n.nspname as schema, null as of, c.collname as name,
  pg_get_userbyid(c.collowner) as owner,
  case c.collprovider when 'i' then 'icu' when 'c' then 'libc' when 'b' then 'builtin' end as provider,
  coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale') as locale,
  c.collcollate as lc_collate, c.collctype as lc_ctype,
  case when not c.collisdeterministic then 'true' end as nondeterministic,
  to_jsonb(c) ->> 'collicurules' as rules
from pg_collation c
join pg_namespace n on n.oid = c.collnamespace
where n.nspname not in ('pg_catalog', 'information_schema')
