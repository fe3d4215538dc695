-- Sequences, other than those of identity columns, which are attributes of their column.
select
  'sequence' as kind, 1259 as class, c.oid, 0 as sub, n.nspname as schema, null as of, c.relname as name,
  pg_get_userbyid(c.relowner) as owner,
  c.relacl::text as acl,
  format_type(s.seqtypid, null) as type,
  s.seqstart::text as start, s.seqincrement::text as increment, s.seqmin::text as minimum, s.seqmax::text as maximum,
  s.seqcache::text as cache, case when s.seqcycle then 'true' end as cycle,
  case c.relpersistence when 'u' then 'true' end as unlogged,
  case when o.objid is not null then (
    select format('%s.%I', o.refobjid::regclass, a.attname) from pg_attribute a where a.attrelid = o.refobjid and a.attnum = o.refobjsubid
  ) end as owned_by
from pg_sequence s
join pg_class c on c.oid = s.seqrelid and c.relpersistence <> 't'
join pg_namespace n on n.oid = c.relnamespace
left join pg_depend o on o.classid = 1259 and o.objid = s.seqrelid and o.refclassid = 1259 and o.refobjsubid > 0 and o.deptype in ('a', 'i')
where o.deptype is distinct from 'i' and n.nspname not in ('pg_catalog', 'information_schema')
