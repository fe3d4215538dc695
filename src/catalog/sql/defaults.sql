-- Defaults of columns, of tables and views. They cannot name a column, so they can be worded without the table.
select
  'default' as kind, 2604 as class, d.oid, 0 as sub, null as schema, d.adrelid as of, a.attname as name,
  pg_get_expr(d.adbin, 0) as expression,
  case c.relkind when 'v' then 'view' when 'f' then 'foreign' end as on
from pg_attrdef d
join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum and a.attgenerated = ''
left join pg_class c on c.oid = d.adrelid and c.relkind in ('v', 'f')
where d.adrelid >= 16384
