-- Indexes that are no constraint's. Those that a partition has from its parent come and go with the parent's.
select
  'index' as kind, 1259 as class, i.oid::text as oid, 0 as sub, 0 as position,
  n.nspname::text as schema, c.relname::text as of, i.relname::text as name,
  pg_get_indexdef(i.oid) as definition,
  case c.relkind when 'm' then 'materialized view' end as on,
  (select quote_ident(s.spcname) from pg_tablespace s where s.oid = i.reltablespace) as tablespace,
  case when x.indisclustered then 'true' end as clustered,
  case when x.indisreplident then 'true' end as replica_identity,
  case when not x.indisvalid and i.relkind = 'i' then 'true' end as invalid,
  (
    select json_agg(format('%s=%s', a.attnum, a.attstattarget) order by a.attnum)::text
    from pg_attribute a
    where a.attrelid = i.oid and x.indexprs is not null and a.attstattarget <> -1
  ) as statistics,
  obj_description(i.oid, 'pg_class') as comment
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_class c on c.oid = x.indrelid
join pg_namespace n on n.oid = i.relnamespace
where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't' and not i.relispartition
  and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'
  and not exists (select from pg_constraint k where k.conindid = i.oid and k.contype in ('p', 'u', 'x'))
  and not exists (select from pg_depend e where e.classid = 1259 and e.objid = c.oid and e.deptype = 'e')
