-- Sequences, other than those of identity columns, which are attributes of their column.
select
  'sequence' as kind, 1259 as class, c.oid::text as oid, 0 as sub, 0 as position,
  n.nspname::text as schema, null as of, c.relname::text as name,
  pg_get_userbyid(c.relowner) as owner,
  c.relacl::text as acl,
  obj_description(c.oid, 'pg_class') as comment,
  format_type(s.seqtypid, null) as type,
  s.seqstart::text as start, s.seqincrement::text as increment, s.seqmin::text as minimum, s.seqmax::text as maximum,
  s.seqcache::text as cache, case when s.seqcycle then 'true' end as cycle,
  case c.relpersistence when 'u' then 'true' end as unlogged,
  (
    select format('%I.%I.%I', tn.nspname, t.relname, a.attname)
    from pg_depend o
    join pg_class t on t.oid = o.refobjid
    join pg_namespace tn on tn.oid = t.relnamespace
    join pg_attribute a on a.attrelid = t.oid and a.attnum = o.refobjsubid
    where o.classid = 1259 and o.objid = c.oid and o.refclassid = 1259 and o.deptype = 'a' and o.refobjsubid > 0
  ) as owned_by
from pg_sequence s
join pg_class c on c.oid = s.seqrelid
join pg_namespace n on n.oid = c.relnamespace
where c.relpersistence <> 't' and n.nspname not in ('pg_catalog', 'information_schema')
  and not exists (select from pg_depend e where e.classid = 1259 and e.objid = c.oid and e.deptype in ('e', 'i'))
