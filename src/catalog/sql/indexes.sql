-- Indexes that are no constraint's. One that a partition has from its parent names the parent's.
select
  'index' as kind, 1259 as class, x.indexrelid as oid, 0 as sub, null as schema, x.indrelid as of, i.relname as name,
  pg_get_indexdef(x.indexrelid) as definition,
  case c.relkind when 'm' then 'materialized view' end as on,
  case when i.relispartition then (select h.inhparent::regclass::text from pg_inherits h where h.inhrelid = x.indexrelid) end as parent,
  case when i.reltablespace <> 0 then (select quote_ident(s.spcname) from pg_tablespace s where s.oid = i.reltablespace) end as tablespace,
  case when x.indisclustered then 'true' end as clustered,
  case when x.indisreplident then 'true' end as replica_identity,
  case when not x.indisvalid and i.relkind = 'i' then 'true' end as invalid,
  case when x.indexprs is not null then (
    select json_agg(format('%s=%s', a.attnum, a.attstattarget) order by a.attnum)::text
    from pg_attribute a
    where a.attrelid = x.indexrelid and a.attstattarget <> -1
  ) end as statistics
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_class c on c.oid = x.indrelid and c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't'
where x.indexrelid >= 16384
  and not exists (select from pg_constraint k where k.conindid = x.indexrelid and k.contype in ('p', 'u', 'x'))
