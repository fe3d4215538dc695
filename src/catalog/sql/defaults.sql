-- Defaults of columns, of tables and views.
select
  'default' as kind, 2604 as class, d.oid::text as oid, 0 as sub, 0 as position,
  n.nspname::text as schema, c.relname::text as of, a.attname::text as name,
  pg_get_expr(d.adbin, d.adrelid) as expression,
  case c.relkind when 'v' then 'view' when 'f' then 'foreign' end as on
from pg_attrdef d
join pg_class c on c.oid = d.adrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum = d.adnum
where a.attgenerated = '' and c.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'information_schema')
  and not exists (select from pg_depend e where e.classid = 1259 and e.objid = c.oid and e.deptype = 'e')
